"""What each process may do on Kafka, as commands for the person who keeps the brokers."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from linli.schemas.kafka_access import ACCESS, Grant, principal_of
from linli.services.cli.out import Out

TOOL = 'kafka-acls.sh --bootstrap-server "$BROKERS" --command-config "$ADMIN"'
"""Kafka's own tool; who runs it sets the two."""


def write_acls(out: Out) -> None:
    """Write every grant of every process."""
    out.data([_listed(process, grant) for process, grant in _grants()])
    for process, grant in () if out.as_json else _grants():
        line = _command(process, grant)
        out.say(line, line)


def _grants() -> Iterator[tuple[str, Grant]]:
    return ((process, grant) for process, grants in ACCESS.items() for grant in grants)


def _listed(process: str, grant: Grant) -> dict[str, str]:
    return {
        "process": process,
        "principal": f"User:{principal_of(process)}",
        "resource": grant.resource.value,
        "name": grant.name,
        "pattern": _pattern(grant),
        "operation": grant.operation.value,
    }


def _pattern(grant: Grant) -> str:
    return "prefixed" if grant.prefixed else "literal"


def _command(process: str, grant: Grant) -> str:
    words = ["--add", "--allow-principal", f"User:{principal_of(process)}", "--operation", grant.operation.value]
    words += [f"--{grant.resource.value}", grant.name, "--resource-pattern-type", _pattern(grant)]
    return f"{TOOL} {shlex.join(words)}"
