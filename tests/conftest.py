"""What every test may ask for: one real Kafka and one real Valkey per run, and names that nobody else uses."""

import asyncio
import itertools
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import pytest
import redis.asyncio
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from linli.matcher import compiled
from linli.services.ground.local import LocalGround
from linli.streams.bootstrap import Wanted, bootstrap
from linli.streams.kafka_client import KafkaAddress
from tests.support.chromium import NO_CHROMIUM, chromium
from tests.support.days_ahead import import_teams
from tests.support.delivery_stack import DeliveryStack, delivery_stack
from tests.support.district import DISTRICT
from tests.support.gateway import client_of, token_for
from tests.support.house import House
from tests.support.page_county import County, free_the_teams, made_county
from tests.support.side_by_side import in_turn
from tests.support.solve_command import solve as solve

# The same examples in every run, so that a red run is red again; `--hypothesis-profile=default` explores anew.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

T = TypeVar("T")

READY_TIMEOUT_S = 240
"""The first run on a machine fetches 45 MB of jars before the broker starts."""


TOLD_PARTITIONS = 48
"""More than there are tests of delivery: each takes one."""

_told_numbers = itertools.count()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the fault tests know how long a list of faults is wanted, and whether the browser tests must run."""
    parser.addoption("--faults", choices=("short", "long"), default="short", help="how many faults to strike")
    help_ = "demand: end at once without Chromium instead of leaving the browser tests out"
    parser.addoption("--browser", choices=("if-there", "demand"), default="if-there", help=help_)


class NoSkips:
    """Fails a run in which a test was skipped or expected to fail: that is a question without an answer."""

    def __init__(self) -> None:
        self.unanswered: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that was skipped, or failed as it was expected to."""
        if report.skipped:
            self.unanswered.append(report.nodeid)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Turn a good ending into a bad one."""
        if self.unanswered and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say which tests they were."""
        for name in self.unanswered:
            terminalreporter.write_line(f"skipped, which counts as failed: {name}", red=True)


class BrowserTests:
    """Leaves the browser tests out where there is no Chromium, and says so loudly: `make test` needs Python alone.

    Raises
    ------
    pytest.UsageError
        If they are demanded and there is none.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.left_out = 0
        if config.getoption("--browser") == "demand" and chromium() is None:
            raise pytest.UsageError(f"there is no Chromium for the browser tests. {NO_CHROMIUM}")

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave them out."""
        ours = [item for item in items if item.get_closest_marker("browser")]
        if not ours or chromium() is not None:
            return
        self.left_out = len(ours)
        config.hook.pytest_deselected(items=ours)
        items[:] = [item for item in items if item not in ours]

    def pytest_sessionfinish(self) -> None:
        """Tell whoever divided the tests, which collects none."""
        told: dict[str, object] | None = getattr(self.config, "workeroutput", None)
        if told is not None:
            told["browser_tests_left_out"] = self.left_out

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Hear it; every process left out the same."""
        told: dict[str, int] = getattr(node, "workeroutput", {})
        self.left_out = max(self.left_out, told.get("browser_tests_left_out", 0))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say how many were left out and how to have them."""
        if self.left_out:
            terminalreporter.section("BROWSER TESTS LEFT OUT", yellow=True, bold=True)
            terminalreporter.write_line(f"{self.left_out} browser tests did not run. {NO_CHROMIUM}", yellow=True)


def pytest_configure(config: pytest.Config) -> None:
    """Watch for skipped tests and for Chromium; let Ctrl-C reach what tests start, also in a run that was put aside."""
    # A job in the background ignores SIGINT and so would all its children: a house told to end by it would never end.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(config, "workerinput"):  # pytest-xdist hands its terminal's size on, and a file has none
        for name in ("COLUMNS", "LINES"):
            os.environ.pop(name, None)
    config.pluginmanager.register(NoSkips(), "no-skips")
    config.pluginmanager.register(BrowserTests(config), "browser-tests")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Compile the search where the set-up has not: after a change to it, and in a process of its own as there."""
    divided = hasattr(session.config, "workerinput")
    if not divided and not session.config.option.collectonly and not compiled.is_warm():
        subprocess.run([sys.executable, "-m", "linli.matcher.search.compile"], check=True)
        compiled.is_warm.cache_clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests in the order in which processes beside each other take them."""
    in_turn(items)


@pytest.fixture(scope="session")
def long_faults(pytestconfig: pytest.Config) -> bool:
    """Tell whether the long list of faults is wanted, as `make faults` does."""
    return bool(pytestconfig.getoption("--faults") == "long")


class RunningGround:
    """A `LocalGround` that keeps running, restarts included, whatever the event loops of single tests do.

    It lives on an event loop of its own in a thread of its own; `do` runs a coroutine there.
    """

    def __init__(self, state: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="ground", daemon=True)
        self._thread.start()
        self.ground = self.do(self._started(state))

    @staticmethod
    async def _started(state: Path) -> LocalGround:
        ground = LocalGround(state, tethered=True)
        await ground.start()
        return ground

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the ground's own event loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(READY_TIMEOUT_S)

    def stop(self) -> None:
        """Stop the servers and the thread."""
        self.do(self.ground.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture(scope="session")
def running_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Name the state folder of the run's ground."""
    return tmp_path_factory.mktemp("ground")


@pytest.fixture(scope="session")
def running_ground(running_state: Path) -> Iterator[RunningGround]:
    """Start one Kafka and one Valkey for the whole run."""
    running = RunningGround(running_state)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def ground(running_ground: RunningGround) -> LocalGround:
    """Give addresses, versions, process ids. Do not stop or kill this ground; a test that kills starts its own."""
    return running_ground.ground


@pytest.fixture(scope="session")
def kafka_address(ground: LocalGround) -> KafkaAddress:
    """Say how to reach the Kafka of this run."""
    return ground.kafka_address


@pytest.fixture(scope="session")
def kafka(ground: LocalGround) -> str:
    """Give the bootstrap servers of the Kafka of this run."""
    return ground.kafka


@pytest.fixture(scope="session")
def fresh_name() -> Callable[[str], str]:
    """Make a name that nobody has used in this run: for topics, groups, transactional ids, key prefixes."""
    numbers = itertools.count(1)

    def make(base: str) -> str:
        return f"{base}-{os.getpid()}-{next(numbers)}"

    return make


@pytest.fixture(scope="session")
def told_ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGround]:
    """Start one Kafka for all tests of delivery, each on a partition of its own."""
    running = RunningGround(tmp_path_factory.mktemp("told"))
    running.do(bootstrap(running.ground.kafka_address, Wanted((DISTRICT,), TOLD_PARTITIONS)))
    yield running
    running.stop()


@pytest.fixture
async def stack(told_ground: RunningGround, tmp_path: Path) -> AsyncIterator[DeliveryStack]:
    """Give delivery on a partition that no other test uses."""
    address = told_ground.ground.kafka_address
    async with delivery_stack(address, next(_told_numbers), TOLD_PARTITIONS, tmp_path) as stack:
        yield stack


@pytest.fixture
def told_partition(told_ground: RunningGround) -> tuple[KafkaAddress, int]:
    """Give a partition of that Kafka that no other test uses."""
    return told_ground.ground.kafka_address, next(_told_numbers)


@pytest.fixture
async def redis_client(ground: LocalGround) -> AsyncIterator[redis.asyncio.Redis]:
    """Give a client of the run's Valkey, which is emptied before the test."""
    async with redis.asyncio.from_url(ground.redis) as client:
        emptied: Any = client
        await emptied.flushall()
        yield client


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Start one whole Linli as its users do, for tests that only talk to it."""
    with House(tmp_path_factory.mktemp("house")) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium once a file.

    Playwright keeps an event loop running in our thread as long as it lives: no asynchronous test can run beside it.
    """
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def page_county(house: House) -> County:
    """Make the county of the browser tests, in the house that all tests share."""
    return made_county(house)


@pytest.fixture(scope="module")
def county(page_county: County) -> Iterator[County]:
    """Give the county of the browser tests to a file of them, its teams free."""
    yield page_county
    free_the_teams(page_county)


@pytest.fixture(scope="session")
def own_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Start one whole Linli in mode ``auto`` whose servers tests may strike, as long as they wait until it is well."""
    with House(tmp_path_factory.mktemp("own-house"), LINLI_MODE="auto") as running:
        yield running


@pytest.fixture(scope="session")
def own_centre(own_house: House) -> Iterator[httpx2.Client]:
    """Give a dispatch centre of that house, with teams on its roster."""
    import_teams(own_house)
    with client_of(own_house, token_for(own_house, "dispatch_centre", "own-centre")) as client:
        yield client
