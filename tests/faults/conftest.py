"""A Kafka of their own for the tests that strike, one partition for each of them, and one report at the end."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from linli.streams.audit.verdict import Verdict
from linli.streams.bootstrap import Wanted, bootstrap
from linli.streams.ground_facts import Facts
from linli.streams.kafka_client import KafkaAddress
from tests.conftest import RunningGround
from tests.support.dispatchers import Dispatchers
from tests.support.district import MONDAY

PARTITIONS = 32
"""One for every test that strikes a dispatcher."""

CLOCK_RATE = 60.0
"""A minute a second, so that offers expire while we look."""


STRUCK = "struck"
"""Under this name a test's report carries its faults from whichever process ran the test to the one that tells."""


@dataclass(frozen=True)
class Struck:
    """The faults of one test, and what the audit said afterwards."""

    what: str
    faults: int
    requests: int
    lost: int
    doubled: int
    rounds: int

    def line(self) -> str:
        """Say it in the report at the end."""
        return (
            f"{self.what}: {self.requests} requests, {self.faults} faults struck, "
            f"{self.lost} lost, {self.doubled} doubled, {self.rounds} rounds"
        )


class FaultReport:
    """Where one test notes its faults."""

    def __init__(self, note: Callable[[str, object], None]) -> None:
        self._note = note

    def add(self, what: str, faults: int, verdict: Verdict) -> None:
        """Note one test's faults and what the audit said afterwards."""
        struck = Struck(what, faults, verdict.requests, verdict.lost, verdict.doubled, verdict.rounds)
        self._note(STRUCK, asdict(struck))


ALL_STRUCK: list[Struck] = []
"""What the tests of this run have noted."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what belongs to the long list alone."""
    if config.getoption("--faults") == "long":
        return
    out = [item for item in items if item.get_closest_marker("long")]
    config.hook.pytest_deselected(items=out)
    items[:] = [item for item in items if item not in out]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep what a test noted."""
    if report.when == "call":
        ALL_STRUCK.extend(Struck(**cast(Any, noted)) for name, noted in report.user_properties if name == STRUCK)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the report."""
    if not ALL_STRUCK:
        return
    terminalreporter.section("faults")
    for struck in ALL_STRUCK:
        terminalreporter.write_line(struck.line())
    terminalreporter.write_line(
        f"in all: {sum(struck.requests for struck in ALL_STRUCK)} requests, "
        f"{sum(struck.faults for struck in ALL_STRUCK)} faults struck, "
        f"{sum(struck.lost for struck in ALL_STRUCK)} lost, {sum(struck.doubled for struck in ALL_STRUCK)} doubled"
    )
    by_kind: Counter[str] = Counter()
    for struck in ALL_STRUCK:
        by_kind[struck.what] += struck.faults
    terminalreporter.write_line(f"faults by kind: {', '.join(f'{kind} {count}' for kind, count in by_kind.items())}")


@pytest.fixture
def report(record_property: Callable[[str, object], None]) -> FaultReport:
    """Give the report that is printed at the end of the run."""
    return FaultReport(record_property)


@pytest.fixture(scope="session")
def struck_ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGround]:
    """Start a Kafka for the tests that strike."""
    running = RunningGround(tmp_path_factory.mktemp("struck"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def struck_facts(struck_ground: RunningGround) -> Facts:
    """Set up its topics, a district on every partition."""
    districts = tuple(f"1{number:05}" for number in range(PARTITIONS))
    wanted = Wanted(districts, PARTITIONS, clock_rate=CLOCK_RATE, clock_origin=MONDAY)
    return asyncio.run(bootstrap(struck_ground.ground.kafka_address, wanted))


@pytest.fixture(scope="session")
def struck_address(struck_ground: RunningGround) -> KafkaAddress:
    """Say how to reach it."""
    return struck_ground.ground.kafka_address


@pytest.fixture(scope="session")
def fresh_slot() -> Callable[[], int]:
    """Give a partition that no test has used."""
    return itertools.count().__next__


@pytest.fixture
def dispatchers(
    struck_address: KafkaAddress, struck_facts: Facts, fresh_slot: Callable[[], int], tmp_path: Path
) -> Dispatchers:
    """Give the dispatchers of a fresh partition."""
    slot = fresh_slot()
    assert slot < struck_facts.district_map.partitions, "more tests than partitions: raise PARTITIONS"
    return Dispatchers(struck_address, slot, tmp_path)
