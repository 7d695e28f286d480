"""Does the demo play the whole loop on the real stack and end with the object that it promises?"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROMISED_KEYS = {
    "submitted", "registered", "dead_letters", "promised", "offered", "committed", "declined", "expired", "done",
    "rated", "unmet", "lost", "double_assigned", "promise_latency_ms", "broker", "redis", "kills", "recovered_s",
}  # fmt: skip

LIMIT_S = 240
"""A short day takes about a minute; a busy machine may need several times as long."""


@pytest.mark.broker
def test_a_short_day_ends_with_every_guarantee_held(tmp_path: Path) -> None:
    """Tests that a short day with a killed dispatcher loses nothing, doubles nothing and tells its stories."""
    command = [sys.executable, "-m", "linli.services.cli.main", "demo", "--json"]
    command += ["--minutes", "0.7", "--requests", "60", "--state", str(tmp_path / "state")]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False, cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr[-2000:]
    outcome = json.loads(ended.stdout.splitlines()[-1])
    assert set(outcome) >= PROMISED_KEYS
    assert set(outcome["promise_latency_ms"]) == {"p50", "p99"}
    assert outcome["guarantees_broken"] == []
    # Leads answer only what they were told of: without delivery nobody would go anywhere.
    assert outcome["told"] >= outcome["committed"]
    assert (outcome["lost"], outcome["double_assigned"], outcome["kills"]) == (0, 0, 1)
    assert outcome["recovered_s"] is not None
    assert outcome["broker"].startswith("Apache Kafka 4")
    assert outcome["redis"].startswith("Valkey")
    for stage in ("registered", "promised", "offered", "committed", "done"):
        assert outcome[stage] > 0, stage
    assert "Promised: somebody comes between" in ended.stderr
