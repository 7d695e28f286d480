"""Dead letters in words: what they were, what was wrong, what to do, and on demand the sealed original."""

from __future__ import annotations

from linli.schemas.dead_letters import MEANING, DeadLetter
from linli.schemas.errors import Code, LinliError
from linli.schemas.glossary import word_of
from linli.services.cli.board_lookups import letter_meant
from linli.services.cli.here import Here
from linli.services.cli.out import Out, clock
from linli.services.cli.words import TONGUE, both
from linli.services.wiring import keyring_of
from linli.streams.ground_facts import read_facts
from linli.streams.intake.dead_letter_payload import Original, unpack
from linli.streams.sealed.sealing import unseal_bytes
from linli.streams.sealed.subject_keys import find_subject_key


async def list_newest(here: Here, out: Out, limit: int) -> None:
    """List the newest dead letters, the newest last, as in a log."""
    async with here.board() as board:
        letters = await board.dead_letters(limit)
    for letter in letters:
        out.data(_as_data(letter))
    if not letters:
        out.say("There is no dead letter.", "没有异常件。")
    rows = [
        (letter.id, clock(letter.received_at), word_of(letter.reason, TONGUE), letter.path, letter.rule)
        for letter in letters
    ]
    headers = ("", both("time", "时间"), both("reason", "原因"), both("field", "字段"), both("rule", "规则"))
    out.wide_table(headers, rows)


async def show_one(here: Here, out: Out, letter_id: str, *, reveal: bool) -> None:
    """Show one dead letter.

    Raises
    ------
    LinliError
        If the board keeps none with this id, or its original was erased.
    """
    async with here.board() as board:
        letter = await letter_meant(board, letter_id)
    original = await _opened(here, letter) if reveal else None
    data = _as_data(letter)
    if original is not None:
        data["original"] = _original_as_data(original)
    out.data(data)
    if not out.as_json:
        _show(letter, original, out)


async def _opened(here: Here, letter: DeadLetter) -> Original:
    if letter.payload is None:
        raise LinliError(Code.ERASED, id=letter.id)
    keyring, address = keyring_of(here.settings), await here.reach_kafka()
    partitions = (await read_facts(address)).district_map.partitions
    key = await find_subject_key(address, letter.payload.key_id, partitions)
    if key is None:
        raise LinliError(Code.ERASED, id=letter.id)
    return unpack(unseal_bytes(letter.payload, key, keyring))


def _show(letter: DeadLetter, original: Original | None, out: Out) -> None:
    meaning, remedy = MEANING[letter.reason]
    out.say(f"{letter.id}: {meaning} {remedy}", f"{letter.id}：{word_of(letter.reason, TONGUE)}")
    source = letter.source
    rows = [
        (both("received", "收到时间"), clock(letter.received_at)),
        (both("record", "记录"), f"{source.topic}-{source.partition}@{source.offset}"),
        (both("district", "区划"), letter.district or "?"),
        (both("type", "类型"), letter.event_type or "?"),
        (both("refused by", "环节"), letter.stage),
        (both("field", "字段"), letter.path),
        (both("rule", "规则"), letter.rule),
        (both("instead", "应由"), both(*letter.answer) if letter.answer is not None else ""),
    ]
    out.table(("", ""), [row for row in rows if row[1]])
    if original is not None:
        if not original.whole:
            out.say("The original was too long to be kept whole.", "原文过长，仅保留一部分。")
        text = original.value.decode(errors="replace")
        out.say(text, text)


def _as_data(letter: DeadLetter) -> dict[str, object]:
    return letter.model_dump(mode="json", exclude={"payload"})


def _original_as_data(original: Original) -> dict[str, object]:
    return {
        "key": None if original.key is None else original.key.decode(errors="replace"),
        "headers": {name: value.decode(errors="replace") for name, value in original.headers},
        "value": original.value.decode(errors="replace"),
        "whole": original.whole,
    }
