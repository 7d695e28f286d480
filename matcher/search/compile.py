"""Makes all machine code, at set-up: ``python -m linli.matcher.search.compile``; half a minute, once."""

from __future__ import annotations

from linli.matcher import compiled
from linli.matcher.search.warm_start import bound_example, run_example


def main() -> None:
    """Compile what is not yet compiled, by running an example and bounding it; remove what earlier sources left."""
    if not compiled.is_warm():
        run_example()
        bound_example()
        compiled.mark_complete()
    compiled.remove_outdated()


if __name__ == "__main__":
    main()
