"""Does the doctor see it: each thing that Linli needs and a machine may lack, with what to do."""

import re
import socket
from pathlib import Path
from typing import Any

import pytest

from linli.services.ground.doctor import Finding, examine
from linli.services.ground.local import LocalGround
from linli.services.ground.ports import free_port
from linli.services.settings import load_settings


async def findings(**chosen: Any) -> dict[str, Finding]:
    """Examine this machine under the chosen settings."""
    return {finding.name: finding for finding in await examine(load_settings(**chosen))}


@pytest.mark.broker
async def test_is_a_good_machine_healthy(tmp_path: Path, ground: LocalGround) -> None:
    """Tests that a machine on which the ground runs is good in everything, and that looking leaves nothing."""
    assert ground.kafka, "so the jars have been fetched"
    found = await findings(state=tmp_path / "deep" / "state")
    assert [finding for finding in found.values() if not finding.ok or finding.remedy] == []
    assert list(found) == ["Python", "State folder", "Disk", "Java", "Kafka", "Valkey", "Master key"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.broker
async def test_are_servers_of_ones_own_asked(tmp_path: Path, ground: LocalGround) -> None:
    """Tests that with servers of one's own those are asked, and Java is not needed."""
    found = await findings(state=tmp_path, kafka=ground.kafka, redis=ground.redis)
    assert found["Kafka"].ok
    assert found["Redis"].ok
    assert "Valkey" in found["Redis"].what
    assert "Java" not in found


async def test_are_absent_servers_seen(tmp_path: Path) -> None:
    """Tests that servers of one's own that do not answer are told apart from those that do."""
    nobody = f"127.0.0.1:{free_port()}"
    found = await findings(state=tmp_path, kafka=nobody, redis=f"redis://{nobody}")
    assert not found["Kafka"].ok
    assert "LINLI_KAFKA" in found["Kafka"].remedy
    assert not found["Redis"].ok
    assert "LINLI_REDIS" in found["Redis"].remedy


async def test_does_a_mute_server_not_hang_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a server which accepts and then says nothing is a finding, not an endless wait."""
    monkeypatch.setattr("linli.services.ground.reach.ANSWER_TIMEOUT_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        place = f"127.0.0.1:{mute.getsockname()[1]}"
        found = await findings(state=tmp_path, kafka=place, redis=f"redis://{place}")
    assert (found["Kafka"].ok, found["Redis"].ok) == (False, False)


async def test_is_an_unwritable_folder_seen(tmp_path: Path) -> None:
    """Tests that a state folder that cannot be made is found, with the setting that chooses another."""
    file = tmp_path / "file"
    file.touch()
    found = await findings(state=file / "state")
    assert not found["State folder"].ok
    assert "LINLI_STATE" in found["State folder"].remedy


async def test_is_a_wrong_folder_of_jars_seen(tmp_path: Path) -> None:
    """Tests that a folder without Kafka's jars, and one with an old Kafka, are found."""
    assert not (await findings(state=tmp_path, kafka_jars=tmp_path))["Kafka"].ok
    for name in ("kafka_2.13", "kafka-clients"):
        (tmp_path / f"{name}-3.9.0.jar").touch()
    assert "3.9.0" in (await findings(state=tmp_path, kafka_jars=tmp_path))["Kafka"].what


async def test_are_missing_jars_and_no_network_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a machine which has no jars and reaches no repository is told how to bring them."""
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    found = await findings(state=tmp_path, cache=tmp_path / "cache")
    assert not found["Kafka"].ok
    assert "LINLI_KAFKA_JARS" in found["Kafka"].remedy


async def test_is_an_open_key_seen(tmp_path: Path) -> None:
    """Tests that a master key which others can read is found, and a private one is good."""
    key = tmp_path / "master.key"
    key.touch(mode=0o644)
    key.chmod(0o644)
    assert "chmod 600" in (await findings(state=tmp_path))["Master key"].remedy
    key.chmod(0o600)
    assert (await findings(state=tmp_path))["Master key"].ok


async def test_the_doctor_speaks_chinese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that whatever is found, good or bad, is told in the language of the terminal."""
    monkeypatch.setattr("linli.services.language.TONGUE", "zh")
    key = tmp_path / "open.key"
    key.write_text("x")
    key.chmod(0o644)
    for chosen in ({"state": tmp_path}, {"state": tmp_path, "master_key_file": key}):
        for finding in (await findings(**chosen)).values():
            assert re.search("[\u4e00-\u9fff]", finding.what), finding
