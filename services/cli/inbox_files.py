"""Files of orders and teams: CSV, NDJSON or JSON, in UTF-8 or GB 18030; a broken line breaks no other."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, get_args

from pydantic import BaseModel, ValidationError

from linli.schemas.commands import InboxBody
from linli.schemas.dead_letters import Reason
from linli.schemas.errors import Code, LinliError
from linli.services.cli.csv_columns import Columns, Context, UnknownColumnsError, event_of
from linli.services.cli.times import with_zone
from linli.streams.field_errors import refusal
from linli.streams.inbox_record import RefusedError
from linli.streams.strict_json import as_bytes, parse

FILE_BYTES_MAX: Final = 64 * 1024 * 1024
"""A county's year of orders is about 20 MB; a larger file is given in parts."""

STANDARD_INPUT: Final = "-"

_MODELS: Final[tuple[type[BaseModel], ...]] = get_args(get_args(InboxBody)[0])
MODEL_OF_KIND: Final = {str(model.model_fields["kind"].default): model for model in _MODELS}
"""The model of every kind of inbox body."""


class Shape(StrEnum):
    """How a file is written."""

    CSV = "csv"
    NDJSON = "ndjson"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Line:
    """One event of a file: where it stands (from 1), and what it is or why it is refused."""

    number: int
    body: BaseModel | None = None
    refused: RefusedError | None = None


@dataclass(frozen=True, slots=True)
class InboxFile:
    """A file that was read.

    Parameters
    ----------
    name
        For people.
    text
        Its content.
    shape
        How it is written.
    encoding
        What it was decoded from.
    """

    name: str
    text: str
    shape: Shape
    encoding: str

    def lines(self, columns: Columns, context: Context) -> Iterator[Line]:
        """Yield every event.

        Parameters
        ----------
        columns
            The columns of a CSV; their kind is that of every event that does not say.
        context
            What the cells of a CSV are read with; its zone is that of every time that states none.

        Raises
        ------
        LinliError
            If the columns of a CSV are not known, or JSON is none.
        """
        if self.shape is Shape.CSV:
            yield from self._rows(columns, context)
        elif self.shape is Shape.NDJSON:
            for number, text in enumerate(self.text.splitlines(), start=1):
                if text.strip():
                    yield _line(number, text.encode(), columns.kind, context)
        else:
            for number, data in enumerate(self._objects(), start=1):
                yield _line(number, as_bytes(data), columns.kind, context)

    def _rows(self, columns: Columns, context: Context) -> Iterator[Line]:
        rows = csv.reader(io.StringIO(self.text), strict=True)
        header = next(rows, None)
        if header is None:
            return
        try:
            found = columns.of_header(header)
        except UnknownColumnsError as error:
            raise _column_fault(self.name, columns, error) from None
        while True:
            number = rows.line_num + 1
            try:
                cells = next(rows)
                if any(cell.strip() for cell in cells):
                    yield _line(number, as_bytes(event_of(found, cells, context)), columns.kind, context)
            except StopIteration:
                return
            except csv.Error:
                yield Line(number, refused=RefusedError(Reason.SCHEMA, "", "quotes"))
            except RefusedError as refused:
                yield Line(number, refused=refused)

    def _objects(self) -> list[object]:
        """Give the objects of a JSON file: a list, or one object."""
        import orjson

        try:
            data: object = orjson.loads(self.text)
        except orjson.JSONDecodeError as error:
            raise LinliError(Code.FILE_FORMAT, path=f"{self.name} ({error})") from None
        return list(data) if isinstance(data, list) else [data]  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def read_file(name: str) -> InboxFile:
    """Read a file, or standard input for ``-``.

    Raises
    ------
    LinliError
        If it cannot be read, is too large, empty, or in an unknown encoding or format.
    """
    text, encoding = _decoded(read_bytes(name, FILE_BYTES_MAX), name)
    if not text.strip():
        raise LinliError(Code.NOTHING_TO_DO, path=name)
    return InboxFile(name, text, _shape(name, text), encoding)


def read_bytes(name: str, most: int) -> bytes:
    """Read a file, or standard input for ``-``, of at most so many bytes.

    Raises
    ------
    LinliError
        If it cannot be read or is larger.
    """
    content = sys.stdin.buffer.read(most + 1) if name == STANDARD_INPUT else _content(Path(name), most)
    if len(content) > most:
        raise LinliError(Code.FILE_UNREADABLE, path=name, detail=f"> {most // 1024**2} MB")
    return content


def _content(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except FileNotFoundError:
        raise LinliError(Code.FILE_MISSING, path=path) from None
    except OSError as error:
        raise LinliError(Code.FILE_UNREADABLE, path=path, detail=error.strerror) from None


def _decoded(content: bytes, name: str) -> tuple[str, str]:
    """Decode UTF-8 with or without a mark, or GB 18030, which spreadsheets in China write."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding), encoding.removesuffix("-sig")
        except UnicodeDecodeError:
            continue
    raise LinliError(Code.FILE_ENCODING, path=name)


def _shape(name: str, text: str) -> Shape:
    """Tell the shape by the file's ending; that of standard input by its first character."""
    known = {".csv": Shape.CSV, ".ndjson": Shape.NDJSON, ".jsonl": Shape.NDJSON, ".json": Shape.JSON}
    ending = Path(name).suffix.lower()
    if name != STANDARD_INPUT:
        if ending not in known:
            raise LinliError(Code.FILE_FORMAT, path=name)
        return Shape.NDJSON if ending == ".json" and _is_object_a_line(text) else known[ending]
    first = text.lstrip()[:1]
    return {"[": Shape.JSON, "{": Shape.NDJSON}.get(first, Shape.CSV)


def _is_object_a_line(text: str) -> bool:
    """Tell whether a file that calls itself JSON has one object a line, as many exports do."""
    first, _, rest = text.strip().partition("\n")
    return bool(rest.strip()) and first.startswith("{") and first.rstrip().endswith("}")


def _line(number: int, content: bytes, default_kind: str, context: Context) -> Line:
    """Read one event as strictly as intake does."""
    try:
        data = parse(content)
        kind = str(data.get("kind", default_kind))
        model = MODEL_OF_KIND.get(kind)
        if model is None:
            raise RefusedError(Reason.UNKNOWN_TYPE, "kind", "not_listed")
        body = model.model_validate_json(as_bytes(with_zone({**data, "kind": kind}, context.zone)))
        return Line(number, body=body)
    except ValidationError as error:
        return Line(number, refused=refusal(error))
    except RefusedError as refused:
        return Line(number, refused=refused)


def _column_fault(name: str, columns: Columns, error: UnknownColumnsError) -> LinliError:
    if error.unknown:
        guesses = [f"{one} → {columns.nearest(one)}?" if columns.nearest(one) else one for one in error.unknown]
        return LinliError(Code.COLUMNS_UNKNOWN, path=name, columns=", ".join(guesses))
    return LinliError(Code.COLUMNS_MISSING, path=name, columns=", ".join(error.missing))
