"""The dispatcher process: one per partition, given by its slot. ``python -m linli.services.dispatcher --slot 0``."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import signal
import sys
import threading
from collections.abc import Sequence
from typing import NoReturn

from linli.matcher.desk.deadlines import next_deadline
from linli.matcher.desk.decide import decide
from linli.matcher.search.solve import fingerprint
from linli.matcher.search.warm_start import load_engines
from linli.services.county_files import load_policy
from linli.services.ground.errors import GroundError
from linli.services.ground.reach import reach_kafka
from linli.services.language import both
from linli.services.metrics_server import serve_metrics
from linli.services.process import EXIT_FAILED, EXIT_SETTINGS
from linli.services.settings import Settings, SettingsError, load_settings
from linli.services.travel.surveyed import surveyor_of
from linli.streams.build import build_name
from linli.streams.dispatch.command_feed import LogMadeAnewError
from linli.streams.dispatch.crash_points import CrashPlan, CrashPlanError, parse_crash_plan
from linli.streams.dispatch.dispatch_meters import DispatchMeters
from linli.streams.dispatch.loop import DispatchLoop, LoopSettings
from linli.streams.dispatch.round_work import Desk
from linli.streams.ground_facts import Facts, FactsMissingError, read_facts
from linli.streams.kafka_client import KafkaAddress
from linli.streams.log_lines import log_for, set_up_logs
from linli.streams.team_homes import HomesMissingError

GC_THRESHOLD = 200_000
"""New objects between looks for garbage in circles. A decision makes some ten thousand that die without them; with
Python's 700 the collector walked the whole ledger in memory again and again, a quarter of a decision's time."""


_CANNOT_BE = (LogMadeAnewError, HomesMissingError)
"""What a loop raises when the installation is not as it must be: starting again would not help."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a dispatcher until it is told to stop.

    Returns
    -------
    int
        0 after SIGTERM or SIGINT; `EXIT_SETTINGS` if settings or slot cannot be. A failure never returns: the process
        ends with `EXIT_FAILED` on the spot, because after it nothing that is known here can be relied on.
    """
    slot: int = _parser().parse_args(arguments).slot
    set_up_logs(f"dispatcher-{slot}")
    try:
        settings = load_settings()
        address = settings.kafka_address
        if address is None:
            raise SettingsError(
                both(
                    "LINLI_KAFKA is not set: a dispatcher needs to know which Kafka it works on.",
                    "未设置 LINLI_KAFKA：派单进程需要知道所用的 Kafka。",
                )
            )
        crash = parse_crash_plan(settings.crash_at)
        gc.set_threshold(GC_THRESHOLD)
        asyncio.run(_dispatch(settings, address, slot, crash))
    except (SettingsError, CrashPlanError, FactsMissingError, *_CANNOT_BE, _NoSuchSlotError) as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_SETTINGS
    except GroundError as error:
        log_for("dispatcher").error("Kafka does not answer", error=str(error))
        return EXIT_FAILED
    return 0


class _NoSuchSlotError(ValueError):
    """The slot is not one of the partitions."""


async def _dispatch(settings: Settings, address: KafkaAddress, slot: int, crash: CrashPlan) -> None:
    await reach_kafka(address)
    facts = await read_facts(address)
    _refuse_slot(facts, slot)
    chosen = LoopSettings(
        address=address,
        partition=slot,
        facts=facts,
        policy=load_policy(settings),
        build=build_name(),
        counts=settings.state / "dispatcher",
        batch_max=settings.round_batch_max,
        idle_s=settings.round_idle_ms / 1000,
        surveyor=surveyor_of(settings.travel),
    )
    meters = DispatchMeters(slot, chosen.build, fingerprint())
    serve_metrics(settings, f"dispatcher-{slot}", meters.meters)
    threading.Thread(target=load_engines, name="load-engines", daemon=True).start()
    loop = DispatchLoop(chosen, Desk(decide, next_deadline), crash, meters)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, loop.stop)
    await _or_die(loop)


def _refuse_slot(facts: Facts, slot: int) -> None:
    partitions = facts.district_map.partitions
    if not 0 <= slot < partitions:
        raise _NoSuchSlotError(f"There is no slot {slot}: this Kafka has {partitions} partitions, from 0 on.")


async def _or_die(loop: DispatchLoop) -> None:
    """Run the loop; whatever it raises ends the process here and now.

    Nothing is closed and nobody is waited for: a fenced-out dispatcher that went on cleaning up could still do harm,
    and the next one restores from the ledger anyway.
    """
    try:
        await loop.run()
    except _CANNOT_BE:
        raise
    except BaseException:
        log_for("dispatcher").exception("dispatcher failed")
        _end_now()


def _end_now() -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(EXIT_FAILED)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="linli run dispatcher", description="Decide the requests of one partition.")
    parser.add_argument("--slot", type=int, default=0, help="the partition to own, from 0 (default: 0)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
