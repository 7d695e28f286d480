"""Does the demo that stays open say where its data lies, whether it is still there afterwards, and how to come back?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from linli.services.cli import main
from linli.services.demo.demand import Scenario
from linli.services.demo.options import DemoOptions
from linli.services.demo.serving import again_line, state_line
from linli.services.language import Language

FOLDER = Path("/somewhere/linli-demo-x")


@pytest.mark.parametrize(("kept", "english", "chinese"), [(True, "stay", "保留"), (False, "removed", "删除")])
def test_the_folder_is_named_in_both_languages(kept: bool, english: str, chinese: str) -> None:
    """Tests that a folder of one's own is said to stay, and a temporary one to go unless ``--state`` is given."""
    english_said, chinese_said = (
        state_line(FOLDER, kept=kept, language=language) for language in (Language.ENGLISH, Language.CHINESE)
    )
    assert all(str(FOLDER) in said and ("--state" in said) != kept for said in (english_said, chinese_said))
    assert english in english_said
    assert chinese in chinese_said


USUAL = DemoOptions(serve=True)
OWN = DemoOptions(serve=True, requests=60, minutes=2.5, scenario=Scenario.COLD_SNAP, seed=7, kill=False, as_json=True)
AGAIN: str = "linli demo --serve --requests 60 --minutes 2.5 --scenario cold-snap --seed 7 --no-kill --json"


@pytest.mark.parametrize(("options", "command"), [(USUAL, "linli demo --serve"), (OWN, AGAIN)])
def test_it_is_said_how_to_come_back(options: DemoOptions, command: str) -> None:
    """Tests that the last line names the command of the same day, in both languages."""
    for language in (Language.ENGLISH, Language.CHINESE):
        assert again_line(replace(options, language=language)).endswith(command)


def test_what_is_to_be_typed_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that the command line reads those words as the options that they stand for."""
    read: list[DemoOptions] = []

    def note(options: DemoOptions) -> int:
        read.append(options)
        return 0

    monkeypatch.setattr("linli.services.demo.main.run_demo", note)
    assert main.run(AGAIN.split()[1:]) == 0
    assert replace(read[0], language=OWN.language) == OWN
