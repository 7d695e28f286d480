"""OR-Tools as the matcher uses it: CP-SAT and GLOP, loaded without pandas.

OR-Tools imports pandas for tables of variables, which nobody here makes. It took 0.3 s and 40 MB of every process that
decides, two thirds of what loading OR-Tools takes. While it is loaded it is shown two empty classes in place of pandas;
it only asks whether something is of them. Tried with OR-Tools 9.15.6755. A release that asks for more as it is loaded
gets pandas itself, with a warning. Weak spot: one that asks for more only when it is used fails there.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from types import ModuleType
from typing import Final

_PANDAS: Final = "pandas"


class _AsksForMoreError(Exception):
    """What was loaded asks for more of pandas than it is shown."""


@contextmanager
def _without_pandas() -> Generator[None]:
    """Have nothing load pandas; what has loaded it already keeps it.

    Raises
    ------
    _AsksForMoreError
        If loading fails with what is shown in its place. All is as it was before: it can be loaded with pandas.
    """
    if _PANDAS in sys.modules:
        yield
        return
    stand_in = ModuleType(_PANDAS)
    for name in ("Index", "Series"):
        setattr(stand_in, name, type(name, (), {}))
    sys.modules[_PANDAS] = stand_in
    before = set(sys.modules)
    try:
        yield
    except Exception as why:
        _forget(set(sys.modules) - before)
        warnings.warn(f"OR-Tools is loaded with pandas, which takes longer: {why}", RuntimeWarning, stacklevel=2)
        raise _AsksForMoreError from why
    finally:
        del sys.modules[_PANDAS]


def _forget(names: set[str]) -> None:
    """Forget modules of OR-Tools that were written in Python, for they hold the stand-in; packages hold none.

    Its libraries stay: they know nothing of pandas, and some cannot be loaded twice.
    """
    for name in names:
        module = sys.modules[name]
        file = getattr(module, "__file__", None) or ""
        if name.startswith("ortools.") and file.endswith(".py") and not hasattr(module, "__path__"):
            del sys.modules[name]
            package, _, own = name.rpartition(".")
            vars(sys.modules[package]).pop(own, None)


try:
    with _without_pandas():
        from ortools.linear_solver.python import model_builder_helper
        from ortools.sat.python import cp_model
except _AsksForMoreError:
    from ortools.linear_solver.python import model_builder_helper
    from ortools.sat.python import cp_model

__all__ = ["cp_model", "model_builder_helper"]
