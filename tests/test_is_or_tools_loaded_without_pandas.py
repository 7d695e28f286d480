"""OR-Tools is loaded without pandas, and with it where a release asks for more than it is shown."""

from __future__ import annotations

import subprocess
import sys

import pytest

_LOADED = """
import sys
from importlib.machinery import SourceFileLoader

known = SourceFileLoader.get_code

def asking(loader, name):
    if name.rpartition(".")[2] != sys.argv[1]:
        return known(loader, name)
    return compile(loader.get_source(name) + sys.argv[2], loader.path, "exec")

SourceFileLoader.get_code = asking
from linli.matcher.exact.optimizers import cp_model, model_builder_helper

model = cp_model.CpModel()
number = model.new_int_var(0, 9, "number")
model.maximize(number)
solver = cp_model.CpSolver()
solver.solve(model)
linear = model_builder_helper.ModelBuilderHelper()
linear.set_maximize(True)
column = linear.add_var()
linear.set_var_upper_bound(column, 7.0)
linear.set_var_objective_coefficient(column, 1.0)
engine = model_builder_helper.ModelSolverHelper("GLOP")
engine.solve(linear)
print(solver.value(number), engine.objective_value(), "pandas" in sys.modules)
print(hasattr(cp_model.pd, "DataFrame"), "ortools.linear_solver.python.model_builder" in sys.modules)
"""


def _loaded(module: str = "", asks: str = "") -> tuple[list[str], str]:
    """Solve with each optimizer in a process of its own, where a module of OR-Tools asks for something besides."""
    command = [sys.executable, "-c", _LOADED, module, f"\n{asks}\n"]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return run.stdout.split(), run.stderr


def test_it_is_loaded_without_pandas() -> None:
    """Tests that the installed release needs no pandas: neither loading it nor solving; nor what only writes models."""
    said, warned = _loaded()
    assert (said, warned) == (["9", "7.0", "False", "False", "False"], "")


@pytest.mark.parametrize(
    ("module", "asks"),
    [("cp_model", "pd.DataFrame"), ("cp_model", "from pandas.api import types")],
)
def test_a_release_that_asks_for_more_gets_pandas(module: str, asks: str) -> None:
    """Tests that both optimizers are then loaded, that it is with pandas itself, and that it is told."""
    said, warned = _loaded(module, asks)
    assert said == ["9", "7.0", "True", "True", "False"]
    assert "OR-Tools is loaded with pandas" in warned


def test_a_release_that_cannot_be_loaded_at_all_says_so() -> None:
    """Tests that what fails for another reason is no more hidden than before."""
    with pytest.raises(subprocess.CalledProcessError) as raised:
        _loaded("cp_model", "raise RuntimeError('no such processor')")
    assert "RuntimeError: no such processor" in raised.value.stderr
