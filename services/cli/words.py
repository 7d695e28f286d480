"""Chinese or English: what the commands say, under the names by which all of them call it."""

from __future__ import annotations

from linli.services.language import TONGUE, Tongue, both

__all__ = ["TONGUE", "Tongue", "aside", "both", "listed"]


def listed(*parts: str) -> str:
    """Say several things one after another, as this terminal's language parts them; what is empty is left out."""
    return both(", ", "，").join(part for part in parts if part)


def aside(said: str, more: str) -> str:
    """Say something with more about it in brackets."""
    return both(f"{said} ({more})", f"{said}（{more}）")
