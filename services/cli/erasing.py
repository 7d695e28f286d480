"""``erase``: destroy what identifies a person, and end what was to come for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from linli.services.cli.options import AsJson, By, District, Source, Wait
from linli.services.cli.words import both

if TYPE_CHECKING:
    from linli.services.cli.here import Here

Names = Annotated[
    list[str],
    typer.Argument(
        metavar="NAME...",
        help=both(
            "Requests, standing orders, s-..., or dead letters, inbox-...",
            "点单、定期服务（s-…）或异常件（inbox-…）编号。",
        ),
    ),
]
Sure = Annotated[bool, typer.Option("--yes", help=both("It cannot be undone: say so.", "不可恢复，须明确同意。"))]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("erase", help=both("Erase a person; what is to come ends.", "删除个人信息，后续服务终止。"))(erase)


def erase(
    names: Names,
    yes: Sure = False,
    by: By = "desk",
    source: Source = "desk",
    district: District = None,
    wait: Wait = 10.0,
    as_json: AsJson = False,
) -> int:
    """Destroy the keys of what identifies a person. A visit of a standing order means the whole order.

    With a request goes what was refused about it. An order that was refused and never came again under its number is no
    request: it is named by its dead letter.
    """
    from linli.schemas.erasure import KEYS_MAX, Erase
    from linli.schemas.errors import Code, LinliError
    from linli.services.cli.delivering import deliver
    from linli.services.cli.here import run

    if not yes or len(names) > KEYS_MAX:
        sure = both("it cannot be undone; say --yes if it is meant", "此操作不可恢复，确认请加 --yes")
        many = both(f"at most {KEYS_MAX} at once", f"一次最多 {KEYS_MAX} 项")
        raise LinliError(Code.USAGE, detail=many if yes else sure)

    async def work() -> int:
        keys = await _keys_of(names)
        for first in range(0, len(keys), KEYS_MAX):
            body = Erase(keys=keys[first : first + KEYS_MAX], by=by)
            await deliver(body, request=None, source=source, district=district, wait=wait, as_json=as_json)
        return 0

    return run(work())


async def _keys_of(names: list[str]) -> tuple[str, ...]:
    """Return the keys of the sealed parts that were named, then those of what was written about them.

    Raises
    ------
    LinliError
        If one is not known, or has nothing that was sealed.
    """
    from linli.schemas.errors import Code, LinliError
    from linli.schemas.topics import INBOX
    from linli.services.cli.board_lookups import request_meant
    from linli.services.cli.here import Here
    from linli.services.cli.standing_sheet import standing_meant

    here, keys = Here.look(), list[str]()
    for name in names:
        if name.startswith(f"{INBOX.name}-"):
            keys.append(await _key_of_letter(here, name))
            continue
        if name.startswith("s-"):
            details = (await standing_meant(here, name)).details.template
        else:
            async with here.board() as board:
                record = await request_meant(board, name)
            if record.details is None:
                raise LinliError(Code.ERASED, id=record.request_id)
            details = record.details
        keys.append(details.sealed.key_id)
    return tuple(dict.fromkeys([*keys, *await _written_about(here, frozenset(keys))]))


async def _key_of_letter(here: Here, letter_id: str) -> str:
    """Return the key of what was refused.

    Raises
    ------
    LinliError
        If the board keeps no such dead letter, or it has no original.
    """
    from linli.schemas.errors import Code, LinliError
    from linli.services.cli.board_lookups import letter_meant

    async with here.board() as board:
        letter = await letter_meant(board, letter_id)
    if letter.payload is None:
        raise LinliError(Code.ERASED, id=letter_id)
    return letter.payload.key_id


async def _written_about(here: Here, persons: frozenset[str]) -> list[str]:
    """List the keys of what was written about the persons behind some keys, whichever of their cases it was about.

    Notes
    -----
    Each case that anything was written about is looked up once: some thousands a second, and erasing is rare.
    """
    from linli.streams.ground_facts import read_facts
    from linli.streams.sealed.written_reasons import keys_about

    address = await here.reach_kafka()
    written = await keys_about(address, (await read_facts(address)).district_map.partitions)
    found: list[str] = []
    async with here.board() as board:
        for about, keys in written.items():
            if about.startswith("s-"):
                order = await board.standing_order(about)
                details = None if order is None else order.details.template
            else:
                delivery = await board.delivery(about) if about.startswith("d-") else None
                request = await board.request(about if delivery is None else delivery.request or "")
                details = None if request is None else request.details
            if details is not None and details.sealed.key_id in persons:
                found += keys
    return found
