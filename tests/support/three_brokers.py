"""Three brokers on this machine that keep three copies of everything, each one's process of its own."""

from __future__ import annotations

import asyncio
import signal
import uuid
from base64 import urlsafe_b64encode
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from typing_extensions import override

from linli.services.child import ProcessSpec
from linli.services.ground.kafka import SETTINGS_FILE, LocalKafka
from linli.services.ground.ports import LOOPBACK
from linli.services.ground.server import stored_ports
from linli.services.settings import default_cache
from linli.services.supervisor import RestartPolicy, Supervisor
from linli.streams.kafka_client import KafkaAddress
from tests.support.dispatchers import strike

COUNT: Final = 3

_COPIES: Final = {
    "default.replication.factor": "3",
    "min.insync.replicas": "2",
    "offsets.topic.replication.factor": "3",
    "transaction.state.log.replication.factor": "3",
    "transaction.state.log.min.isr": "2",
    # On a busy machine a broker that is alive must not be taken for dead.
    "broker.session.timeout.ms": "9000",
}
"""What is another way than on the broker that stands alone; of two lines Java takes the last."""


class OneOfThree(LocalKafka):
    """One broker and controller of the three."""

    def __init__(self, folder: Path, node: int, cluster: str) -> None:
        super().__init__(folder / f"kafka-{node}", cache=default_cache(), tethered=True, say=lambda _: None)
        self.name = f"kafka-{node}"
        self.node = node
        self._cluster = cluster
        self.voters = ""

    def choose_ports(self) -> str:
        """Choose the ports before any of the three starts, and give its vote's address."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.ports = stored_ports(self.folder, self._port_names, self._say)
        return f"{self.node}@{LOOPBACK}:{self.ports['controller']}"

    @override
    async def _spec(self, lock: int) -> ProcessSpec:
        return replace(await super()._spec(lock), name=self.name)

    @override
    def _write_settings(self) -> None:
        super()._write_settings()
        settings = {**_COPIES, "node.id": str(self.node), "controller.quorum.voters": self.voters}
        with (self.folder / SETTINGS_FILE).open("a", encoding="ascii") as file:
            file.writelines(f"{key}={value}\n" for key, value in settings.items())

    @override
    def _command(self, main_class: str, *arguments: str) -> tuple[str, ...]:
        """Format the storage for the cluster that all three belong to."""
        ours = [f"--cluster-id={self._cluster}" if one.startswith("--cluster-id=") else one for one in arguments]
        return super()._command(main_class, *ours)


class ThreeBrokers:
    """A running cluster. Use `three_brokers`."""

    def __init__(self, brokers: list[OneOfThree], supervisors: list[Supervisor]) -> None:
        self._brokers = brokers
        self._supervisors = supervisors

    @property
    def address(self) -> KafkaAddress:
        """Where all three listen."""
        return KafkaAddress(",".join(broker.address.bootstrap for broker in self._brokers))

    def kill(self, node: int) -> None:
        """Kill one of them for good."""
        index = next(number for number, broker in enumerate(self._brokers) if broker.node == node)
        strike(self._supervisors[index].pid(self._brokers[index].name), signal.SIGKILL)


@asynccontextmanager
async def three_brokers(folder: Path) -> AsyncGenerator[ThreeBrokers]:
    """Start three brokers side by side: none of them answers before two of them are there."""
    cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    brokers = [OneOfThree(folder, node, cluster) for node in range(1, COUNT + 1)]
    voters = ",".join(broker.choose_ports() for broker in brokers)
    # Each under a supervisor of its own that never starts it again: who is killed here stays dead.
    supervisors = [Supervisor(policy=RestartPolicy(restarts_max=0)) for _ in brokers]
    for broker in brokers:
        broker.voters = voters
    try:
        await asyncio.gather(*(one.start(supervisor) for one, supervisor in zip(brokers, supervisors, strict=True)))
        yield ThreeBrokers(brokers, supervisors)
    finally:
        await asyncio.gather(*(supervisor.stop() for supervisor in supervisors))
        for broker, supervisor in zip(brokers, supervisors, strict=True):
            await broker.stop(supervisor)
