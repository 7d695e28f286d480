"""Deliveries in words: the list of what a person must see to, and one delivery with each of its channels."""

from __future__ import annotations

from collections.abc import Mapping

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.deliveries import DeliveryRecord, Track
from linli.schemas.errors import Code, LinliError
from linli.schemas.glossary import word, word_of
from linli.schemas.organisation import NodeRecord
from linli.schemas.people import ContactPart
from linli.schemas.roster import RosterRecord
from linli.schemas.telling import visit_told
from linli.services.cli.board_lookups import category_name, grid_meant, grid_names, request_meant
from linli.services.cli.here import Here
from linli.services.cli.out import Out, clock
from linli.services.cli.words import TONGUE, both
from linli.services.wiring import keyring_of
from linli.streams.board.reader import BoardReader
from linli.streams.ground_facts import read_facts
from linli.streams.sealed.door_codes import door_code
from linli.streams.sealed.sealing import unseal
from linli.streams.sealed.subject_keys import find_subject_key

Row = tuple[str, str]


async def list_some(here: Here, out: Out, which: str, request: str | None, limit: int) -> None:
    """List deliveries: those that a person must see to, those under way, or those that are settled.

    Raises
    ------
    LinliError
        If there is no such request.
    """
    async with here.board() as board:
        if request is not None:
            about = (await request_meant(board, request)).request_id
            records = (await board.deliveries_about(about))[-limit:]
        else:
            lists = {"calls": board.calls, "open": board.under_way, "settled": board.settled_deliveries}
            records = await lists[which](limit)
    for record in records:
        out.data(record.model_dump(mode="json"))
    if not records:
        out.say("There is nothing to list.", "没有可列出的记录。")
    grids = grid_names(here.settings)
    titles = (
        ("what", "事项"),
        ("to", "对象"),
        ("help", "服务"),
        ("visit", "上门"),
        ("by", "截止"),
        ("state", "状态"),
        ("channel", "渠道"),
        ("why", "原因"),
    )
    out.table(("", *(both(*title) for title in titles)), [_row(record, grids) for record in records])


async def show_one(here: Here, out: Out, delivery: str, *, reveal: bool) -> None:
    """Show one delivery.

    Raises
    ------
    LinliError
        If there is none, or what was to be revealed was erased.
    """
    async with here.board() as board:
        record = await _found(board, delivery)
        whom = await _told_by(board, record)
        about = None if record.request is None else await board.request(record.request)
    secrets = await _revealed(here, record, whom, about) if reveal else []
    out.data({**record.model_dump(mode="json"), **({"revealed": dict(secrets)} if reveal else {})})
    if out.as_json:
        return
    out.table(("", ""), [*_facts(record, grid_names(here.settings)), *secrets])
    headers = (
        both("channel", "渠道"),
        both("state", "状态"),
        both("tries", "次数"),
        both("next", "下次"),
        both("why", "原因"),
    )
    out.wide_table(headers, [_track_row(track) for track in record.tracks])


async def found(here: Here, delivery: str) -> DeliveryRecord:
    """Find a delivery on the board.

    Raises
    ------
    LinliError
        If there is none.
    """
    async with here.board() as board:
        return await _found(board, delivery)


async def _found(board: BoardReader, delivery: str) -> DeliveryRecord:
    record = await board.delivery(delivery)
    if record is None:
        raise LinliError(Code.UNKNOWN_DELIVERY, id=delivery)
    return record


async def _told_by(board: BoardReader, record: DeliveryRecord) -> RosterRecord | NodeRecord | None:
    """Find the team, or the node of the organisation, that is told."""
    if record.node is not None:
        return await board.node(record.node)
    return None if record.team is None else await board.team(record.team)


async def _revealed(
    here: Here, record: DeliveryRecord, whom: RosterRecord | NodeRecord | None, about: AssignmentRecord | None
) -> list[Row]:
    """Open what a caller needs: how the team is reached, or the door code that the resident is told."""
    rows: list[Row] = []
    contact = None if whom is None else await _contact(here, whom, record)
    if contact is not None:
        rows += [(both("name", "姓名"), contact.name), (both("telephone", "电话"), contact.phone or "")]
    visit = visit_told(record.task, about)
    if visit is not None:
        rows.append((word("term.door_code", TONGUE), door_code(visit.id, keyring_of(here.settings))))
    return [row for row in rows if row[1]]


async def _contact(here: Here, whom: RosterRecord | NodeRecord, record: DeliveryRecord) -> ContactPart | None:
    facts = await read_facts(await here.reach_kafka())
    sealed = whom.details.contact_at(facts.clock.now())
    if sealed is None:
        return None
    key = await find_subject_key(here.address, sealed.key_id, facts.district_map.partitions)
    if key is None:
        raise LinliError(Code.ERASED, id=record.id)
    return unseal(sealed, key, keyring_of(here.settings), ContactPart)


def _facts(record: DeliveryRecord, grids: Mapping[str, str]) -> list[Row]:
    task = record.task
    rows = [
        ("", record.id),
        (both("what", "事项"), _what(record)),
        (both("request", "单号"), record.request or ""),
        (both("offer", "邀约"), "" if task or record.day else record.offer),
        (both("to", "对象"), _whom(record, grids)),
        (both("who comes", "上门人员"), ", ".join(task.members) if task else ""),
        (both("help", "服务"), category_name(record.category) if record.category else ""),
        (both("visit", "上门"), f"{clock(record.start)}–{clock(record.end)}" if record.start else ""),
        (both("visits", "上门次数"), str(len(record.visits)) if record.visits else ""),
        (both("by", "截止"), clock(record.answer_by)),
        (both("state", "状态"), word_of(record.state, TONGUE)),
        (both("last word", "最近结果"), word_of(record.answered.outcome, TONGUE) if record.answered else ""),
    ]
    return [row for row in rows if row[1]]


def _row(record: DeliveryRecord, grids: Mapping[str, str]) -> tuple[str, ...]:
    return (
        record.id,
        _what(record),
        _whom(record, grids),
        category_name(record.category) if record.category else "",
        clock(record.start),
        clock(record.answer_by),
        word_of(record.state, TONGUE),
        word(f"channel.{record.channel}", TONGUE) if record.channel else "",
        _why(record.error),
    )


def _track_row(track: Track) -> tuple[str, ...]:
    return (
        word_of(track.channel, TONGUE),
        word_of(track.state, TONGUE),
        str(track.attempt),
        clock(track.due),
        _why(track.error),
    )


def _what(record: DeliveryRecord) -> str:
    return word_of(record.purpose, TONGUE) if record.task is None else word_of(record.task.what, TONGUE)


def _whom(record: DeliveryRecord, grids: Mapping[str, str]) -> str:
    """Name who is told: a team, a node, or for telling in person the grid where somebody goes."""
    return record.team or record.node or (grid_meant(record.task.grid, grids) if record.task else "")


def _why(error: str) -> str:
    return word(f"delivery_error.{error}", TONGUE) if error else ""
