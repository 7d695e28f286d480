"""Which language people are spoken to."""

import os
from collections.abc import Mapping
from enum import StrEnum


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
