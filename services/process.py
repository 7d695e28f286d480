"""How every process of ours runs: settings first, logs as lines of JSON, polite on SIGTERM, loud on errors."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Final, NoReturn

from linli.services.ground.errors import GroundError
from linli.services.settings import Settings, SettingsError, load_settings
from linli.streams.log_lines import log_for, set_up_logs

EXIT_SETTINGS: Final = 78
"""EX_CONFIG of sysexits.h: restarting will not help."""

EXIT_FAILED: Final = 70
"""EX_SOFTWARE of sysexits.h: something unexpected; the supervisor starts the process again."""


def run_process(name: str, work: Callable[[Settings], Awaitable[None]]) -> None:
    """Run a process until it is told to stop, and leave with an exit code.

    Parameters
    ----------
    name
        Its name in the log.
    work
        What it does, until cancelled. Whatever it raises ends the process at once.
    """
    set_up_logs(name)
    log = log_for(name)
    try:
        asyncio.run(_until_told(work(load_settings())))
    except SettingsError as error:
        sys.exit(_refused(str(error)))
    except GroundError as error:
        log.critical("Kafka does not answer", error=str(error))
        _end_now()
    except Exception as error:
        log.exception("ended by an error", error=str(error))
        _end_now()
    log.info("stopped")


def _end_now() -> NoReturn:
    """End without waiting for anybody: a thread or a client that hangs must not keep a failed process alive."""
    sys.stderr.flush()
    os._exit(EXIT_FAILED)


async def _until_told(work: Awaitable[None]) -> None:
    """Do the work until it ends or SIGTERM or SIGINT arrives."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        return


def _refused(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return EXIT_SETTINGS
