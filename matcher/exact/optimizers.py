"""OR-Tools as the matcher uses it: CP-SAT and GLOP, loaded without pandas.

OR-Tools imports pandas for tables of variables, which nobody here makes. It took 0.3 s and 40 MB of every process that
decides, two thirds of what loading OR-Tools takes. While it is loaded it is shown two empty classes in place of pandas;
it only asks whether something is of them. Weak spot: another release may ask for more, and then fails here at once.
"""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from types import ModuleType
from typing import Final

_PANDAS: Final = "pandas"


@contextmanager
def _without_pandas() -> Generator[None]:
    """Have nothing load pandas; what has loaded it already keeps it."""
    if _PANDAS in sys.modules:
        yield
        return
    stand_in = ModuleType(_PANDAS)
    for name in ("Index", "Series"):
        setattr(stand_in, name, type(name, (), {}))
    sys.modules[_PANDAS] = stand_in
    try:
        yield
    finally:
        del sys.modules[_PANDAS]


with _without_pandas():
    from ortools.linear_solver.python import model_builder
    from ortools.sat.python import cp_model

__all__ = ["cp_model", "model_builder"]
