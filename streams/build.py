"""Which build decides: the version and a digest of everything that can change a decision."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path

import linli.matcher
import linli.schemas

_DIGEST_CHARACTERS = 12
"""48 bits: enough to tell builds apart, short enough to read aloud."""

_SOURCES = (".py", ".toml")

_DECIDING = ("ortools", "numpy", "pydantic", "python-dateutil")
"""Libraries whose release may change a plan or the bytes of a record."""


@cache
def build_name() -> str:
    """Name this build: ``VERSION+DIGEST``.

    Notes
    -----
    The digest covers the source of ``schemas`` and ``matcher`` and the releases of the libraries that decide; two
    builds of the same name on the same architecture decide the same. It does not cover the processor: OR-Tools was
    seen to give the same plans on one architecture, and nothing is known across two.
    """
    roots = [Path(folder) for package in (linli.schemas, linli.matcher) for folder in sorted(package.__path__)]
    digest = hashlib.sha256(digest_of_sources(roots))
    for library in _DECIDING:
        digest.update(f"{library}=={version(library)}\0".encode())
    return f"{version('linli')}+{digest.hexdigest()[:_DIGEST_CHARACTERS]}"


def digest_of_sources(roots: Iterable[Path]) -> bytes:
    """Return what stands for all sources and lists below some folders, each with its place."""
    digest = hashlib.sha256()
    for root in roots:
        files = (file for file in root.rglob("*") if file.suffix in _SOURCES)
        for source in sorted(files, key=lambda file: file.relative_to(root).as_posix()):
            digest.update(source.relative_to(root).as_posix().encode() + b"\0" + source.read_bytes() + b"\0")
    return digest.digest()
