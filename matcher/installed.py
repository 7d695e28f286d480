"""Which release of a library is installed, read from the name of the folder that its installer left beside it.

`importlib.metadata` reads what is in that folder, and first imports what reads letters, archives and more of the kind:
that took a tenth of all that a process does before it begins to search.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import Final

_RECORD: Final = ".dist-info"


@cache
def release(library: str) -> str:
    """Return the release of a library as its installer wrote it: of the first on the path, as an import finds it.

    Parameters
    ----------
    library : str
        Its name as files have it: small letters, ``_`` for ``-``.

    Raises
    ------
    importlib.metadata.PackageNotFoundError
        If it is not installed.
    """
    beginning = f"{library}-"
    for folder in sys.path:
        found = [one for one in _names(folder) if one.startswith(beginning) and one.endswith(_RECORD)]
        if len(found) == 1:
            return found[0][len(beginning) : -len(_RECORD)]
        if found:
            break
    from importlib.metadata import version  # where it is installed in another form, or twice

    return version(library)


@cache
def _names(folder: str) -> tuple[str, ...]:
    """Return what is in a folder of the path; nothing where it is an archive or is not there."""
    try:
        return tuple(os.listdir(folder or "."))
    except OSError:
        return ()
