"""One command of a person: sent, and followed until it is known what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel

from linli.schemas.assignment import AssignmentRecord, Cancelled
from linli.schemas.dead_letters import DeadLetter
from linli.schemas.errors import Code, LinliError
from linli.schemas.glossary import detail_in_words, word_of
from linli.schemas.rounds import CommandOutcome, OutcomeCode
from linli.schemas.standing import SERIES_DETAILS
from linli.services.cli.here import Here
from linli.services.cli.out import Out
from linli.services.cli.refusals import in_words
from linli.services.cli.sending import open_desk
from linli.services.cli.words import TONGUE, aside, both
from linli.services.outcomes import Became, outcomes, request_since
from linli.streams.board.entries import KnownOutcome
from linli.streams.board.reader import BoardReader
from linli.streams.intake.inbox_record import RefusedError, refused_in
from linli.streams.sealed.written_reasons import clear_text_of

LAG_S: Final = 2.0
"""How far apart two topics may be on the board: one batch, some 20 ms, unless it is being rebuilt."""

HARMLESS: Final = frozenset({OutcomeCode.APPLIED, OutcomeCode.DUPLICATE})
"""Outcomes after which everything is as the person wanted it."""


async def deliver(
    body: BaseModel,
    *,
    request: str | None,
    source: str,
    district: str | None,
    wait: float,
    as_json: bool,
    seals: bool = False,
) -> int:
    """Send a command and say what became of it.

    Parameters
    ----------
    body
        The command.
    request
        Our id of the request it is about; its district is looked up where several are served.
    source, district
        Who sends, and the district if the person named one.
    wait
        Seconds to wait for the outcome; 0: be content that Kafka has it.
    as_json
        Whether a program listens.
    seals
        Whether there is something personal in it; a sentence that somebody wrote is found without being told of.

    Returns
    -------
    int
        0 if it was applied.

    Raises
    ------
    LinliError
        If it was not, or nobody knows in time.
    """
    here, out = Here.look(), Out(as_json)
    desk = await open_desk(here, seals=seals or bool(clear_text_of(body)))
    where = desk.district(district or await _district_of(request, here))
    try:
        prepared = desk.prepared(body, source, where)
    except RefusedError as refused:
        raise LinliError(Code.NOT_APPLIED, detail=in_words(refused)) from None
    [command] = await desk.send([prepared.event])
    new = {} if prepared.standing is None else {"standing": prepared.standing}
    if wait <= 0:
        out.data({"command": command, "request": request, **new})
        out.say(f"Sent as {command}.", f"已发送（{command}）。")
        return 0
    async with here.board() as board:
        return await _follow(board, command, request, wait, out, new)


async def _follow(
    board: BoardReader, command: str, request: str | None, wait: float, out: Out, new: Mapping[str, str]
) -> int:
    """Wait for the outcome and say it; `new` are ids that the command gave."""
    became = (await outcomes(board, [command], wait)).get(command)
    if became is None:
        raise LinliError(Code.NO_ANSWER, seconds=f"{wait:g}")
    outcome = _outcome_of(became)
    record = await _as_decided(board, request, became, wait) if request else None
    out.data(
        {
            "command": command,
            "request": request,
            "outcome": outcome.code.value,
            "detail": outcome.detail,
            "state": record.state.value if record else None,
            **new,
        }
    )
    sentence = ": ".join([*new.values(), sentence_of(outcome, record)])
    out.say(sentence, sentence)
    return 0


async def _as_decided(board: BoardReader, request: str, became: Became, wait: float) -> AssignmentRecord | None:
    """Give the request as the command left it."""
    decided = became.round if isinstance(became, KnownOutcome) and became.outcome.code is OutcomeCode.APPLIED else 0
    return await request_since(board, request, decided, min(wait, LAG_S))


def _outcome_of(became: Became) -> CommandOutcome:
    """Give the outcome, if it is one after which the person can go on.

    Raises
    ------
    LinliError
        If the command changed nothing; with the reason.
    """
    if isinstance(became, DeadLetter):
        refused = refused_in(became)
        raise LinliError(Code.NOT_APPLIED, detail=in_words(refused))
    outcome = became.outcome
    if outcome.code not in HARMLESS:
        detail = (
            f"{word_of(outcome.code, TONGUE)} ({detail_in_words(outcome.detail, TONGUE)})"
            if outcome.detail
            else word_of(outcome.code, TONGUE)
        )
        raise LinliError(Code.NOT_APPLIED, detail=detail)
    return outcome


def sentence_of(outcome: CommandOutcome, record: AssignmentRecord | None) -> str:
    """Say what came of a command; also why no series came of it, where one was asked for."""
    if record is not None and isinstance(record.status, Cancelled) and record.status.before_order:
        return both(
            f"{record.request_id}: no such order is known here; should it still arrive, it is cancelled.",
            f"{record.request_id}：目前没有此单；如随后收到，将自动取消。",
        )
    said = word_of(outcome.code, TONGUE)
    if outcome.detail in SERIES_DETAILS:
        why = detail_in_words(outcome.detail, TONGUE)
        said = aside(said, why)
    if record is None:
        return said
    state = word_of(record.state, TONGUE)
    return both(f"{record.request_id}: {said}; {state}", f"{record.request_id}：{said}，{state}")


async def _district_of(request: str | None, here: Here) -> str | None:
    """Look up the district of a request where several are served."""
    if request is None or len(here.settings.districts) == 1:
        return None
    async with here.board() as board:
        record = await board.request(request)
    if record is None:
        raise LinliError(Code.UNKNOWN_REQUEST, id=request)
    return record.district


async def team_of_offer(here: Here, offer: str) -> str:
    """Find the team an offer was made to.

    Raises
    ------
    LinliError
        If the board knows no such offer.
    """
    from linli.streams.board.reader import request_of

    async with here.board() as board:
        record = await board.request(request_of(offer))
    offers = [one for leg in record.legs for one in leg.offers] if record else []
    team = next((one.team for one in offers if one.id == offer), None)
    if team is None:
        raise LinliError(Code.UNKNOWN_OFFER, id=offer)
    return team
