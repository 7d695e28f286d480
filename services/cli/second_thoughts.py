"""What a replay found, in words: how many rounds were decided again, and the first byte that came out differently."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from linli.matcher.desk.decide import decide
from linli.schemas.errors import Code, LinliError
from linli.services.cli.here import Here
from linli.services.cli.out import Out
from linli.services.cli.words import TONGUE, both
from linli.services.cli.working import working
from linli.streams.build import build_name
from linli.streams.ground_facts import read_facts
from linli.streams.kafka_client import KafkaAddress
from linli.streams.replay.replay import ReplayReport, replay


async def replay_log(here: Here, out: Out, partition: int | None, *, verify: bool) -> int:
    """Decide the log again and show what came of it.

    Returns
    -------
    int
        0 if every byte is the same or nobody asked to verify, else the exit code of a difference.

    Raises
    ------
    LinliError
        If there is no such partition.
    """
    address = await here.reach_kafka()
    reports: list[ReplayReport] = []
    with working(both("Replaying …", "正在重放……")) as tell:
        for number in await partitions_named(address, partition):

            def progress(done: int, where: int = number) -> None:
                tell(both(f"Replaying partition {where}, round {done} …", f"正在重放分区 {where} 第 {done} 轮……"))

            reports.append(await replay(address, number, decide, progress))
    out.data({"same": all(report.same for report in reports), "partitions": [_as_data(one) for one in reports]})
    if not out.as_json:
        _show(reports, out)
    return _verdict(reports) if verify else 0


async def partitions_named(address: KafkaAddress, partition: int | None) -> Sequence[int]:
    """Give the partition that was named, or all.

    Raises
    ------
    LinliError
        If there is no such partition.
    """
    count = (await read_facts(address)).district_map.partitions
    if partition is not None and partition >= count:
        raise LinliError(
            Code.USAGE,
            detail=both(
                f"--partition {partition}: there are 0 to {count - 1}",
                f"--partition {partition}：可为 0 至 {count - 1}",
            ),
        )
    return range(count) if partition is None else [partition]


def _verdict(reports: list[ReplayReport]) -> int:
    difference = next((report.first_difference for report in reports if report.first_difference is not None), None)
    if difference is None:
        return 0
    fault = LinliError(Code.REPLAY_DIFFERS, round=difference.round)
    sys.stderr.write(f"{fault.sentence(TONGUE)} {fault.what_to_do(TONGUE)}\n")
    return fault.exit_code


def _show(reports: list[ReplayReport], out: Out) -> None:
    for one in reports:
        out.say(
            f"Partition {one.partition}: {one.rounds} rounds decided again, {one.records} records compared, "
            f"{one.differing} rounds differ.",
            f"分区 {one.partition}：重算 {one.rounds} 轮，比对 {one.records} 条记录，{one.differing} 轮不同。",
        )
        if one.first_difference is not None:
            first = one.first_difference
            line = f"  {first.round}: {first.topic} {first.key}: {first.what}"
            out.say(line, line)
    others = sorted({build for report in reports for build in report.builds} - {build_name()})
    if others:
        builds = ", ".join(others)
        out.say(
            f"Some rounds were decided by another build ({builds}); only the same build promises the same bytes.",
            f"部分轮次由其他版本（{builds}）决策；只有同一版本才保证逐字节一致。",
        )


def _as_data(report: ReplayReport) -> dict[str, object]:
    first = report.first_difference
    return {
        "partition": report.partition,
        "rounds": report.rounds,
        "records": report.records,
        "first_round": report.first_round,
        "differing": report.differing,
        "healed": report.healed,
        "builds": sorted(report.builds),
        "first_difference": first
        and {"round": first.round, "topic": first.topic, "key": first.key, "what": first.what},
    }
