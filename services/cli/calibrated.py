"""What trips say of travel times, for the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from linli.matcher.rounds.ways import travel_over
from linli.matcher.travel import GROUNDS, Ground
from linli.schemas.errors import Code, LinliError
from linli.schemas.glossary import word_of
from linli.schemas.places import Terrain
from linli.schemas.topics import ASSIGNMENTS
from linli.services.cli.here import Here
from linli.services.cli.out import Out
from linli.services.cli.report_sheet import asked_of
from linli.services.cli.whole_input import read_bytes
from linli.services.cli.words import both
from linli.services.reports.periods import Parameter, WrongPeriodError, period_of
from linli.services.sheets.limits import FILE_BYTES_MAX
from linli.services.travel.calibration import (
    FASTEST,
    SHORTEST_M,
    SLOWEST,
    TRIPS_MIN,
    Fit,
    Trip,
    fit,
    read_trips,
    too_few,
)
from linli.services.travel.made_trips import LONGEST, made_trips
from linli.streams.ledger_tables import LedgerTables

_LONGEST_H: Final = LONGEST.total_seconds() / 3600

LEFT_ASIDE: Final = {
    "on_the_dot": ("begun at the planned time: the crew may have waited", "按计划时间开始，可能曾等候"),
    "overlapping": ("begun before the last visit was over", "上一次服务结束前已开始"),
    "long_gap": (f"more than {_LONGEST_H:g} h between", f"间隔超过 {_LONGEST_H:g} 小时"),
    "coarse": ("only the village's middle is known", "仅知村组中心点"),
    "two_terrains": ("between two kinds of terrain", "跨越两种地形"),
    "short": (f"below {SHORTEST_M:g} m", f"直线不足 {SHORTEST_M:g} 米"),
}
"""Why a trip says nothing of its way, by the word that programs read."""


def calibrate_file(name: str, out: Out, unused: Mapping[str, str]) -> int:
    """Fit the trips of a file and show the outcome; `unused` are options that belong to the ledger alone.

    Raises
    ------
    LinliError
        If the file is malformed, no terrain has trips enough, or an option is given that a file knows nothing of.
    """
    for option, value in unused.items():
        if value:
            raise LinliError(
                Code.USAGE,
                detail=both(f"{option} is for the ledger, not for a file", f"{option} 仅用于台账，不用于文件"),
            )
    try:
        text = read_bytes(name, FILE_BYTES_MAX).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise LinliError(Code.FILE_ENCODING, path=name) from None
    trips, short = read_trips(text, name)
    _show(trips, {"short": short} if short else {}, name, out)
    return 0


async def calibrate_visits(here: Here, out: Out, given: Mapping[str, str], district: str | None) -> None:
    """Fit the trips between the finished visits of a district and show the outcome.

    Raises
    ------
    LinliError
        If Kafka does not answer, the district is not there, the period is none, or no terrain has trips enough.
    """
    try:
        period = period_of(given, frozenset((Parameter.FROM, Parameter.UNTIL)))
    except WrongPeriodError as error:
        raise LinliError(Code.USAGE, detail=error.said()) from None
    code = here.district(district)
    asked = await asked_of(here, code)
    tables = await LedgerTables(asked.address).read(asked.partition, (ASSIGNMENTS,), code)
    made = made_trips(tables.assignments, period)
    today = travel_over(asked.county.policy.grounds).grounds
    _show(made.trips, made.left_aside, both("the ledger", "台账"), out, today)


def _show(
    trips: Sequence[Trip],
    left_aside: Mapping[str, int],
    source: str,
    out: Out,
    today: Mapping[str, Ground] = GROUNDS,
) -> None:
    fits, few = fit(trips, today), too_few(trips)
    if not fits:
        aside = "".join(f"; {line}" for line in _aside(left_aside))
        raise LinliError(Code.PROBLEM, detail=f"{source}: {_too_few(few)}{aside}")
    told = {"short": left_aside.get("short", 0), "left_aside": dict(left_aside), "trips": len(trips), "too_few": few}
    out.data({**told, "fits": [one.as_dict() for one in fits]})
    heads = (
        both("terrain", "地形"),
        both("trips", "行程数"),
        both("s per straight km", "每直线公里秒数"),
        both("detour", "绕行系数"),
        both("km/h on the road", "路上时速（公里）"),
        both("error now / fitted", "误差：现用/校准后"),
        both("sure", "把握"),
    )
    out.wide_table(heads, [_row(one) for one in fits])
    for line in (*_aside(left_aside), *([_too_few(few)] if few else [])):
        out.say(line, line)
    for one in fits:
        _warn(one, out)
    out.say("For a policy file (LINLI_POLICY):", "可写入政策文件（LINLI_POLICY）：")
    for line in _for_a_policy(fits):
        out.say(line, line)


def _for_a_policy(fits: Sequence[Fit]) -> list[str]:
    """Write what was fitted as a policy file has it."""
    return [
        line
        for one in fits
        for line in (
            f"[grounds.{one.terrain}]",
            f"detour = {one.road}{both(*TAKEN_OVER) if one.taken_over else ''}",
            f"metres_per_hour = {one.metres_per_hour}",
        )
    ]


TAKEN_OVER: Final = "  # taken over, not fitted", "  # 沿用现值，未校准"


def _warn(one: Fit, out: Out) -> None:
    """Warn of a speed that cannot be believed."""
    if one.plausible:
        return
    speed, low, high = (f"{metres / 1000:g}" for metres in (one.metres_per_hour, SLOWEST, FASTEST))
    why = ", with the detour taken over,", "（绕行系数沿用现值）"
    english, chinese = why if one.taken_over else ("", "")
    out.warn(
        f"{one.terrain}: {speed} km/h on the road{english} is not plausible ({low} to {high}): look at the trips.",
        f"{_terrain(one.terrain)}：路上时速 {speed} 公里{chinese}不合常理（{low} 至 {high}），请先核对行程数据。",
    )


def _aside(left_aside: Mapping[str, int]) -> list[str]:
    """Say how many trips were left aside, and why."""
    return [
        both(f"left aside, {LEFT_ASIDE[why][0]}: {count}", f"未采用，{LEFT_ASIDE[why][1]}：{count} 次")
        for why, count in left_aside.items()
    ]


def _too_few(few: Mapping[str, int]) -> str:
    counts = ", ".join(f"{_terrain(terrain)} {count}" for terrain, count in few.items()) or "0"
    return both(
        f"a terrain needs {TRIPS_MIN} trips; usable are only {counts}",
        f"每种地形至少需要 {TRIPS_MIN} 次行程；可用行程不足：{counts}",
    )


def _terrain(terrain: str) -> str:
    """Return a terrain as people call it, and as the file has it."""
    return both(terrain, f"{word_of(Terrain(terrain), 'zh')} ({terrain})")


def _row(one: Fit) -> tuple[str, ...]:
    sure = {"yes": both("yes", "较高"), "roughly": both("roughly", "一般"), "no": both("no", "不足")}
    return (
        _terrain(one.terrain),
        f"{one.trips}",
        _interval(one.seconds_per_km),
        both(f"{one.road:.2f}, taken over", f"{one.road:.2f}，沿用现值")
        if one.detour is None
        else _interval(one.detour),
        f"{one.metres_per_hour / 1000:.1f}",
        f"{one.error_before:.0%} / {one.error_after:.0%}",
        sure[one.sure],
    )


def _interval(one: tuple[float, float, float]) -> str:
    return f"{one[1]:.2f} ({one[0]:.2f}–{one[2]:.2f})"
