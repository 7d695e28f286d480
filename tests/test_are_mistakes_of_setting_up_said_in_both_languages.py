"""Are mistakes of setting up said in both languages: every setting, the ground, the county's files, in Chinese too."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from tests.support.house import environment

RAISED = {"GroundError", "SettingsError"}

SERVICES = Path(str(files("linli.services")))

CHINESE = re.compile("[\u4e00-\u9fff]")


def _raised() -> Iterator[tuple[str, ast.Call]]:
    """Yield every such error that the services make, with its place."""
    for file in sorted(SERVICES.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISED:
                yield f"{file.relative_to(SERVICES)}:{node.lineno}", node


def _said(node: ast.expr) -> list[str]:
    """Give the literal pieces of text in an expression that is not a pair of languages."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "both":
        return []
    own = [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []
    return own + [one for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr) for one in _said(child)]


def test_no_error_of_setting_up_has_one_language_alone() -> None:
    """Tests that whoever adds such an error has to say it twice; what others have said already is passed on."""
    found = list(_raised())
    assert len(found) > 30
    said = [(place, text) for place, call in found for one in call.args for text in _said(one)]
    # A single word joins or divides what was said elsewhere.
    assert [(place, text) for place, text in said if " " in text] == []


WRONG = {
    "LINLI_PARTITIONS": "0",
    "LINLI_DISTRICTS": "520624,12",
    "LINLI_REDIS": "http://localhost",
    "LINLI_MODE": "maybe",
    "LINLI_CLOCK_ORIGIN": "2026-01-01",
    "LINLI_CLOCK_RATE": "fast",
    "LINLI_GATEWAY": "nowhere",
    "LINLI_KAFKA_CA_FILE": "/nowhere/authority.pem",
    "LINLI_DELIVERY_LOOPBACK": "example.org:1",
    "LINLI_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
    "LINLI_ROUND_BATCH_MAX": "many",
    "LINLI_PARTITION": "3",
    "LINLI_POLICY": "/nowhere/policy.toml",
    "LINLI_TRAVEL": "valhalla:nowhere",
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_setting_is_said_in_chinese(name: str, tmp_path: Path) -> None:
    """Tests that the sentence is Chinese from its first word to its last, names apart, and names the setting."""
    program = (
        "from linli.services.settings import load_settings, SettingsError\n"
        "from linli.services.county_files import load_policy\n"
        "try:\n    load_policy(load_settings())\nexcept SettingsError as error:\n    print(error)\n"
    )
    env = environment(tmp_path, LINLI_LANGUAGE="zh", PYTHONUTF8="1", **{name: WRONG[name]})
    env["LINLI_LANGUAGE"] = "zh"
    said = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, check=True).stdout.decode()
    assert name in said
    assert said.count("\n") == 1, said
    assert CHINESE.search(said), said
    english = re.sub(r"LINLI_\w+|\S*[/:.@=_]\S*|'[^']*'", " ", said)
    assert len(re.findall(r"[A-Za-z]{2,}", english)) <= 4, said
