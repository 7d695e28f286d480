"""The report on mode ``suggest``: how often the desk chose as proposed, what else it chose, at what cost and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from linli.schemas.errors import Code, LinliError
from linli.schemas.explanation import CostTerm
from linli.schemas.glossary import word
from linli.schemas.sealed_text import part_of
from linli.schemas.suggest_report import Opinion, SuggestReport, Tally, suggest_report
from linli.services.cli.board_lookups import category_name
from linli.services.cli.here import Here
from linli.services.cli.out import ZONE, Out, clock
from linli.services.cli.reasons import minutes
from linli.services.cli.times import instant
from linli.services.cli.words import TONGUE, both
from linli.services.sheets.writing import Value, refuse_existing, writing
from linli.services.wiring import keyring_of
from linli.streams.ground_facts import read_facts
from linli.streams.kafka_client import KafkaAddress
from linli.streams.sealed.keyring import MasterKeyError
from linli.streams.sealed.written_reasons import opened_texts
from linli.streams.suggest_choices import read_opinions

DAY: Final = len("2026-03-26")
"""Letters of a day without a time."""


async def report_on_suggest(
    here: Here, out: Out, period: tuple[str | None, str | None], file: Path | None, *, overwrite: bool
) -> None:
    """Read the ledger, fold it, show it and write it down.

    Raises
    ------
    LinliError
        If the period is none, or the file is there already, is of no known kind or cannot be written.
    """
    start, end = moments(*period)
    if file is not None:
        if file.suffix.lower() not in (".csv", ".xlsx"):
            raise LinliError(Code.FILE_FORMAT, path=file)
        refuse_existing(file, overwrite=overwrite)
    address = await here.reach_kafka()
    partitions = (await read_facts(address)).district_map.partitions
    opinions = await _opened(await read_opinions(address, partitions), here, address, partitions)
    report = suggest_report(opinions, start, end)
    if file is not None:
        write(report, file, overwrite=overwrite)
    out.data(report.model_dump(mode="json"))
    _show(report, out)
    if file is not None:
        out.say(f"Written: {file}.", f"已写入 {file}。")


async def _opened(opinions: list[Opinion], here: Here, address: KafkaAddress, partitions: int) -> list[Opinion]:
    """Open the reasons, where the master key is at hand; what cannot be opened says so, and says no more."""
    sealed = [one.reason for one in opinions if part_of(one.reason) is not None]
    if not sealed:
        return opinions
    try:
        clear = await opened_texts(sealed, address, partitions, keyring_of(here.settings))
        shut = both("(erased)", "（已删除）")
    except MasterKeyError:
        clear, shut = {}, both("(sealed; the master key is not here)", "（已加密，本机没有主密钥）")
    said = {text: clear.get(text, shut) for text in sealed}
    return [one.model_copy(update={"reason": said.get(one.reason, one.reason)}) for one in opinions]


def moments(start: str | None, end: str | None) -> tuple[datetime | None, datetime | None]:
    """Read a period that a person types; a day as its end is included as a whole.

    Raises
    ------
    LinliError
        If one is no time, or the end comes before the start.
    """
    first = None if start is None else instant(start, ZONE)
    last = None if end is None else instant(end, ZONE)
    if end is not None and last is not None and len(end) <= DAY:
        last += timedelta(days=1)
    if first is not None and last is not None and last <= first:
        raise LinliError(
            Code.USAGE, detail=both(f"--to {end} is not after --from {start}", f"--to {end} 不晚于 --from {start}")
        )
    return first, last


def write(report: SuggestReport, file: Path, *, overwrite: bool) -> None:
    """Write the disagreements as a table, and the figures as another; what looks like a formula is made text.

    Raises
    ------
    LinliError
        If it cannot be written.
    """
    with writing(file, overwrite=overwrite) as book:
        listed = book.table(both("disagreements", "不一致清单"), _LISTED)
        for one in report.disagreements:
            listed.row(_listed(one))
        figures = book.table(both("figures", "汇总"), _FIGURES)
        for tally in (*report.groups, report.total):
            figures.row(_figures(tally))


_LISTED: Final = (
    both("request", "点单"),
    both("visit", "上门"),
    both("chosen at", "选择时间"),
    both("community", "社区"),
    both("help", "服务"),
    both("proposed", "建议队伍"),
    both("chosen", "所选队伍"),
    both("seconds more", "多出秒数"),
    both("of which", "其中"),
    both("reason", "原因"),
    both("by", "经办人"),
)

_FIGURES: Final = (
    both("community", "社区"),
    both("help", "服务"),
    both("agreed", "一致"),
    both("disagreed", "不一致"),
    both("share agreed", "一致率"),
    both("seconds more", "多出秒数"),
    both("median", "中位数"),
    both("of which", "其中"),
    both("cost unknown", "代价未知"),
    both("nobody proposed", "无建议"),
    both("nothing chosen", "未作选择"),
)


def _listed(one: Opinion) -> tuple[Value, ...]:
    return (
        one.request_id,
        one.leg + 1,
        one.at.astimezone(ZONE),
        one.community,
        category_name(one.category),
        one.proposed,
        one.chosen,
        one.seconds,
        _in_seconds(one.terms),
        one.reason,
        one.by,
    )


def _figures(tally: Tally) -> tuple[Value, ...]:
    return (
        tally.community or both("all", "合计"),
        "" if tally.category is None else category_name(tally.category),
        tally.agreed,
        tally.disagreed,
        None if tally.rate is None else round(tally.rate, 4),
        tally.seconds,
        tally.median,
        _in_seconds(tally.terms),
        tally.uncosted,
        tally.unproposed,
        tally.unchosen,
    )


def _in_seconds(terms: Iterable[CostTerm]) -> str:
    return ", ".join(f"{word(f'cost.{term.name}', TONGUE)} {term.seconds:+d}" for term in terms)


def _show(report: SuggestReport, out: Out) -> None:
    if out.as_json:
        return
    whole = report.total
    if not whole.agreed + whole.disagreed + whole.unproposed + whole.unchosen:
        out.say("Nothing was proposed or chosen in mode suggest.", "“仅建议”模式下没有建议，也没有选择。")
        return
    out.table(_FIGURES, [_shown(tally) for tally in (*report.groups, whole)])
    headers = (both("request", "点单"), *_LISTED[4:7], both("costs more", "多出代价"), both("reason", "原因"))
    out.wide_table(headers, [_shown_choice(one) for one in report.disagreements])
    if any(one.seconds is not None and one.seconds < 0 for one in report.disagreements):
        out.say(
            "A cost below zero: the desk's choice was the cheaper one by the plan of that moment.",
            "代价为负：按当时的计划，派单台的选择代价更低。",
        )


def _shown(tally: Tally) -> Sequence[str]:
    figures = _figures(tally)
    rate = "" if tally.rate is None else f"{tally.rate:.0%}"
    costs = (_signed(tally.seconds), _signed(tally.median), _in_words(tally.terms))
    return tuple(str(one) for one in (*figures[:4], rate, *costs, *figures[8:]))


def _shown_choice(one: Opinion) -> Sequence[str]:
    visit = one.request_id if one.leg == 0 else f"{one.request_id} ({one.leg + 1})"
    cost = _signed(one.seconds)
    if len(one.terms) > 1:
        cost = f"{cost} ({_in_words(one.terms)})"
    when = clock(one.at)
    return (visit, category_name(one.category), one.proposed or "–", one.chosen or "–", cost, f"{one.reason} [{when}]")


def _in_words(terms: Iterable[CostTerm]) -> str:
    return ", ".join(f"{word(f'cost.{term.name}', TONGUE)} {_signed(term.seconds)}" for term in terms)


def _signed(seconds: int | None) -> str:
    """Write a cost that may be a gain."""
    if seconds is None:
        return "?"
    if abs(seconds) < 60:
        return both(f"{seconds} s", f"{seconds} 秒")
    return f"-{minutes(-seconds)}" if seconds < 0 else minutes(seconds)
