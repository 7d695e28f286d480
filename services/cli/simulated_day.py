"""Playing a day for the command line: what was asked for, what came of it, the pictures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from linli.schemas.errors import Both, Code, LinliError
from linli.schemas.glossary import word
from linli.schemas.policy import Mode, Policy
from linli.schemas.system_words import refused_by_system
from linli.services.cli.cold_start import warn_if_cold
from linli.services.cli.out import ZONE, Out, clock
from linli.services.cli.policy_files import read_policy, work_of
from linli.services.cli.policy_options import SIMULATED_WORK
from linli.services.cli.whole_input import read_bytes
from linli.services.cli.words import TONGUE, both
from linli.services.cli.working import working
from linli.services.demo.demand import Scenario
from linli.services.sheets.limits import FILE_BYTES_MAX
from linli.services.simulation.day_file import read_day
from linli.services.simulation.figures import MOVED, Figures, Spread, figures_of
from linli.services.simulation.people import manners_of
from linli.services.simulation.plots import plots_of
from linli.services.simulation.virtual_day import VirtualDay


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asked for."""

    day: str
    requests: int | None
    seed: int
    work: int | None
    accept: str | None
    policy: Path | None
    plots: Path | None


def simulate_day(wanted: Wanted, out: Out) -> int:
    """Play the day, show the figures, draw the pictures.

    Raises
    ------
    LinliError
        If the day, the policy or the share is none, or the pictures cannot be written.
    """
    day = day_of(wanted)
    _make_folder(wanted.plots)
    warn_if_cold(out)
    with working(both("Playing the day …", "正在推演……")) as tell:

        def watch(now: datetime, number: int) -> None:
            tell(both(f"{clock(now)}: round {number} …", f"{clock(now)}：第 {number} 轮……"))

        day.play(watch)
    figures = figures_of(day)
    out.data(figures.as_dict())
    if not out.as_json:
        out.table(("", ""), _rows(figures))
    if wanted.plots is not None:
        for name, text in plots_of(day).items():
            (wanted.plots / name).write_text(text, encoding="utf-8")
    return 0


def day_of(wanted: Wanted) -> VirtualDay:
    """Return the day that was asked for, not yet played."""
    scenarios = {scenario.value.replace("_", "-"): scenario for scenario in Scenario}
    policy, manners = _policy(wanted.policy), manners_of(_range(wanted.accept), wanted.seed)
    work = work_of(wanted.work, policy, SIMULATED_WORK)
    if wanted.day in scenarios:
        return VirtualDay(
            wanted.seed, wanted.requests, scenarios[wanted.day], work=work, policy=policy, manners=manners
        )
    events = read_day(read_bytes(wanted.day, FILE_BYTES_MAX), wanted.day)
    on = events[0].at.astimezone(ZONE).date()
    return VirtualDay(wanted.seed, on=on, work=work, policy=policy, manners=manners, events=events)


def _policy(path: Path | None) -> Policy:
    """Read a policy; nobody sits at this desk, so that whatever waits for its word gets it at once.

    Without a file, and where it does not say, offers go out by themselves; what a policy only suggests stays unsent.
    """
    if path is None:
        return Policy(mode=Mode.AUTO)
    given = read_policy(path)
    mode = given.mode if "mode" in given.model_fields_set else Mode.AUTO
    rules = tuple(rule.model_copy(update={"mode": _at_once(rule.mode)}) for rule in given.mode_rules)
    return given.model_copy(update={"mode": _at_once(mode), "mode_rules": rules})


def _at_once(mode: Mode) -> Mode:
    return Mode.AUTO if mode is Mode.CONFIRM else mode


def _range(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    match = re.fullmatch(r"(\d{1,3})(?:-(\d{1,3}))?", text)
    low, high = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    if not low <= high <= 100:
        detail = Both(
            f"--accept {text}: two percentages, the lower first, like 50-90",
            f"--accept {text}：应为由低到高的两个百分数，如 50-90",
        )
        raise LinliError(Code.USAGE, detail=detail)
    return low / 100, high / 100


def _make_folder(folder: Path | None) -> None:
    if folder is None:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LinliError(Code.FILE_UNWRITABLE, path=folder, detail=refused_by_system(error)) from None


LATE_MIN = MOVED // timedelta(minutes=1)
"""How late still counts as on time; a promise is broken as soon as its window ends, so both figures may differ."""


def _rows(one: Figures) -> list[tuple[str, str]]:
    causes = " · ".join(f"{word('cause.' + cause, TONGUE)} {count}" for cause, count in one.promises_broken.items())
    return [
        (both("requests", "点单"), f"{one.requests}"),
        (both("promised", "已排期"), f"{one.promised}"),
        (
            both(
                f"served / on time (to {LATE_MIN} min after the window)", f"已服务 / 准时（时间窗后 {LATE_MIN} 分钟内）"
            ),
            f"{one.served} / {one.on_time}",
        ),
        (both("waiting, minutes", "等待（分钟）"), _three(one.waiting_minutes)),
        (both("travel, minutes", "路程（分钟）"), f"{one.travel_minutes} ({one.visits_planned})"),
        (
            both("first come, nearest team", "先到先派就近队伍"),
            f"{one.nearest_travel_minutes} ({one.nearest_visits})",
        ),
        (both("hours a team", "每队时长（小时）"), _three(one.team_hours)),
        (both("given by the busiest tenth", "最忙一成队伍所占"), f"{one.busiest_share:.0%}"),
        (both("same team again", "回访同队"), "–" if one.same_team is None else f"{one.same_team:.0%}"),
        (both("offers / accepted", "派单 / 接单"), f"{one.offers} / {one.accepted}"),
        (both("offers per served", "每次服务派单数"), f"{one.offers_per_served:.2f}"),
        (both("notifications per served", "每次服务通知数"), f"{one.notifications_per_served:.2f}"),
        (both("moves", "改动时间"), f"{one.moves}"),
        (both("promises broken", "未兑现的承诺"), causes or "0"),
        (both("nobody found", "暂无法安排"), f"{one.unmet}"),
        (both("refused at the door", "受理时被拒"), f"{one.refused}"),
        (both("rounds / proved optimal", "轮次 / 已证最优"), f"{one.rounds} / {one.rounds_proven}"),
    ]


def _three(one: Spread) -> str:
    if one.median is None or one.p90 is None or one.largest is None:
        return "–"
    return f"{one.median:g} / {one.p90:g} / {one.largest:g} ({both('median, 90 %, largest', '中位、九成、最大')})"
