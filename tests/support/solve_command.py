"""``linli solve`` as tests call it: a problem in, its last object of standard output out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from linli.services.cli import main

Json = dict[str, Any]

Solve = Callable[..., Json]


@pytest.fixture
def solve(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Solve:
    """Return a function that solves a problem by the command line and returns its last object of standard output."""

    def run(given: Json, *words: str, exit_code: int = 0) -> Json:
        file = tmp_path / "problem.json"
        file.write_text(json.dumps(given), encoding="utf-8")
        assert main.run(["solve", str(file), "--work", "2000", *words, "--json"]) == exit_code
        told: Json = json.loads(capsys.readouterr().out.splitlines()[-1])
        return told

    return run
