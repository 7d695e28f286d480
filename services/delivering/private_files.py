"""Files of the operator that hold secrets: TOML that its owner alone may read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from linli.schemas.menu import ListError, mistakes, toml_as_json

Model = TypeVar("Model", bound=BaseModel)


def read_private(path: Path, model: type[Model], name: str) -> Model:
    """Read such a file.

    Parameters
    ----------
    path
        The file.
    model
        What it holds.
    name
        What it is called in a sentence.

    Raises
    ------
    ListError
        If it cannot be used, or others may read it; one sentence for each mistake.
    """
    try:
        mode, text = path.stat().st_mode, path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ListError(f"The {name} {path} cannot be read: {type(error).__name__}.") from None
    if os.name == "posix" and mode & 0o077:
        raise ListError(f"Others may read the {name} {path}: run chmod 600 on it.")
    try:
        return model.model_validate_json(toml_as_json(text))
    except ValidationError as error:
        raise ListError(mistakes(error, name)) from None
