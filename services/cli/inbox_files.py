"""Files of orders and teams: a spreadsheet, NDJSON or JSON; a broken line breaks no other."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, cast

from linli.schemas.dead_letters import Reason
from linli.schemas.errors import Code, LinliError
from linli.services.cli.times import with_zone
from linli.services.sheets.bodies import body_of
from linli.services.sheets.columns import Columns, Context
from linli.services.sheets.mapping import NO_MAPPING, Mapping
from linli.services.sheets.opening import STANDARD_INPUT, ZIP, local_file
from linli.services.sheets.reading import InSheet, Line, SheetFile, read_sheets
from linli.streams.intake.inbox_record import RefusedError
from linli.streams.intake.strict_json import Json, as_bytes, parse


class Shape(StrEnum):
    """How a file is written."""

    SHEET = "sheet"
    NDJSON = "ndjson"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class InboxFile:
    """An opened file.

    Parameters
    ----------
    name
        For people.
    encoding
        What it is decoded from; empty for a workbook.
    columns
        The columns to name fields by; ``None`` for NDJSON and JSON, whose fields have names.
    sheets, skipped
        What of a spreadsheet is read, and which of its sheets are not and why.
    """

    name: str
    encoding: str
    columns: Columns | None
    _kind: str
    _text: str = ""
    _shape: Shape = Shape.SHEET
    _file: SheetFile | None = None
    sheets: tuple[InSheet, ...] = ()
    skipped: tuple[tuple[str, str], ...] = field(default=())

    @property
    def sums(self) -> list[Line]:
        """The lines of a spreadsheet, as far as it was read, that add up others."""
        return [] if self._file is None else self._file.sums

    def lines(self, context: Context, *, number_lines: bool = False) -> Iterator[Line]:
        """Yield every event; see `linli.services.sheets.reading.SheetFile.lines`.

        Raises
        ------
        LinliError
            If JSON is none.
        """
        if self._file is not None:
            yield from self._file.lines(context, number_lines=number_lines)
        elif self._shape is Shape.NDJSON:
            for number, text in enumerate(self._text.splitlines(), start=1):
                if text.strip():
                    yield _line(number, text.encode(), self._kind, context)
        else:
            objects, twice = self._objects()
            for number, data in enumerate(objects):
                if number in twice:
                    yield Line(number + 1, refused=RefusedError(Reason.NOT_JSON, rule="key_repeated"))
                else:
                    yield _line(number + 1, as_bytes(data), self._kind, context)

    def _objects(self) -> tuple[list[object], frozenset[int]]:
        """Give the objects of a JSON file, a list or one object, and in which of them a key stands twice."""
        import orjson

        from linli.schemas.mistakes import not_json
        from linli.schemas.repeated_keys import repeated_keys

        try:
            data: object = orjson.loads(self._text)
            twice = frozenset(path[0] if isinstance(path[0], int) else 0 for path in repeated_keys(self._text))
        except json.JSONDecodeError as error:
            raise LinliError(Code.FILE_FORMAT, path=not_json(error, self.name)) from None
        return (cast(list[object], data) if isinstance(data, list) else [data]), twice


@contextmanager
def inbox_file(
    name: str, columns: Columns, mapping: Mapping = NO_MAPPING, optional: frozenset[str] = frozenset()
) -> Generator[InboxFile]:
    """Open a file, or standard input for ``-``.

    Parameters
    ----------
    name
        Its name.
    columns
        The columns of a spreadsheet; their kind is that of every event that does not say.
    mapping
        How another system's export is read.
    optional
        Columns that need not be there.

    Raises
    ------
    LinliError
        If it cannot be read, is too large, empty, in an unknown encoding or format, or lacks columns.
    """
    with local_file(name) as path:
        shape = _shape(path, name)
        if shape is Shape.SHEET:
            with read_sheets(path, name, columns, mapping, optional) as file:
                yield InboxFile(
                    name, file.encoding, columns, columns.kind, _file=file, sheets=file.sheets, skipped=file.skipped
                )
            return
        text, encoding = _decoded(path.read_bytes(), name)
        if not text.strip():
            raise LinliError(Code.NOTHING_TO_DO, path=name)
        if shape is Shape.JSON and _is_object_a_line(text):
            shape = Shape.NDJSON
        yield InboxFile(name, encoding, None, columns.kind, text, shape)


def _decoded(content: bytes, name: str) -> tuple[str, str]:
    """Decode UTF-8 with or without a mark, or GB 18030."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding), encoding.removesuffix("-sig")
        except UnicodeDecodeError:
            continue
    raise LinliError(Code.FILE_ENCODING, path=name)


_SHAPES: Final = {
    **dict.fromkeys((".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".et", ".ods", ".wps"), Shape.SHEET),
    **dict.fromkeys((".ndjson", ".jsonl"), Shape.NDJSON),
    ".json": Shape.JSON,
}


def _shape(path: Path, name: str) -> Shape:
    """Tell the shape by the file's ending; that of standard input by its first characters."""
    if name != STANDARD_INPUT:
        ending = Path(name).suffix.lower()
        if ending not in _SHAPES:
            raise LinliError(Code.FILE_FORMAT, path=name)
        return _SHAPES[ending]
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(ZIP):
        return Shape.SHEET
    return {b"[": Shape.JSON, b"{": Shape.NDJSON}.get(head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1], Shape.SHEET)


def _is_object_a_line(text: str) -> bool:
    """Tell whether a file that calls itself JSON has one object a line, as many exports do."""
    first, _, rest = text.strip().partition("\n")
    return bool(rest.strip()) and first.startswith("{") and first.rstrip().endswith("}")


def _line(number: int, content: bytes, default_kind: str, context: Context) -> Line:
    """Read one event as strictly as intake does."""
    try:
        data: Json = parse(content)
        kind = str(data.get("kind", default_kind))
        return Line(number, body=body_of(cast(Json, with_zone(data, context.zone)), kind))
    except RefusedError as refused:
        return Line(number, refused=refused)
