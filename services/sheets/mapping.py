"""A mapping file: how another system's export is read. Its columns and words, and what it never says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from linli.schemas.errors import Both, Code, LinliError
from linli.schemas.mistakes import first_mistake, spot
from linli.schemas.system_words import refused_by_system
from linli.services.sheets.cells import plain
from linli.services.sheets.columns import Columns
from linli.services.sheets.limits import MAP_BYTES_MAX

Text = Annotated[str, Field(min_length=1, max_length=200)]

HOUR = re.compile(r"^(?:[01]\d|2[0-3]):[0-5]\d$")


class Mapping(BaseModel):
    """A mapping file.

    Parameters
    ----------
    name
        What system it is for; for people.
    kind
        ``order``, ``team`` or ``place``.
    encoding, separator
        Of a text file; found out if not given.
    sheet
        The sheet to read; all visible ones if not given.
    header_row
        Where the header stands; found out if not given.
    date_order
        How 05.11.2026 is meant: ``dmy`` or ``mdy``; refused if not given.
    columns
        Our name of a column, by theirs.
    ignore
        Their columns that are not needed, so that nobody is told of them.
    values
        Our word for a value, by our column's name and their word.
    defaults
        What holds for every line that says nothing itself, by our column's name.
    day_parts
        When parts of the day begin and end, by their word.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Text = "mapping"
    kind: Literal["order", "team", "place"] = "order"
    encoding: Literal["utf-8", "gb18030", "utf-16"] | None = None
    separator: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    sheet: Text | None = None
    header_row: Annotated[int, Field(ge=1, le=1_000)] | None = None
    date_order: Literal["dmy", "mdy"] | None = None
    columns: dict[Text, Text] = Field(default_factory=dict, max_length=200)
    ignore: tuple[Text, ...] = Field(default=(), max_length=200)
    values: dict[Text, dict[Text, str]] = Field(default_factory=dict, max_length=100)
    defaults: dict[Text, str] = Field(default_factory=dict, max_length=100)
    day_parts: dict[Text, tuple[str, str]] = Field(default_factory=dict, max_length=100)

    @model_validator(mode="after")
    def _has_hours(self) -> Self:
        for part, hours in self.day_parts.items():
            if not all(HOUR.match(hour) for hour in hours) or hours[1] <= hours[0]:
                raise ValueError(f'day_parts.{part}: two times like "08:00", the later one last')
        return self

    def words(self) -> dict[str, dict[str, str]]:
        """Give the words for values as they are compared."""
        return {name: {plain(word): ours for word, ours in table.items()} for name, table in self.values.items()}

    def refuse_strange_columns(self, columns: Columns) -> None:
        """Refuse names of ours that do not exist.

        Raises
        ------
        ValueError
            With the names.
        """
        named = [*self.columns.values(), *self.values, *self.defaults]
        strange = sorted({name for name in named if name not in columns.by_name})
        if strange:
            raise ValueError(", ".join(strange))


NO_MAPPING = Mapping()
"""Nothing is mapped: the columns have the names that we know."""


def load_mapping(path: Path, columns: Columns) -> Mapping:
    """Read a mapping file.

    Raises
    ------
    LinliError
        If it cannot be used; it says where and why.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAP_BYTES_MAX + 1)
    except FileNotFoundError:
        raise LinliError(Code.FILE_MISSING, path=path) from None
    except OSError as error:
        raise LinliError(Code.FILE_UNREADABLE, path=path, detail=refused_by_system(error)) from None
    if len(content) > MAP_BYTES_MAX:
        raise LinliError(Code.SHEET_LIMIT, path=path, limit="file_bytes", most=f"{MAP_BYTES_MAX:,}")
    try:
        mapping = Mapping.model_validate(tomllib.loads(content.decode("utf-8-sig")))
        mapping.refuse_strange_columns(columns)
    except UnicodeDecodeError:
        raise LinliError(Code.FILE_ENCODING, path=path) from None
    except ValidationError as error:
        raise LinliError(Code.MAP, path=path, detail=first_mistake(error)) from None
    except tomllib.TOMLDecodeError as error:
        detail = Both(str(error), f"不是有效的 TOML 文件{spot(str(error))}")
        raise LinliError(Code.MAP, path=path, detail=detail) from None
    except ValueError as error:
        strange = Both(f"we have no column called {error}", f"没有名为 {error} 的列")
        raise LinliError(Code.MAP, path=path, detail=strange) from None
    if mapping.kind != columns.kind:
        english = f'kind = "{mapping.kind}", but "{columns.kind}" is read here'
        chinese = f'kind = "{mapping.kind}"，而此处读取的是 "{columns.kind}"'
        raise LinliError(Code.MAP, path=path, detail=Both(english, chinese))
    return mapping
