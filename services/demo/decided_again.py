"""Deciding the demo's whole day again from the log alone, across the kill of its dispatcher: every byte must return."""

from __future__ import annotations

from typing import Final

from linli.matcher.desk.decide import decide
from linli.streams.kafka_client import KafkaAddress
from linli.streams.replay.replay import ReplayReport, replay

DECIDED_AGAIN: Final = ("every round comes out again byte for byte",)
"""What is judged here, beside what the verifier judges."""


async def decided_again(address: KafkaAddress, partitions: int) -> tuple[int, list[str]]:
    """Decide every round again.

    Parameters
    ----------
    address
        Where Kafka is.
    partitions
        How many partitions there are.

    Returns
    -------
    tuple of (int, list of str)
        How many rounds were decided again, and what came out differently, a line for every partition.

    Raises
    ------
    linli.streams.log_reader.LogStalledError
        If a topic cannot be read to its end.
    """
    reports = [await replay(address, partition, decide) for partition in range(partitions)]
    return sum(one.rounds for one in reports), [line for one in reports if (line := _difference(one))]


def _difference(report: ReplayReport) -> str | None:
    first = report.first_difference
    if first is None:
        return None
    return (
        f"{DECIDED_AGAIN[0]}: {report.differing} of {report.rounds} rounds of partition {report.partition} differ, "
        f"the first at {first.round}: {first.topic} {first.key}: {first.what}"
    )
