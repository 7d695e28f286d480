"""A Kafka of their own for the tests that strike, one partition for each of them, and one report at the end."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

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


@dataclass
class FaultReport:
    """What was struck and what was found, test by test."""

    lines: list[str] = field(default_factory=list[str])
    requests: int = 0
    faults: Counter[str] = field(default_factory=Counter[str])
    lost: int = 0
    doubled: int = 0

    def add(self, what: str, faults: int, verdict: Verdict) -> None:
        """Note one test's faults and what the audit said afterwards."""
        self.requests += verdict.requests
        self.faults[what] += faults
        self.lost += verdict.lost
        self.doubled += verdict.doubled
        self.lines.append(
            f"{what}: {verdict.requests} requests, {faults} faults struck, "
            f"{verdict.lost} lost, {verdict.doubled} doubled, {verdict.rounds} rounds"
        )


REPORT = FaultReport()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what belongs to the long list alone."""
    if config.getoption("--faults") == "long":
        return
    out = [item for item in items if item.get_closest_marker("long")]
    config.hook.pytest_deselected(items=out)
    items[:] = [item for item in items if item not in out]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the report."""
    if not REPORT.lines:
        return
    terminalreporter.section("faults")
    for line in REPORT.lines:
        terminalreporter.write_line(line)
    terminalreporter.write_line(
        f"in all: {REPORT.requests} requests, {REPORT.faults.total()} faults struck, "
        f"{REPORT.lost} lost, {REPORT.doubled} doubled"
    )
    by_kind = ", ".join(f"{kind} {count}" for kind, count in REPORT.faults.items())
    terminalreporter.write_line(f"faults by kind: {by_kind}")


@pytest.fixture(scope="session")
def report() -> FaultReport:
    """Give the report that is printed at the end of the run."""
    return REPORT


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
