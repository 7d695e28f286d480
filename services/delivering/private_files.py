"""Files of the operator that hold secrets: TOML that its owner alone may read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from linli.schemas.errors import Both
from linli.schemas.menu import ListError, mistakes, toml_as_json
from linli.schemas.system_words import refused_by_system

Model = TypeVar("Model", bound=BaseModel)


def read_private(path: Path, model: type[Model], name: Both) -> Model:
    """Read such a file.

    Parameters
    ----------
    path
        The file.
    model
        What it holds.
    name
        What it is called in a sentence, in both languages.

    Raises
    ------
    ListError
        If it cannot be used, or others may read it; one sentence for each mistake.
    """
    try:
        mode, text = path.stat().st_mode, path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = (
            refused_by_system(error) if isinstance(error, OSError) else Both("it is not UTF-8 text", "不是 UTF-8 文本")
        )
        raise ListError(
            f"The {name.en} {path} cannot be read: {why.en}.", f"无法读取{name.zh} {path}：{why.zh}。"
        ) from None
    if os.name == "posix" and mode & 0o077:
        raise ListError(
            f"Others may read the {name.en} {path}: run chmod 600 on it.",
            f"{name.zh} {path} 可被他人读取：请执行 chmod 600。",
        )
    try:
        return model.model_validate_json(toml_as_json(text))
    except ValidationError as error:
        raise ListError(*mistakes(error, name)) from None
