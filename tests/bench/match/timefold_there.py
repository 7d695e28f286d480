"""Whether Timefold can run here: its package is for the benches alone, and it needs a Java."""

from __future__ import annotations

import os
from importlib.util import find_spec

from linli.services.ground.errors import GroundError
from linli.services.ground.java import find_java


def missing() -> str:
    """Return what is missing, in words; empty if nothing is. Where Java was found is left in ``JAVA_HOME``."""
    if find_spec("timefold") is None:
        return "the package timefold is not installed (make setup does not bring it, the bench's lock does)"
    try:
        java = find_java()
    except GroundError as fault:
        return str(fault)
    os.environ["JAVA_HOME"] = str(java.path.resolve().parent.parent)
    return ""
