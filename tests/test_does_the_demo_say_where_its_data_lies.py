"""Does the demo that stays open say where its data lies, and whether it is still there afterwards?"""

from __future__ import annotations

from pathlib import Path

import pytest

from linli.services.demo.serving import state_line
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
