"""Every process of the loop as the supervisor starts it: what to run, with which settings, where its log goes."""

from __future__ import annotations

import sys
from pathlib import Path

from linli.services.child import ProcessSpec
from linli.services.delivering.slots import slot_name
from linli.services.ground.local import LocalGround
from linli.services.listening import own_address
from linli.services.settings import Settings, variable
from linli.streams.ground_facts import map_districts


def process_specs(settings: Settings, ground: LocalGround, *, tethered: bool) -> list[ProcessSpec]:
    """Return the processes in the order in which they are started.

    Parameters
    ----------
    settings
        The installation's settings.
    ground
        The running Kafka and Redis.
    tethered
        Whether they die with this process.
    """
    environment = child_environment(settings, ground)
    logs = settings.state / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    dispatchers = [
        ("dispatcher-" + str(slot), ["linli.services.dispatcher", "--slot", str(slot)])
        for slot in range(settings.partitions)
    ]
    named = [("intake", ["linli.services.intake"]), *dispatchers, ("board", ["linli.services.board"])]
    named += _deliveries(settings)
    named.append(("gateway", ["linli.services.gateway.main"]))
    return [_spec(name, words, environment, logs, tethered=tethered) for name, words in named]


def _deliveries(settings: Settings) -> list[tuple[str, list[str]]]:
    """Name the delivery processes; a slot whose partitions hold no district is left out."""
    used = set(map_districts(settings.districts, settings.partitions).districts.values())
    slots = settings.delivery_slots
    return [
        (slot_name(slot, slots), ["linli.services.delivery", "--slot", str(slot)])
        for slot in range(slots)
        if any(partition % slots == slot for partition in used)
    ]


def _spec(name: str, words: list[str], environment: dict[str, str], logs: Path, *, tethered: bool) -> ProcessSpec:
    return ProcessSpec(
        name=name,
        argv=(sys.executable, "-m", *words),
        log=logs / f"{name}.log",
        env=environment,
        tethered=tethered,
    )


def child_environment(settings: Settings, ground: LocalGround) -> dict[str, str]:
    """Return the settings as a child reads them, with the addresses of the running servers; never print them."""
    servers = {variable("kafka"): ground.kafka, variable("redis"): ground.redis}
    return {**settings.environment(), **servers, variable("gateway"): settings.gateway or own_address(settings)}
