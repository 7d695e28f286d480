"""The browser of the tests: Debian's own Chromium, found and never fetched."""

from __future__ import annotations

import os
import shutil

VARIABLE = "LINLI_CHROMIUM"
"""Names another Chromium than the one on the path."""

NO_CHROMIUM = (
    f"Install Debian's packages chromium and fonts-noto-cjk, or name a Chromium in {VARIABLE}; "
    "`make test ARGS=--browser=demand` then runs everything."
)


# Taken out, because a setting of Linli that does not exist is refused by all that the tests start.
_NAMED = os.environ.pop(VARIABLE, None)


def chromium() -> str | None:
    """Say where Chromium is; ``None`` if there is none."""
    return _NAMED or shutil.which("chromium") or shutil.which("chromium-browser")
