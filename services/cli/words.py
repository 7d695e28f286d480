"""Chinese or English: every sentence of the command line is a pair, written where it is said."""

from __future__ import annotations

import os
from typing import Final, Literal

from linli.services.language import Language

Tongue = Literal["en", "zh"]


def _chosen() -> Tongue:
    """Give the language of this terminal; a setting that is no language is reported later, with all other settings."""
    wanted = os.environ.get("LINLI_LANGUAGE", "auto")
    language = Language(wanted) if wanted in set(Language) else Language.AUTO
    return "zh" if language.resolved() is Language.CHINESE else "en"


TONGUE: Final[Tongue] = _chosen()
"""What this terminal speaks. Help texts are made when the modules are loaded, so it is chosen then."""


def both(english: str, chinese: str) -> str:
    """Give the one of two texts that this terminal reads."""
    return chinese if TONGUE == "zh" else english
