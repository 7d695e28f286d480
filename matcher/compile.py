"""Makes all machine code, at set-up: ``python -m linli.matcher.compile``; half a minute, once."""

from __future__ import annotations

from linli.matcher import compiled
from linli.matcher.warm_start import bound_example, run_example


def main() -> None:
    """Compile what is not yet compiled, by running an example and bounding it."""
    if compiled.is_warm():
        return
    run_example()
    bound_example()
    compiled.mark_complete()


if __name__ == "__main__":
    main()
