"""What an audit found, in words: every guarantee by name, held or broken, and each break with its place."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Final

from linli.schemas.errors import Code, LinliError
from linli.schemas.metrics import SECTIONS
from linli.schemas.system_words import refused_by_system
from linli.services.cli.here import Here
from linli.services.cli.out import Out
from linli.services.cli.words import TONGUE, both
from linli.services.cli.working import working
from linli.streams.audit.verdict import Guarantee, Verdict
from linli.streams.audit.verifier import judge

CHINESE: Final[dict[Guarantee, str]] = {
    Guarantee.READABLE: "每条记录均可读取",
    Guarantee.INBOX_OUTCOME: "收到的每条记录都有结果",
    Guarantee.COMMAND_OUTCOME: "每条命令恰有一个结果",
    Guarantee.ORDER_KEPT: "受理的点单都在账上",
    Guarantee.ONE_ASSIGNMENT: "任何时刻一次上门不会有两支队伍或两个待接单",
    Guarantee.UNIQUE_IDS: "邀约与派单编号不变、不重",
    Guarantee.ONE_HOME: "一支队伍只属于一个区县",
    Guarantee.GAPLESS: "版本与轮次连续、不重",
    Guarantee.LIFE_CYCLE: "每一步都符合流转规则",
    Guarantee.WHOLE_ROUNDS: "每一轮都完整",
    Guarantee.KEPT: "未到期的内容不会被清除",
    Guarantee.REASON_OR_PLAN: "未完成的点单都有队伍、计划或原因",
    Guarantee.ONE_PLACE: "同一小组不会同时在两处",
    Guarantee.CLIMBS: "超时未办按时逐级提级",
    Guarantee.TOLD: "每个待答复的邀约和每次提级都已告知或有人在跟进",
    Guarantee.LISTED: "每份到时应发的次日清单都已生成",
    Guarantee.SAME_WORDS: "同一条通知每次内容一致",
    Guarantee.NOT_GONE: "不向已停用的地址发送",
}
"""The guarantees for those who read Chinese; their values are the English sentences."""


async def audit_log(here: Here, out: Out, patience: float, metrics_file: Path | None = None) -> int:
    """Judge the log and show what was found.

    Returns
    -------
    int
        0 if every guarantee held, else the exit code of a broken one.
    """
    address = await here.reach_kafka()
    with working(both("Reading the log …", "正在通读日志……")):
        at = here.settings.day_list_at
        verdict = await judge(address, patience=timedelta(seconds=patience), delivered=True, day_list_at=at)
    if metrics_file is not None:
        _write_metrics(verdict, metrics_file)
    out.data(_as_data(verdict))
    if not out.as_json:
        _show(verdict, out)
    if verdict.held:
        return 0
    fault = LinliError(Code.GUARANTEE_BROKEN, count=len(verdict.broken))
    sys.stderr.write(f"{fault.sentence(TONGUE)} {fault.what_to_do(TONGUE)}\n")
    return fault.exit_code


def _write_metrics(verdict: Verdict, file: Path) -> None:
    """Write how often each guarantee was judged and broken, whole or not at all."""
    from prometheus_client import write_to_textfile

    from linli.streams.meters import Meters

    meters = Meters(SECTIONS["audit"])
    for guarantee in Guarantee:
        meters.count("linli_guarantees_checked_total", guarantee.name.lower())
        breaks = sum(one.guarantee is guarantee for one in verdict.breaks)
        meters.count("linli_guarantees_broken_total", guarantee.name.lower(), by=breaks)
    try:
        write_to_textfile(str(file), meters.registry)
    except OSError as error:
        raise LinliError(Code.FILE_UNWRITABLE, path=file, detail=refused_by_system(error)) from error


def _show(verdict: Verdict, out: Out) -> None:
    rows = [
        ("✗" if verdict.broken.get(one) else "✓", both(one.value, CHINESE[one]), _times(verdict.broken.get(one, 0)))
        for one in Guarantee
    ]
    out.table(("", both("guarantee", "保证"), ""), rows)
    breaks = [(one.where, both(one.guarantee.value, CHINESE[one.guarantee]), one.detail) for one in verdict.breaks]
    out.table((both("where", "位置"), both("broken", "被破坏"), ""), breaks)
    read = sum(verdict.records.values())
    out.say(
        f"{read} records read: {verdict.requests} requests, {verdict.rounds} rounds, {verdict.commands} commands, "
        f"{verdict.offers} offers, {verdict.assignments} assignments, {verdict.lists} day lists due. "
        f"Lost: {verdict.lost}. Given to two: {verdict.doubled}. Too new to judge: {verdict.waiting}.",
        f"共读 {read} 条记录：点单 {verdict.requests}，轮次 {verdict.rounds}，命令 {verdict.commands}，"
        f"邀约 {verdict.offers}，派单 {verdict.assignments}，应发次日清单 {verdict.lists}。"
        f"丢失 {verdict.lost}，重派 {verdict.doubled}，过新未判 {verdict.waiting}。",
    )


def _times(count: int) -> str:
    return both(f"broken {count} times", f"被破坏 {count} 次") if count else ""


def _as_data(verdict: Verdict) -> dict[str, object]:
    return {
        "held": verdict.held,
        "checked": [one.name.lower() for one in Guarantee],
        "broken": {guarantee.name.lower(): count for guarantee, count in verdict.broken.items()},
        "breaks": [
            {"guarantee": one.guarantee.name.lower(), "where": one.where, "detail": one.detail}
            for one in verdict.breaks
        ],
        "lost": verdict.lost,
        "doubled": verdict.doubled,
        "requests": verdict.requests,
        "states": verdict.states,
        "records": verdict.records,
        "rounds": verdict.rounds,
        "commands": verdict.commands,
        "offers": verdict.offers,
        "assignments": verdict.assignments,
        "day_lists": verdict.lists,
        "waiting": verdict.waiting,
    }
