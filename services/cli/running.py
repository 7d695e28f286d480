"""``up``, ``down``, ``run``, ``status``, ``doctor``: the processes of Linli on this machine."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from linli.services.cli.options import AsJson
from linli.services.cli.words import both

if TYPE_CHECKING:
    import asyncio

    from linli.services.cli.out import Out
    from linli.services.running import Running
    from linli.services.up import House

READY_TIMEOUT_S: Final = 240.0
"""How long `linli up --detach` waits: the first start on a machine fetches 45 MB of jars."""

DOWN_TIMEOUT_S: Final = 90.0
"""How long everything may take to stop: each process has 20 s before it is killed, the servers stop last."""

_POLL_S: Final = 0.2

LOOKED_AT: Final = {"State folder": "状态文件夹", "Disk": "磁盘", "Master key": "主密钥"}
"""What the doctor looks at, for those who read Chinese; names of programs are the same."""

PROCESSES: Final = {
    "intake": "linli.services.intake",
    "dispatcher": "linli.services.dispatcher",
    "board": "linli.services.board",
    "gateway": "linli.services.gateway.main",
    "delivery": "linli.services.delivery",
}
"""What `linli run` knows."""


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("up", help=both("Start everything on this machine.", "在本机启动全部进程。"))(up)
    app.command("down", help=both("Stop what `linli up` started.", "停止 `linli up` 启动的进程。"))(down)
    app.command("status", help=both("Say how everything stands.", "查看整体状态。"))(status)
    app.command("doctor", help=both("Say what is missing on this machine.", "检查本机缺少什么。"))(doctor)
    app.command(
        "run",
        help=both("Run one process by its name.", "按名称运行一个进程。"),
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    )(run_one)


def up(
    detach: Annotated[bool, typer.Option("--detach", help=both("Run in the background.", "在后台运行。"))] = False,
    as_json: AsJson = False,
) -> int:
    """Start ground, topics and processes; Ctrl-C stops them all."""
    from linli.services.cli.here import Here
    from linli.services.cli.here import run as run_async
    from linli.services.cli.out import Out

    here, out = Here.look(), Out(as_json)
    if detach:
        return _detached(here.settings.state, out)
    return run_async(_up(here.settings, out))


async def _up(settings: Any, out: Out) -> int:
    import asyncio  # a tenth of what ``linli --help`` takes

    from linli.services.up import House

    house = House(
        settings, say=lambda line: out.say(line, line), on_event=lambda event: out.say(str(event), event.in_chinese())
    )
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup has us ignore one of them.
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    started = asyncio.create_task(house.start())
    if not await _first(started, stopping):
        started.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await started
        return 0
    try:
        _say_ready(house, out)
        watching = asyncio.create_task(house.ground.supervisor.wait())
        await _first(watching, stopping)
        watching.cancel()
    finally:
        out.say("Stopping …", "正在停止……")
        await house.stop()
    out.say("Stopped.", "已停止。")
    return 0


async def _first(work: asyncio.Task[None], stopping: asyncio.Event) -> bool:
    """Wait for work or for the wish to stop; tell whether the work ended, and raise what it raised."""
    import asyncio

    wish = asyncio.create_task(stopping.wait())
    await asyncio.wait((work, wish), return_when=asyncio.FIRST_COMPLETED)
    wish.cancel()
    if work.done():
        work.result()
    return work.done()


def _say_ready(house: House, out: Out) -> None:
    running = house.running
    out.data(_running_as_data(running))
    out.say(
        f"Linli runs: Kafka at {running.kafka}, {len(running.processes)} processes. Ctrl-C stops it.",
        f"邻里已运行：Kafka 在 {running.kafka}，共 {len(running.processes)} 个进程。按 Ctrl-C 停止。",
    )


def _detached(state: Path, out: Out) -> int:
    """Start ``linli up`` in a session of its own and wait until it says that it is ready."""
    from linli.services.ground.claim import usable_folder
    from linli.services.running import read_running

    log = usable_folder(state) / "up.log"
    with log.open("wb") as file:
        child = subprocess.Popen(
            [sys.executable, "-m", "linli.services.cli.main", "up", "--json"],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + READY_TIMEOUT_S
    out.note(
        "Starting Kafka, Valkey and the processes; up to a minute …", "正在启动 Kafka、Valkey 和各进程，约需一分钟……"
    )
    while child.poll() is None and time.monotonic() < deadline:
        running = read_running(state)
        if running is not None and running.pid == child.pid and running.ready:
            out.data(_running_as_data(running))
            out.say(
                f"Linli runs in the background, pid {running.pid}. `linli status` shows it, `linli down` stops it.",
                f"邻里已在后台运行，进程号 {running.pid}。`linli status` 查看，`linli down` 停止。",
            )
            return 0
        time.sleep(_POLL_S)
    if child.poll() is None:
        child.terminate()
    return _failed_in_the_background(log, out)


def _failed_in_the_background(log: Path, out: Out) -> int:
    """Say why the start failed: what the background said last, if it is an error of ours, else the end of its log."""
    from linli.schemas.errors import Code, faults
    from linli.services.child import log_tail

    tail = log_tail(log, 3)
    try:
        error: dict[str, str] = json.loads(tail.splitlines()[-1])["error"]
    except (IndexError, KeyError, TypeError, ValueError):
        error = {"code": "ground", "message": tail, "what_to_do": str(log)}
    out.data({"error": error})
    if not out.as_json:
        sys.stderr.write(f"{error['message']} {error['what_to_do']}\n")
    return int(faults()[Code(error["code"])].exit_code)


def down(as_json: AsJson = False) -> int:
    """Stop what ``linli up`` started here, and whatever it left behind."""
    from linli.schemas.errors import Code, LinliError
    from linli.services.cli.here import Here
    from linli.services.cli.out import Out
    from linli.services.running import forget_running, read_running

    state, out = Here.look().settings.state, Out(as_json)
    running = read_running(state)
    left = [process for process in running.processes if process.alive] if running else []
    if running is None or not (running.alive or left):
        forget_running(state)
        raise LinliError(Code.NOT_RUNNING, state=state)
    out.note("Stopping …", "正在停止……")
    if running.alive:
        os.kill(running.pid, signal.SIGTERM)
        _until(lambda: not running.alive)
    for process in left:
        if process.alive:  # Its owner was killed, or could not stop it.
            os.kill(process.pid, signal.SIGTERM)
    _until(lambda: not any(process.alive for process in left))
    still = [process.name for process in running.processes if process.alive]
    if running.alive or still:
        raise LinliError(Code.STILL_RUNNING, processes=", ".join(["up"] if running.alive else still))
    forget_running(state)
    out.data({"stopped": [process.name for process in running.processes]})
    out.say(f"Stopped {len(running.processes)} processes.", f"已停止 {len(running.processes)} 个进程。")
    return 0


def _until(over: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DOWN_TIMEOUT_S
    while not over() and time.monotonic() < deadline:
        time.sleep(_POLL_S)


def run_one(
    context: typer.Context,
    process: Annotated[str, typer.Argument(help=", ".join(PROCESSES))],
) -> int:
    """Become one of the processes; the rest of the command line is its own."""
    from linli.schemas.errors import Both, Code, LinliError
    from linli.services.cli.here import Here

    if process not in PROCESSES:
        known = ", ".join(PROCESSES)
        detail = Both(f"there is no process {process}; there are {known}", f"没有进程 {process}；可选 {known}")
        raise LinliError(Code.USAGE, detail=detail)
    here = Here.look()
    found = here.settings.model_copy(update={"kafka": here.address.bootstrap, "redis": here.redis})
    argv = [sys.executable, "-m", PROCESSES[process], *context.args]
    os.execve(sys.executable, argv, {**os.environ, **found.environment()})  # noqa: S606 - our own module


def status(as_json: AsJson = False) -> int:
    """Say which processes run, whether Kafka and Redis answer, how far everything has got, and how requests stand."""
    from linli.services.cli.here import Here
    from linli.services.cli.here import run as run_async
    from linli.services.cli.out import Out
    from linli.services.cli.state_of_things import look_around, show

    out = Out(as_json)
    seen = run_async(look_around(Here.look()))
    out.data(seen.as_data())
    show(seen, out)
    return 0 if seen.well else 1


def doctor(as_json: AsJson = False) -> int:
    """Look at everything Linli needs on this machine."""
    from linli.services.cli.here import Here
    from linli.services.cli.here import run as run_async
    from linli.services.cli.out import Out
    from linli.services.ground.doctor import examine

    out = Out(as_json)
    findings = run_async(examine(Here.look().settings))
    ok = all(finding.ok for finding in findings)
    listed = [{"name": f.name, "ok": f.ok, "what": f.what, "what_to_do": f.remedy} for f in findings]
    out.data({"ok": ok, "findings": listed})
    if not as_json:
        rows = [
            ("✓" if f.ok else "✗", both(f.name, LOOKED_AT.get(f.name, f.name)), f"{f.what} {f.remedy}".strip())
            for f in findings
        ]
        out.table(("", both("looked at", "项目"), both("found", "结果")), rows)
    return 0 if ok else 1


def _running_as_data(running: Running) -> dict[str, object]:
    """Give what a program may know: everything but the address of Redis, which may hold a password."""
    return {
        "pid": running.pid,
        "kafka": running.kafka,
        "versions": running.versions,
        "processes": [
            {"name": one.name, "pid": one.pid, "address": one.address, "log": one.log, "alive": one.alive}
            for one in running.processes
        ],
    }
