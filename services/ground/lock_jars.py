"""Make the list of Kafka's jars anew, after `KAFKA_VERSION` was raised; ``make lock`` runs it."""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any

from linli.services.ground.jars import KAFKA_VERSION, Jar

ENDPOINTS = (f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}", "org.slf4j:slf4j-simple:1.7.36")
"""The broker, and what lets it write a log: slf4j-simple must be of the series that the broker's slf4j-api is of."""

HEADER = f"""\
# Apache Kafka {KAFKA_VERSION} with everything it needs to run: group:artifact:version sha256:digest.
# slf4j-simple is there so that the broker can say what went wrong. Made by `make lock`.
"""


def main() -> None:
    """Resolve, fetch and hash every jar, then write the list."""
    with tempfile.TemporaryDirectory() as repository:
        os.environ["M2_REPO"] = repository  # A clean place: what lies in the user's own is not what is locked.
        lines = sorted({line for endpoint in ENDPOINTS for line in _locked(endpoint)})
    target = Path(__file__).with_name("kafka_jars.txt")
    target.write_text(HEADER + "".join(lines), encoding="utf-8")
    print(f"{target.name}: {len(lines)} jars of Apache Kafka {KAFKA_VERSION}")


def _locked(endpoint: str) -> list[str]:
    import jgo  # Here, after M2_REPO was set.

    return [_line(artifact) for artifact in jgo.resolve(endpoint)]


def _line(artifact: Any) -> str:
    digest = hashlib.sha256(Path(artifact.resolve()).read_bytes()).hexdigest()
    jar = Jar(artifact.groupId, artifact.artifactId, artifact.version, digest)
    return f"{jar.group}:{jar.artifact}:{jar.version} sha256:{jar.sha256}\n"


if __name__ == "__main__":
    main()
