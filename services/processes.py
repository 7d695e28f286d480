"""Every process of the loop as the supervisor starts it: what to run, with which settings, where its log goes."""

from __future__ import annotations

import sys
from pathlib import Path

from linli.services.child import ProcessSpec
from linli.services.ground.local import LocalGround
from linli.services.listening import own_address
from linli.services.settings import Settings, variable


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
    named.append(("delivery", ["linli.services.delivery"]))
    named.append(("gateway", ["linli.services.gateway.main"]))
    return [_spec(name, words, environment, logs, tethered=tethered) for name, words in named]


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
