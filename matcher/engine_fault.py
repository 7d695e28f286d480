"""What an engine raises that contradicts itself."""

from __future__ import annotations


class EngineFaultError(RuntimeError):
    """An engine made what its own rules refuse, or cannot repeat what it said: a fault of ours, in no way of the input.

    A round falls back to insertion and says so, for a district must not stand still over a better plan. Whoever calls
    an engine by itself (tests, benches, ``linli solve``) gets the error.
    """
