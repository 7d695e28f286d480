"""Which language people are spoken to: every sentence outside the pages is a pair, written where it is said."""

import os
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Literal

Tongue = Literal["en", "zh"]


class Language(StrEnum):
    """The language of texts for people."""

    AUTO = "auto"
    CHINESE = "zh"
    ENGLISH = "en"

    def resolved(self, environment: Mapping[str, str] = os.environ) -> "Language":
        """Give Chinese or English: what was chosen, or what the locale of the terminal asks for.

        Notes
        -----
        English is spoken where the locale says nothing: a terminal without a locale often has no Chinese letters.
        """
        if self is not Language.AUTO:
            return self
        locale = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
        return Language.CHINESE if locale.lower().startswith("zh") else Language.ENGLISH


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
