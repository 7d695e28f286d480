"""A real Apache Kafka on this machine: one node, broker and controller, on the loopback address, in its own folder."""

import asyncio
import subprocess
import uuid
import zipfile
from base64 import urlsafe_b64encode
from pathlib import Path

from typing_extensions import override

from linli.services.child import ProcessSpec, log_tail
from linli.services.ground.errors import GroundError
from linli.services.ground.jars import KafkaJars, kafka_jars
from linli.services.ground.java import Java, find_java
from linli.services.ground.ports import LOOPBACK
from linli.services.ground.server import LocalServer, Say
from linli.services.language import both
from linli.streams.kafka_client import KafkaAddress, ask_for_brokers

NAME = "kafka"
"""The name of the process towards people and the supervisor."""

START_TIMEOUT_S = 90.0
"""A broker answers in 2 to 4 s; on two busy cores, with a log to recover after a crash, 20 have been seen."""

STOP_TIMEOUT_S = 20.0
"""A broker that is told to stop closes its logs in 1 to 3 s; one that is killed recovers them at its next start."""

FORMAT_TIMEOUT_S = 60.0
"""Formatting the folder is one short run of Java, about a second."""

SETTINGS_FILE = "server.properties"
"""In the broker's folder, like its data; both are named from there, so that no letter of the path can confuse Kafka."""

JVM_FLAGS = (
    "-Xmx512m",  # A county's day needs a tenth of it; with it the whole process stays near 350 MB.
    "-XX:+UseSerialGC",  # One core for collecting is right where two cores are all there is.
    "-XX:TieredStopAtLevel=1",  # Starts twice as fast; the broker's peak throughput is not what limits a county.
    "-XX:+ExitOnOutOfMemoryError",  # A broker that is out of memory must die and be restarted, not linger.
    "-XX:-UsePerfData",  # No files in the shared temporary folder.
    "-Djava.awt.headless=true",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",  # Warnings are enough to say why it did not start.
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
)

BROKER_SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "controller.listener.names": "CONTROLLER",
    # A topic that nobody registered is a mistake; the clock of a client must neither delete nor block records.
    "auto.create.topics.enable": "false",
    "log.message.timestamp.type": "LogAppendTime",
    "delete.topic.enable": "true",
    # One node: nothing can be replicated.
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    # Kafka's 50 partitions for each of these are for clusters; each is a folder that start and stop must touch.
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.num.partitions": "1",
    # A group of one need not wait for others to join; a static member that was killed returns at once.
    "group.initial.rebalance.delay.ms": "0",
    # The transaction of a dead dispatcher blocks every reader until it is aborted: look for those each second.
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000",
    # Retention and erasure are looked after every half minute, so that a test or a demo can see them work.
    "log.retention.check.interval.ms": "30000",
    "log.cleaner.backoff.ms": "5000",
    # The cleaner's buffer comes out of the heap above; Kafka's 128 MB would be a quarter of it.
    "log.cleaner.dedupe.buffer.size": "16777216",
    # After a crash the controller admits the broker again only when the session of the dead one has run out, and there
    # is no other broker to protect: Kafka's 9 s only make people wait. Shorter, a starved machine would shut it out.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    # Threads for two cores.
    "num.network.threads": "2",
    "num.io.threads": "4",
    "background.threads": "2",
    "num.recovery.threads.per.data.dir": "2",
}
"""What the broker is told, besides its address and folder."""


class LocalKafka(LocalServer):
    """A Kafka broker of our own.

    Parameters
    ----------
    folder
        Its state: data, ports, cluster id, log. Made if missing; data and address are kept from one start to the next.
    cache
        Where fetched jars are kept.
    jars
        The user's own folder of jars, or ``None`` to fetch them.
    tethered
        Whether the broker is killed when this process is killed.
    say
        Told in one sentence what takes long.

    Notes
    -----
    There is no password: every user of this machine can reach the broker. What a client was told is stored survives the
    death of the broker and of every process, but not a power cut: one node does not force each record to the disk.
    """

    def __init__(
        self, folder: Path, *, cache: Path, jars: Path | None = None, tethered: bool = False, say: Say = print
    ) -> None:
        super().__init__(NAME, "Kafka", folder, ("broker", "controller"), START_TIMEOUT_S, say)
        self._cache = cache
        self._jar_folder = jars
        self._tethered = tethered
        self._java: Java | None = None
        self._jars: KafkaJars | None = None

    @property
    def address(self) -> KafkaAddress:
        """Where it listens, once started."""
        return KafkaAddress(f"{LOOPBACK}:{self.ports['broker']}")

    @property
    def versions(self) -> dict[str, str]:
        """The broker's own name and release, and those of the Java it runs on."""
        if self._jars is None or self._java is None:
            return {}
        return {"broker": broker_release(self._jars), "java": f"Java {self._java.version} ({self._java.source})"}

    @override
    async def _prepare(self) -> None:
        self._java, self._jars = await asyncio.gather(
            asyncio.to_thread(find_java), asyncio.to_thread(kafka_jars, self._cache, self._jar_folder, self._say)
        )

    @override
    async def _spec(self, lock: int) -> ProcessSpec:
        self._write_settings()
        await asyncio.to_thread(self._format_once)
        return ProcessSpec(
            name=NAME,
            argv=self._command("kafka.Kafka", SETTINGS_FILE),
            log=self.log,
            cwd=self.folder,
            stop_timeout_s=STOP_TIMEOUT_S,
            tethered=self._tethered,
            keep_open=(lock,),
        )

    @override
    async def _answer(self) -> None:
        await ask_for_brokers(self.address)

    def _write_settings(self) -> None:
        broker, controller = self.ports["broker"], self.ports["controller"]
        settings = {
            **BROKER_SETTINGS,
            "listeners": f"PLAINTEXT://{LOOPBACK}:{broker},CONTROLLER://{LOOPBACK}:{controller}",
            "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{broker}",
            "controller.quorum.voters": f"1@{LOOPBACK}:{controller}",
            "log.dirs": "data",
        }
        lines = [f"{key}={value}\n" for key, value in settings.items()]
        (self.folder / SETTINGS_FILE).write_text("".join(lines), encoding="ascii")

    def _format_once(self) -> None:
        """Give an empty folder its cluster id."""
        if (self.folder / "data" / "meta.properties").exists():
            return
        command = self._command(
            "kafka.tools.StorageTool", "format", f"--cluster-id={_new_cluster_id()}", f"--config={SETTINGS_FILE}"
        )
        with self.log.open("ab") as log:
            ended = subprocess.run(  # noqa: S603 - our own command
                command,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                timeout=FORMAT_TIMEOUT_S,
                check=False,
            )
        if ended.returncode != 0:
            raise GroundError(
                both(f"Kafka could not prepare its folder {self.folder}.", f"Kafka 无法准备其文件夹 {self.folder}。"),
                both(f"Its log ends:\n{log_tail(self.log)}", f"其日志末尾：\n{log_tail(self.log)}"),
            )

    def _command(self, main_class: str, *arguments: str) -> tuple[str, ...]:
        if self._java is None or self._jars is None:
            raise RuntimeError("the broker's Java and jars are found by start()")
        quiet = ("--enable-native-access=ALL-UNNAMED",) if self._java.major >= 24 else ()
        return (
            str(self._java.path), *JVM_FLAGS, *quiet, "-cp", self._jars.class_path, main_class, *arguments
        )  # fmt: skip


def broker_release(jars: KafkaJars) -> str:
    """Read from the broker's own jar which Apache Kafka it is."""
    with zipfile.ZipFile(jars.folder / f"kafka-clients-{jars.version}.jar") as jar:
        text = jar.read("kafka/kafka-version.properties").decode("latin-1")
    properties = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    return f"Apache Kafka {properties['version']}"


def _new_cluster_id() -> str:
    """Make an id as Kafka does: 16 random bytes in URL-safe base64."""
    return urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
