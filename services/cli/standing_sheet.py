"""Standing orders as a person reads them: a table, and one as a sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from linli.schemas.errors import Code, LinliError
from linli.schemas.glossary import word, word_of
from linli.schemas.recurrence_words import rule_in_words
from linli.schemas.standing import StandingRecord, Upcoming, Visiting
from linli.services.cli.board_lookups import category_name, team_names
from linli.services.cli.here import Here
from linli.services.cli.out import Out, clock
from linli.services.cli.words import TONGUE, both

_GONE = (Visiting.SKIPPED, Visiting.LEFT_OUT)


async def standing_meant(here: Here, standing: str) -> StandingRecord:
    """Find a standing order.

    Raises
    ------
    LinliError
        ``unknown_standing`` if the board knows none with this id.
    """
    async with here.board() as board:
        record = await board.standing_order(standing)
    if record is None:
        raise LinliError(Code.UNKNOWN_STANDING, id=standing)
    return record


async def list_standing(*, as_json: bool, ended: bool) -> int:
    """List them, the one with the next visit first."""
    out = Out(as_json)
    async with Here.look().board() as board:
        found = [one for one in await board.standing_orders() if ended or one.details.active]
    for record in sorted(found, key=lambda one: (not one.details.active, _next(one), one.key)):
        out.data(_as_data(record))
    rows = [_row(record) for record in sorted(found, key=lambda one: (not one.details.active, _next(one), one.key))]
    headers = (both("id", "编号"), both("number", "来源编号"), both("help", "服务"), both("rule", "周期"))
    out.table((*headers, both("next visit", "下次上门"), word("term.regular_team", TONGUE), ""), rows)
    out.say(f"{len(found)} standing order{'' if len(found) == 1 else 's'}.", f"共 {len(found)} 项定期服务。")
    return 0


def _as_data(record: StandingRecord) -> dict[str, object]:
    """Give everything but what is sealed, and the marks."""
    template = record.details.template
    data = record.model_dump(mode="json", exclude={"details": {"template"}, "recent": True})
    return {
        "standing": record.key,
        "source": template.source,
        "number": template.source_id,
        "category": template.category,
        "minutes": template.minutes,
        "community": template.community,
        **data,
    }


def _next(record: StandingRecord) -> str:
    return next((one.start.isoformat() for one in record.upcoming if one.how not in _GONE), "9999")


def _row(record: StandingRecord) -> tuple[str, ...]:
    details = record.details
    coming = next((one for one in record.upcoming if one.how not in _GONE), None)
    return (
        record.key,
        f"{details.template.source}/{details.template.source_id}",
        category_name(details.template.category),
        both(*rule_in_words(details.rule)),
        "" if coming is None else clock(coming.start),
        "、".join(team for team in record.regular if team),
        _state(record),
    )


def _state(record: StandingRecord) -> str:
    if not record.details.active:
        return word("detail.ended", TONGUE)
    return both("paused", "已暂停") if record.details.paused else ""


async def show_standing(standing: str, *, as_json: bool) -> int:
    """Show one."""
    here, out = Here.look(), Out(as_json)
    record = await standing_meant(here, standing)
    async with here.board() as board:
        taken = [one.team for one in (*record.series, *record.confirmed) if one]
        names = await team_names(board, [*(team for team in record.regular if team), *taken])
    out.data(_as_data(record))
    for name, value in _lines(record, names):
        out.say(f"{name}: {value}", f"{name}：{value}")
    headers = (
        both("by its rule", "周期时间"),
        both("begins", "开始时段"),
        both("how", "方式"),
        both("request", "点单"),
    )
    out.table(headers, [_visit(one) for one in record.upcoming])
    return 0


def _lines(record: StandingRecord, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    details = record.details
    yield word("term.standing_order", TONGUE), f"{record.key} {_state(record)}".strip()
    yield both("help", "服务"), category_name(details.template.category)
    yield both("rule", "周期"), f"{both(*rule_in_words(details.rule))} ({details.rule})"
    yield both("public holidays", "节假日"), word_of(details.holidays, TONGUE)
    if details.until is not None:
        yield both("until", "截止"), clock(details.until)
    regular = [names[team] for team in record.regular if team]
    if regular:
        yield word("term.regular_team", TONGUE), "、".join(regular)
    for cause, agreed in (("series", record.series), ("confirmed", record.confirmed)):
        for team, since in dict.fromkeys((one.team, one.since) for one in agreed if one):
            yield word(f"cause.{cause}", TONGUE), f"{names[team]}, {clock(since)}"
    if record.unknown_years:
        years = ", ".join(map(str, record.unknown_years))
        yield (
            both("public holidays not known yet", "节假日安排尚未公布"),
            both(f"{years}: visits stay on their day", f"{years} 年：按周期日期不变"),
        )


def _visit(one: Upcoming) -> tuple[str, ...]:
    span = f"{clock(one.start)} - {clock(one.end)}"
    return clock(one.occurrence), span, word_of(one.how, TONGUE), one.request_id or ""
