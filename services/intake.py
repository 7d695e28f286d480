"""The intake process: ``python -m linli.services.intake`` or ``linli run intake``. One serves a county."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from typing import Any, Final

from aiokafka.errors import KafkaError
from faust import Worker

from linli.services.county_files import load_admission, load_districts, load_menu
from linli.services.ground.errors import GroundError
from linli.services.ground.reach import reach_kafka
from linli.services.language import both
from linli.services.metrics_server import serve_metrics
from linli.services.settings import Settings, SettingsError, load_settings
from linli.services.wiring import kafka_of
from linli.streams.gazetteer import Gazetteer
from linli.streams.ground_facts import FactsMissingError, read_facts
from linli.streams.intake.admit import World
from linli.streams.intake.app import IntakeConfig, build_app
from linli.streams.intake.faust_strict import EXIT_FAILED
from linli.streams.log_lines import log_for, set_up_logs
from linli.streams.sealed.keyring import MasterKeyError
from linli.streams.sealed.master_key_file import load_keyring

EXIT_REFUSED: Final = 78
"""EX_CONFIG of sysexits.h: the process was told something that cannot be; starting it again does not help."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run intake until it is told to stop.

    Returns
    -------
    int
        0 after SIGTERM or SIGINT; `EXIT_REFUSED` if settings, master key or lists cannot be used; `EXIT_FAILED` if
        Kafka does not answer. A failure at work never returns: the process ends on the spot with `EXIT_FAILED`.
    """
    slot: int = _parser().parse_args(arguments).slot
    set_up_logs(f"intake-{slot}")
    try:
        settings = load_settings()
        config = _config(settings, slot)
        serve_metrics(settings, f"intake-{slot}" if slot else "intake", config.meters)
    except (SettingsError, MasterKeyError, FactsMissingError) as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_REFUSED
    except GroundError as error:
        log_for("intake").critical("Kafka does not answer", error=str(error))
        return EXIT_FAILED
    except KafkaError as error:
        log_for("intake").critical("Kafka does not answer", error=type(error).__name__)
        return EXIT_FAILED
    _work(config)
    return 0


def _config(settings: Settings, slot: int) -> IntakeConfig:
    address = kafka_of(settings)
    asyncio.run(reach_kafka(address))
    facts = asyncio.run(read_facts(address))
    districts = load_districts(settings)
    world = World(
        districts={code: Gazetteer(district) for code, district in districts.items()},
        menu=load_menu(settings),
        admission=load_admission(settings),
        at=facts.clock.at,
        keyring=load_keyring(settings.master_key_file),
        digits=settings.coordinate_digits,
    )
    strangers = sorted(set(districts) - set(facts.district_map.districts))
    if strangers:
        raise SettingsError(
            both(
                f"LINLI_DISTRICTS names {', '.join(strangers)}, which this Kafka was not set up for.",
                f"LINLI_DISTRICTS 中的 {'、'.join(strangers)} 不在此 Kafka 初始化时的区县之列。",
            )
        )
    folder = settings.state / "intake" / str(slot)
    folder.mkdir(parents=True, exist_ok=True)
    return IntakeConfig(address, facts.district_map.districts, world, slot, folder)


def _work(config: IntakeConfig) -> None:
    """Run Faust's worker until a signal; a worker that ends in any other way was not meant to."""
    log = log_for("intake")
    app: Any = build_app(config)
    worker = Worker(app, quiet=True, override_logging=False, redirect_stdouts=False)
    worker.spinner = None  # It would write terminal codes between the lines of the log.
    log.info("started", slot=config.slot, districts=sorted(config.world.districts))
    try:
        worker.execute_from_commandline()
    except SystemExit as end:
        if end.code:
            _end_now()
    log.info("stopped")


def _end_now() -> None:
    """End without waiting for anybody: a client that hangs must not keep a failed process alive."""
    sys.stderr.flush()
    os._exit(EXIT_FAILED)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="linli run intake", description="Judge the records of the inbox.")
    parser.add_argument("--slot", type=int, default=0, help="number of this process, from 0 (default: 0)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
