"""Solving a file for the command line: read, solve, check, write; a picture for people, JSON for programs."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from linli.matcher.checker import check
from linli.matcher.problem import Place, Plan, Problem, ProblemError
from linli.matcher.rules import RULES
from linli.matcher.travel import Travel
from linli.schemas.errors import Code, LinliError
from linli.services.cli.cold_start import warn_if_cold
from linli.services.cli.out import ZONE, Out
from linli.services.cli.whole_input import read_bytes
from linli.services.cli.whole_output import write_output
from linli.services.cli.words import both
from linli.services.cli.working import working
from linli.services.solving.explaining import Explaining
from linli.services.solving.limits import Allowance, solve_within
from linli.services.solving.vroom_prices import bound_of, priced
from linli.services.solving.vroom_problem import translated
from linli.services.solving.vroom_reading import VroomFile, read_problem
from linli.services.solving.vroom_reasons import NAMES
from linli.services.solving.vroom_sharing import may_share, remaining, shared, straight_part
from linli.services.solving.vroom_solution import solution_of
from linli.services.solving.vroom_solved import Seconds, Solved
from linli.services.solving.vroom_verdict import faults_of_solution
from linli.services.travel.provider import ProviderError, frozen
from linli.services.travel.remembering import Remembering
from linli.services.travel.sources import CSV_BYTES_MAX, refuse_unknown, source_of

PROBLEM_BYTES_MAX = 512 * 1024 * 1024
"""A matrix of 5,000 places is some 150 MB of text; a larger one does not fit a small machine."""

BOUND_REFUSED = "--bound: not supported where something may be done between a pickup and its delivery, or loads differ"

REASONS_SHOWN = 10
"""Unassigned jobs shown to a person; all of them are in the file."""


@dataclass(frozen=True, slots=True)
class Ways:
    """Where travel times come from where the file has no matrix: the terrain of an estimate, and the source."""

    terrain: str
    source: str


def solve_file(
    name: str,
    allowance: Allowance,
    target: str | None,
    ways: Ways,
    out: Out,
    bound: float | None = None,
    explaining: Explaining | None = None,
) -> int:
    """Solve a file and write its solution: to `target`, else to standard output.

    With `bound` so many seconds more are spent on what any plan could serve at most, and on prices. Of
    those left out it is told why, as far as `explaining` allows.

    Raises
    ------
    LinliError
        If the file cannot be read or is malformed, or the solution cannot be written.
    """
    _can_be_written(target)
    refuse_unknown(ways.source)
    began = time.monotonic()
    warn_if_cold(out)
    file = _read(name, ways, out)

    def fetched(estimate: Travel, places: Sequence[Place]) -> Travel:
        return _fetched(estimate, places, ways.source, out)

    read = translated(file, ways.terrain, None if ways.source == "estimate" else fetched)
    problem, clocks, _ = read
    loaded, sharing = time.monotonic(), may_share(file.problem)
    if sharing and bound is not None:
        raise LinliError(Code.PROBLEM, detail=both(BOUND_REFUSED, "有取送单或各任务载量不同时不支持 --bound"))
    with working(both("Solving …", "正在求解……")) as tell:

        def progress(part: float) -> None:
            tell(both(f"Solving: {part:.0%} of the time …", f"求解中：已用时 {part:.0%}……"))

        try:
            result = solve_within(problem, straight_part(allowance) if sharing else allowance, progress)
        except ProblemError as error:
            raise LinliError(Code.PROBLEM, detail=error) from None
    broken = check(problem, result.plan)
    if broken:
        raise AssertionError(f"the plan breaks {broken[0]}")
    better = None
    if sharing:
        left = remaining(allowance, time.monotonic() - loaded, result.report.work)
        better = shared(file.problem, read, result.plan, left, lambda _: None)
    took = Seconds(loaded - began, time.monotonic() - loaded)
    given = file.problem, problem, clocks, result.plan, result.report, took, file.has_distances
    solution = _written(Solved(*given, better, explaining or Explaining()))
    faults = faults_of_solution(file.problem, problem.travel, ways.terrain, solution)
    if faults:
        raise AssertionError(f"the solution is wrong: {faults[0]}")
    if bound is not None:
        solution["summary"]["linli"]["bound"] = _bounded(problem, result.plan, bound, allowance.threads)
    _write(solution, target, out)
    return 0


def _read(name: str, ways: Ways, out: Out) -> VroomFile:
    """Read a problem, and say where a source of ways is named for nothing."""
    file = read_problem(read_bytes(name, PROBLEM_BYTES_MAX), name)
    if file.matrices and ways.source != "estimate":
        out.warn("The file has a matrix of its own; --travel is not asked.", "文件自带矩阵，未使用 --travel。")
    return file


def _written(solved: Solved) -> dict[str, Any]:
    """Write the solution, and tell on a terminal how far its reasons are."""
    with working(both("Explaining who is left out …", "正在说明未安排的原因……")) as tell:

        def progress(done: int, of: int) -> None:
            if done < of:
                tell(both(f"Explaining who is left out: {done} of {of} …", f"说明未安排的原因：{done}/{of}……"))
            else:
                tell(both("Proving which change is the smallest …", "正在证明所需改动最小……"))

        return solution_of(solved, progress)


def _bounded(problem: Problem, plan: Plan, seconds: float, threads: int) -> dict[str, Any]:
    """Find what any plan could serve at most, and what the rest would cost."""
    with working(both("Bounding …", "正在求上界……")):
        found = bound_of(problem, plan, seconds, threads)
    return priced(found, plan)


def _fetched(estimate: Travel, places: Sequence[Place], source: str, out: Out) -> Travel:
    """Fetch the ways between places; say so where the source failed and the estimate stands in."""
    read = read_bytes(source.removeprefix("csv:"), CSV_BYTES_MAX) if source.startswith("csv:") else b""
    provider = source_of(source, estimate, read)
    try:
        travel = frozen(provider, places, datetime.now(ZONE), estimate)
    except ProviderError as error:
        raise LinliError(Code.PROBLEM, detail=error.said) from None
    if travel.quality == "fallback":
        why = provider.failure if isinstance(provider, Remembering) else None
        english, chinese = why or ("", "")
        out.warn(f"What is missing of the ways is estimated: {english}.", f"缺少的路程改用估算：{chinese}。")
    return travel


def _can_be_written(target: str | None) -> None:
    """Refuse before the work is done what could not be written after it."""
    if target is not None and not Path(target).expanduser().absolute().parent.is_dir():
        raise LinliError(Code.FILE_UNWRITABLE, path=target, detail=both("there is no such folder", "没有该文件夹"))


def _write(solution: dict[str, Any], target: str | None, out: Out) -> None:
    text = json.dumps(solution, ensure_ascii=False)
    if target is None:
        sys.stdout.write(text + "\n")
        return
    write_output(Path(target).expanduser(), (text + "\n").encode())
    out.data(solution["summary"])
    if not out.as_json:
        _show(solution, target, out)


def _show(solution: dict[str, Any], target: str, out: Out) -> None:
    summary = solution["summary"]
    jobs = sum(summary["linli"]["served"])
    # A shipment is two of VROOM's tasks, and one thing to a person.
    left = [one for one in solution["unassigned"] if one["type"] != "pickup"]
    out.say(
        f"{jobs} jobs and shipments on {summary['routes']} routes, {len(left)} unassigned; travel "
        f"{summary['duration'] // 60} min. Written to {target}.",
        f"{summary['routes']} 条路线，已安排任务与取送单 {jobs} 项，未安排 {len(left)} 项；"
        f"路程 {summary['duration'] // 60} 分钟。已写入 {target}。",
    )
    bound = summary["linli"].get("bound")
    if bound is not None:
        out.say(
            f"No plan serves more than {bound['served']}: at most {max(0, bound['served'] - jobs)} are missing.",
            f"任何计划最多可安排 {bound['served']} 项，至多还差 {max(0, bound['served'] - jobs)} 项。",
        )
    _say_how_far(summary["linli"]["explained"], summary["computing_times"]["explaining"] / 1000, out)
    left.sort(key=lambda one: UNTOLD.get(one["linli"]["reason"], 0))
    rows = [(_name(one), *_reason(one["linli"])) for one in left[:REASONS_SHOWN]]
    out.table(
        (both("unassigned", "未安排"), both("why", "原因"), both("rule, or instead of whom", "规则或占用者")), rows
    )
    if len(left) > len(rows):
        out.say(f"… and {len(left) - len(rows)} more, in the file.", f"……另有 {len(left) - len(rows)} 项，见文件。")


UNTOLD = {"out_of_time": 1, "not_explained": 2}
"""Reasons that say nothing come last."""


def _say_how_far(explained: dict[str, Any], seconds: float, out: Out) -> None:
    """Say what of the explanations time did not allow; nothing where it allowed all."""
    late, open_ = explained["out_of_time"], explained["unfinished"]
    if late:
        out.say(
            f"After {seconds:.1f} s of explaining, it is told of {explained['told']} of {explained['asked']} why; "
            f"{late} were not looked at: out of time (--explain-seconds).",
            f"说明原因用时 {seconds:.1f} 秒，{explained['asked']} 项中已说明 {explained['told']} 项，"
            f"{late} 项未及说明（--explain-seconds）。",
        )
    if open_:
        out.say(
            f"Of {explained['changes']} changes {explained['proved']} are proved the smallest; {open_} are only found, "
            "and might be proved with more time.",
            f"{explained['changes']} 项改动中 {explained['proved']} 项已证明最小；"
            f"{open_} 项仅为可行，更多时间或可证明。",
        )


def _name(one: dict[str, Any]) -> str:
    """Return what a person calls an unassigned job, or a shipment by its delivery."""
    return str(one["id"]) if one["type"] == "job" else f"{both('delivery', '送达')} {one['id']}"


def _reason(told: dict[str, Any]) -> tuple[str, str]:
    names = {
        "impossible": both("impossible", "无法满足"),
        "lost": both("lost to others", "运力已被占用"),
        "stopped": both("not reached in time", "时限内未及安排"),
        "out_of_time": both(
            "not looked at: out of time (--explain-seconds)", "未及说明：时间已到（--explain-seconds）"
        ),
        "not_explained": both("not explained (--explain)", "未作说明（--explain）"),
    }
    return names[told["reason"]], _because(told)


def _because(told: dict[str, Any]) -> str:
    """Return who has the time of what was lost, else the rule that keeps most vehicles away."""
    if told["lost_to"]:
        return ", ".join(_instead(one) for one in told["lost_to"])
    rule = told["rules"][0] if told["rules"] else None
    return "" if rule is None else both(rule["name"], _in_chinese(rule))


def _in_chinese(rule: dict[str, Any]) -> str:
    return CHINESE.get(rule["name"], RULES[rule["rule"]].chinese)


CHINESE = {NAMES["team_kind"]: "车辆载量"}
"""Rules that are called otherwise where a file uses them for something of its own."""


def _instead(lost: dict[str, Any]) -> str:
    """Name a vehicle and, where giving up one thing would make room, what that is."""
    vehicle = f"{both('vehicle', '车辆')} {lost['vehicle']}"
    exchange = lost["exchange"]
    if exchange is None:
        return vehicle
    jobs, shipments = exchange["jobs"], exchange["shipments"]
    given = f"{both('job', '任务')} {jobs[0]}" if jobs else f"{both('delivery', '送达')} {shipments[0]}"
    return f"{vehicle} ({given})"
