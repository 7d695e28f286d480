"""Where a process serves its figures for Prometheus: a loopback port of its own, or where a setting says."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from prometheus_client import start_http_server

from linli.matcher.whole_file import write_whole
from linli.schemas.system_words import refused_by_system
from linli.services.ground.claim import usable_folder
from linli.services.language import both
from linli.services.settings import Settings, SettingsError
from linli.streams.meters import Meters

FOLDER: Final = "metrics"
"""Folder in the state folder: one file per process with the address at which it serves."""


def serve_metrics(settings: Settings, process: str, meters: Meters) -> str:
    """Serve figures in the background until the process ends; write down where.

    Returns
    -------
    str
        The address, host:port.

    Raises
    ------
    SettingsError
        If nothing can listen at the address that a setting names.
    linli.services.ground.errors.GroundError
        If the state folder cannot be written.
    """
    host, _, port = settings.metrics.rpartition(":")
    try:
        server, _ = start_http_server(int(port), addr=host.strip("[]"), registry=meters.registry)
    except OSError as error:
        raise SettingsError(
            both(
                f"LINLI_METRICS={settings.metrics}: nothing can listen there ({refused_by_system(error).en}). "
                "Name a free port, or port 0 for any free one: every process needs a port of its own.",
                f"LINLI_METRICS={settings.metrics}：无法在此监听（{refused_by_system(error).zh}）。"
                "请写明空闲端口，或用端口 0 任选：每个进程需要各自的端口。",
            )
        ) from error
    address = f"{host}:{server.server_port}"
    write_whole(usable_folder(settings.state / FOLDER) / process, address.encode())
    return address


def metrics_addresses(state: Path) -> dict[str, str]:
    """Return by process where each was last seen to serve; whether it still runs is for the caller to know."""
    folder = state / FOLDER
    if not folder.is_dir():
        return {}
    whole = (file for file in sorted(folder.iterdir()) if not file.name.startswith("."))
    return {file.name: file.read_text(encoding="utf-8") for file in whole}
