"""Does the demo say so when its log, decided again, comes out differently?"""

from __future__ import annotations

import pytest

from linli.services.demo import decided_again as module
from linli.services.demo.decided_again import DECIDED_AGAIN, decided_again
from linli.streams.kafka_client import KafkaAddress
from linli.streams.replay.replay import Difference, ReplayReport


async def test_a_partition_that_differs_is_named_with_its_first_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests the sum of the rounds and the line that breaks the demo, for one of two partitions."""

    async def replayed(_: KafkaAddress, partition: int, __: object) -> ReplayReport:
        first = Difference(300, "rounds", "0", "the round record differs") if partition == 1 else None
        return ReplayReport(partition, rounds=400 + partition, differing=13 * partition, first_difference=first)

    monkeypatch.setattr(module, "replay", replayed)
    rounds, broken = await decided_again(KafkaAddress("nobody"), 2)
    assert rounds == 801
    [line] = broken
    assert line.startswith(DECIDED_AGAIN[0])
    assert "13 of 401 rounds of partition 1 differ, the first at 300: rounds 0: the round record differs" in line
