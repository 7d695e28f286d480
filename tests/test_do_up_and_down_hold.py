"""Asks whether everything starts, is named, comes back after a death, and is gone afterwards."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from linli.services.cli import state_of_things
from linli.services.demo.county import sinan
from linli.services.ground.local import LocalGround
from linli.services.running import Running, RunningProcess, read_running, started_at, write_running
from linli.streams.intake.app import GROUP
from linli.streams.kafka_client import ask_for_brokers
from tests.support.house import COMMAND, House, environment, linli
from tests.support.sheets import NEXT_MONTH

pytestmark = pytest.mark.broker

PROCESSES = {"valkey", "kafka", "intake", "dispatcher-0", "board", "delivery", "gateway"}
LIMIT_S = 60
GRID = sinan().grids[3].code
SLEEPER = (sys.executable, "-c", "import time; time.sleep(600)")


def until(true: Callable[[], bool], what: str) -> None:
    """Wait for something to become true."""
    deadline = time.monotonic() + LIMIT_S
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def test_all_processes_are_named_come_back_and_are_gone(tmp_path: Path) -> None:
    """Tests status on a running house, a restart after SIGKILL, one house per folder, and a clean end by Ctrl-C."""
    with House(tmp_path) as house:
        seen = house.json("status")
        assert seen["well"]
        assert {process["name"] for process in seen["processes"]} == PROCESSES
        assert all(process["alive"] for process in seen["processes"])
        servers = {process["name"]: process["address"] for process in seen["processes"] if process["address"]}
        assert set(servers) == {"kafka", "valkey", "gateway"}
        assert seen["kafka"]["address"] == servers["kafka"]
        board = next(process for process in house.running.processes if process.name == "board")
        os.kill(board.pid, signal.SIGKILL)
        until(lambda: house.running.processes != () and not board.alive and _runs(house, "board"), "board is restarted")
        until(lambda: house.json("status")["board"]["fresh"], "the board is looked after again")
        pids = [process.pid for process in house.running.processes]
        assert house.stop() == 0
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert read_running(tmp_path) is None


def test_the_background_survives_its_terminal_and_keeps_what_it_knew(tmp_path: Path) -> None:
    """Tests --detach, a kill of everything's owner, a second start on the same data, and down."""
    env = environment(tmp_path)
    first = linli("up", "--detach", "--json", env=env)
    assert first.returncode == 0, first.stderr
    assert {process["name"] for process in json.loads(first.stdout)["processes"]} == PROCESSES
    known = read_running(tmp_path)
    assert known is not None
    assert linli("cancel", "desk/7", "--reason", "synthetic", env=env).returncode == 0
    os.kill(known.pid, signal.SIGKILL)
    until(lambda: not any(process.alive for process in known.processes), "nothing outlives its owner")
    assert linli("status", env=env).returncode == 1
    try:
        assert linli("up", "--detach", env=env).returncode == 0
        shown = linli("show", "desk/7", "--json", env=env)
        assert '"cancelled"' in shown.stdout
    finally:
        down = linli("down", "--json", env=env)
    assert down.returncode == 0
    assert set(json.loads(down.stdout)["stopped"]) == PROCESSES
    assert linli("down", env=env).returncode == 4


async def test_a_kafka_and_a_redis_of_ones_own_are_used(tmp_path: Path) -> None:
    """Tests that with LINLI_KAFKA and LINLI_REDIS only our own processes start, and the servers are left alone."""
    async with LocalGround(tmp_path / "ground", tethered=True) as ground:
        house = House(tmp_path / "house", LINLI_KAFKA=ground.kafka, LINLI_REDIS=ground.redis)
        seen = await asyncio.to_thread(_up_and_down, house)
        assert {process["name"] for process in seen["processes"]} == PROCESSES - {"valkey", "kafka"}
        assert (seen["kafka"]["address"], seen["well"]) == (ground.kafka, True)
        assert await ask_for_brokers(ground.kafka_address) == 1


def _up_and_down(house: House) -> Any:
    with house:
        return house.json("status")


def test_a_broker_that_stands_still_is_named(tmp_path: Path) -> None:
    """Tests that submit never says submitted of what Kafka did not acknowledge, and that it goes through later."""
    with House(tmp_path) as house:
        kafka = next(process for process in house.running.processes if process.name == "kafka")
        rest = f"shopping,other,{NEXT_MONTH} 10:00,{NEXT_MONTH} 12:00,{GRID},虚构甲,yes\n"
        lines = "".join(f"x-{number},{rest}" for number in range(3))
        header = "source_id,category,beneficiary,window_start,window_end,grid,name,consent\n"
        os.kill(kafka.pid, signal.SIGSTOP)
        try:
            done = house.linli("submit", "-", given=header + lines)
        finally:
            os.kill(kafka.pid, signal.SIGCONT)
        assert done.returncode == 4
        assert f"Kafka at {house.running.kafka} does not answer." in done.stderr
        assert "Submitted" not in done.stdout
        until(lambda: house.linli("submit", "-", given=header + lines).returncode == 0, "it goes through later")


def test_what_is_left_of_a_dead_owner_is_stopped(tmp_path: Path) -> None:
    """Tests that down ends processes that outlived their owner, and no process that only has the same id."""
    sleeper = subprocess.Popen(SLEEPER)
    namesake = subprocess.Popen(SLEEPER)
    try:
        left = RunningProcess(name="board", pid=sleeper.pid, started=started_at(sleeper.pid))
        other = RunningProcess(name="intake", pid=namesake.pid, started=started_at(namesake.pid) - 60)
        write_running(tmp_path, _record(left, other))
        reaper = subprocess.Popen((*COMMAND, "down"), env=environment(tmp_path), stdout=subprocess.DEVNULL)
        sleeper.wait(LIMIT_S)
        assert reaper.wait(LIMIT_S) == 0
        assert namesake.poll() is None
    finally:
        namesake.kill()
        namesake.wait()


def test_the_group_of_intake_is_the_one_that_is_asked() -> None:
    """Tests that status asks for the offsets of the very group that intake commits with."""
    assert state_of_things.INTAKE_GROUP == GROUP


def _runs(house: House, name: str) -> bool:
    return any(process.name == name and process.alive for process in house.running.processes)


def _record(*processes: RunningProcess) -> Running:
    return Running(
        pid=2**22 + 1,
        started=0.0,
        since="2026-01-05T00:00:00Z",  # type: ignore[arg-type]
        ready=True,
        kafka="127.0.0.1:9",
        redis="redis://127.0.0.1:9",
        cluster="none",
        versions={},
        processes=processes,
    )
