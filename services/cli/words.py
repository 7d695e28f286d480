"""Chinese or English: what the commands say, under the names by which all of them call it."""

from __future__ import annotations

from linli.services.language import TONGUE, Tongue, both

__all__ = ["TONGUE", "Tongue", "both"]
