"""The jars of Apache Kafka: fetched once, checked always.

The list ``kafka_jars.txt`` beside this file names every jar with its SHA-256, so that what runs is what was tested. The
resolver `jgo` fetches what is missing, from the repositories that its own configuration names and from Maven Central.
"""

import contextlib
import hashlib
import os
import re
import shutil
import ssl
import tempfile
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from linli.schemas.system_words import refused_by_system
from linli.services.ground.errors import GroundError
from linli.services.language import both

KAFKA_VERSION = "4.4.0"
"""The broker this release was tested with; `kafka_jars.txt` lists its jars."""

DOWNLOADS_AT_ONCE = 8
"""Most jars are small, so the wait is for answers and not for bytes: eight at once need a third of the time."""

DOWNLOAD_TIMEOUT_S = 30
"""Seconds of silence after which a repository counts as unreachable."""

DOWNLOAD_TRIES = 3
"""A connection that breaks is tried again twice; a file that a repository lacks will not be there the tenth time."""

OFFLINE_REMEDY = both(
    "Connect this machine to the network once, or copy the jars from another machine "
    "and name their folder in LINLI_KAFKA_JARS.",
    "请让本机联网一次，或从另一台机器复制这些 jar 并在 LINLI_KAFKA_JARS 中写明其文件夹。",
)


@dataclass(frozen=True, slots=True)
class Jar:
    """One line of the list: Maven's names for a jar, and what its bytes must hash to."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def file_name(self) -> str:
        """The name of the file."""
        return f"{self.artifact}-{self.version}.jar"

    def is_at(self, path: Path) -> bool:
        """Tell whether a file is there and is this very jar."""
        return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == self.sha256


@dataclass(frozen=True, slots=True)
class KafkaJars:
    """A broker ready to run.

    Parameters
    ----------
    folder
        The folder that holds the jars and nothing else that Java would load.
    version
        The broker's version.
    """

    folder: Path
    version: str

    @property
    def class_path(self) -> str:
        """The class path for Java."""
        return f"{self.folder}{os.sep}*"


def listed_jars() -> list[Jar]:
    """Read the list of jars."""
    text = (files("linli.services.ground") / "kafka_jars.txt").read_text(encoding="utf-8")
    return [_parsed(line) for line in text.splitlines() if line and not line.startswith("#")]


def _parsed(line: str) -> Jar:
    coordinates, digest = line.split()
    group, artifact, version = coordinates.split(":")
    return Jar(group, artifact, version, digest.removeprefix("sha256:"))


def cached_folder(cache: Path) -> Path:
    """Give the folder within the cache that holds the jars of this release."""
    return cache / f"kafka-{KAFKA_VERSION}"


def missing_jars(folder: Path) -> list[Jar]:
    """List the jars that a folder lacks or has with other bytes."""
    return [jar for jar in listed_jars() if not jar.is_at(folder / jar.file_name)]


def kafka_jars(cache: Path, folder: Path | None = None, say: Callable[[str], None] | None = None) -> KafkaJars:
    """Give the jars of a broker, fetching what is missing.

    Parameters
    ----------
    cache
        Where fetched jars are kept.
    folder
        A folder of the user's with the jars of an Apache Kafka 4 of any release; then nothing is fetched.
    say
        Told in one sentence before a download begins.

    Raises
    ------
    GroundError
        If the folder holds no such broker, the cache cannot be written, or a jar cannot be fetched.
    """
    if folder is not None:
        return KafkaJars(folder.absolute(), folder_version(folder))
    kept = cached_folder(cache).absolute()
    missing = missing_jars(kept)
    if missing:
        if say is not None:
            say(f"Fetching Apache Kafka {KAFKA_VERSION}: {len(missing)} files, about 45 MB, once ...")
        _fetch(missing, kept)
    return KafkaJars(kept, KAFKA_VERSION)


def folder_version(folder: Path) -> str:
    """Read from the names of its jars which release of Kafka a folder of the user's holds.

    Raises
    ------
    GroundError
        If it does not hold exactly one Apache Kafka of version 4 or newer.
    """
    names = [path.name for path in folder.glob("kafka_2.13-*.jar")]
    versions = [found[1] for name in names if (found := re.fullmatch(r"kafka_2\.13-(\d[\w.]*)\.jar", name))]
    remedy = both(
        f"Put those of Apache Kafka {KAFKA_VERSION} there: the folder `libs` of its release.",
        f"请放入 Apache Kafka {KAFKA_VERSION} 发行包中 `libs` 文件夹的内容。",
    )
    if len(versions) != 1 or not (folder / f"kafka-clients-{versions[0]}.jar").exists():
        what = both(
            f"The folder {folder} (LINLI_KAFKA_JARS) does not hold the jars of one Apache Kafka.",
            f"文件夹 {folder}（LINLI_KAFKA_JARS）中没有一套完整的 Apache Kafka jar。",
        )
        raise GroundError(what, remedy)
    if int(versions[0].split(".")[0]) < 4:
        what = both(
            f"The folder {folder} (LINLI_KAFKA_JARS) holds the old Apache Kafka {versions[0]}.",
            f"文件夹 {folder}（LINLI_KAFKA_JARS）中的 Apache Kafka {versions[0]} 版本过旧。",
        )
        raise GroundError(what, remedy)
    return versions[0]


def can_reach_a_repository() -> None:
    """Make sure that the jars could be fetched, without fetching one.

    Raises
    ------
    GroundError
        If no repository answers.
    """
    import requests

    with _trusting_the_system():
        for url in _repositories().values():
            with contextlib.suppress(requests.RequestException):
                requests.head(url, timeout=DOWNLOAD_TIMEOUT_S)
                return
    raise GroundError(
        both(
            "The jars of Apache Kafka are not here, and no Maven repository answers.",
            "本机没有 Apache Kafka 的 jar，且没有 Maven 仓库响应。",
        ),
        OFFLINE_REMEDY,
    )


def _system_authorities() -> str:
    """Find the file or the folder with the authorities that the system trusts; empty if there is none."""
    places = ssl.get_default_verify_paths()
    folder = places.capath if places.capath and os.listdir(places.capath) else ""
    return places.cafile or folder


@contextlib.contextmanager
def _trusting_the_system() -> Generator[None]:
    """Let downloads trust the authorities that the system trusts, unless the user has named others.

    The downloader brings a list of its own, which knows nothing of the authority of a county's own gateway.
    """
    authorities = _system_authorities()
    if not authorities or {"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"} & os.environ.keys():
        yield
        return
    os.environ["REQUESTS_CA_BUNDLE"] = authorities
    try:
        yield
    finally:
        del os.environ["REQUESTS_CA_BUNDLE"]


def _repositories() -> dict[str, str]:
    """Give the repositories of jgo's own configuration file, then Maven Central."""
    from jgo.config import GlobalSettings
    from jgo.constants import MAVEN_CENTRAL_URL

    return {**GlobalSettings.load().repositories, "central": MAVEN_CENTRAL_URL}


def _fetch(jars: list[Jar], target: Path) -> None:
    """Fetch jars into the target; each appears there whole and checked, or not at all."""
    try:
        target.mkdir(parents=True, exist_ok=True)
        with (
            tempfile.TemporaryDirectory(prefix=".fetch-", dir=target.parent) as workshop,
            _trusting_the_system(),
            ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool,
        ):
            list(pool.map(partial(_fetch_one, workshop=Path(workshop), target=target), jars))
    except OSError as error:
        if error.filename is None:
            raise
        raise GroundError(
            both(
                f"The jars of Apache Kafka cannot be kept in {target}: {refused_by_system(error).en}.",
                f"无法把 Apache Kafka 的 jar 存入 {target}：{refused_by_system(error).zh}。",
            ),
            both("Choose another folder with LINLI_CACHE.", "请用 LINLI_CACHE 另选一个文件夹。"),
        ) from error


def _fetch_one(jar: Jar, workshop: Path, target: Path) -> None:
    found = _in_users_repository(jar) or _download(jar, workshop)
    partial_copy = workshop / f"{jar.file_name}.checked"
    shutil.copyfile(found, partial_copy)
    partial_copy.replace(target / jar.file_name)


def _in_users_repository(jar: Jar) -> Path | None:
    """Find the jar in the user's own Maven repository, if one is there and the bytes are right."""
    repository = Path(os.environ.get("M2_REPO") or Path.home() / ".m2" / "repository")
    path = repository.joinpath(*jar.group.split("."), jar.artifact, jar.version, jar.file_name)
    return path if jar.is_at(path) else None


def _download(jar: Jar, workshop: Path) -> Path:
    """Let jgo fetch a jar into the workshop.

    Raises
    ------
    GroundError
        If it cannot be fetched, or what came is not the jar on the list.
    """
    # The imports are here because they take a third of a second, which only a first start should pay.
    import requests
    from jgo.maven import MavenContext

    context = MavenContext(
        repo_cache=workshop, local_repos=[], remote_repos=_repositories(), timeout=DOWNLOAD_TIMEOUT_S
    )
    artifact: Any = context.project(jar.group, jar.artifact).at_version(jar.version).artifact()
    reason = "what arrived is not the file that was asked for"
    for _ in range(DOWNLOAD_TRIES):
        try:
            path = Path(artifact.resolve())
        except (requests.RequestException, RuntimeError) as error:
            reason = str(error)
        else:
            if jar.is_at(path):
                return path
        with contextlib.suppress(FileNotFoundError):
            Path(artifact.cached_path).unlink()
    raise GroundError(
        both(
            f"{jar.file_name} of Apache Kafka could not be fetched: {reason}.",
            f"无法下载 Apache Kafka 的 {jar.file_name}：{reason}。",
        ),
        OFFLINE_REMEDY,
    )
