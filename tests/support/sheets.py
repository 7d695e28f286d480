"""Spreadsheets for tests, made by hand down to the XML, as strange as strangers' are. All synthetic."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr
from zoneinfo import ZoneInfo

from linli.schemas.menu import shipped_menu
from linli.services.demo.county import sinan
from linli.services.sheets.columns import Columns, Context
from linli.services.sheets.mapping import NO_MAPPING
from linli.services.sheets.mapping import Mapping as MappingFile
from linli.services.sheets.opening import local_file
from linli.services.sheets.order_columns import ORDER_COLUMNS
from linli.services.sheets.place_names import PlaceNames
from linli.services.sheets.reading import Line, SheetFile, read_sheets

ZONE = ZoneInfo("Asia/Shanghai")
NEXT_MONTH = (datetime.now(ZONE) + timedelta(days=30)).date()
"""A day that no order of a test is too late for, whenever the test runs."""

REFERENCE = datetime(2026, 11, 25, 9, 0, tzinfo=ZONE)
"""When the sheets of these tests are read: a Wednesday."""

PLACES = PlaceNames(sinan())

CONTEXT = Context(ZONE, shipped_menu(), REFERENCE, PLACES)

PHONE = "13800009999"
"""A synthetic telephone number."""

HEADER = ("工单编号", "服务项目", "服务对象", "预约时间", "所在村居", "姓名", "联系电话", "本人同意", "诉求内容")

Value = str | int | float | None


def order(number: str, **changes: Value) -> list[Value]:
    """Make a row under `HEADER`; ``changes`` by English names of the columns."""
    row: dict[str, Value] = {
        "number": number,
        "category": "上门理发",
        "beneficiary": "空巢老人",
        "when": "2026-11-26 上午",
        "place": "安化社区",
        "name": "虚构甲",
        "phone": PHONE,
        "consent": "是",
        "detail": "虚构的诉求",
    }
    return list({**row, **changes}.values())


def csv_bytes(
    rows: Sequence[Sequence[Value]], encoding: str = "utf-8", separator: str = ",", end: str = "\r\n"
) -> bytes:
    """Write rows as text, without quotes."""
    lines = (separator.join("" if value is None else str(value) for value in row) for row in rows)
    return (end.join(lines) + end).encode(encoding)


def cell(place: str, value: Value, style: int = 0) -> str:
    """Write a cell: a text as an inline one, a number as one."""
    if value is None:
        return ""
    shown = f' s="{style}"' if style else ""
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"{shown}><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f'<c r="{place}"{shown}><v>{value}</v></c>'


def letters(index: int) -> str:
    """Name a column."""
    return chr(65 + index) if index < 26 else letters(index // 26 - 1) + chr(65 + index % 26)


def sheet_xml(rows: Sequence[Sequence[Value]], first: int = 1, after: str = "", before: str = "") -> str:
    """Write a sheet's XML; ``after`` stands behind the rows, like merged cells."""
    body = "".join(
        f'<row r="{number}">' + "".join(cell(f"{letters(i)}{number}", v) for i, v in enumerate(row)) + "</row>"
        for number, row in enumerate(rows, start=first)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"{before}<sheetData>{body}</sheetData>{after}</worksheet>"
    )


def merged(*ranges: str) -> str:
    """Write merged ranges."""
    return (
        f'<mergeCells count="{len(ranges)}">' + "".join(f'<mergeCell ref="{one}"/>' for one in ranges) + "</mergeCells>"
    )


STYLES = (
    '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="2">'
    '<numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/>'
    '<numFmt numFmtId="165" formatCode="&quot;day&quot; 0.00"/></numFmts><cellXfs count="5"><xf numFmtId="0"/>'
    '<xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="20"/></cellXfs></styleSheet>'
)
"""Formats 1, 2 and 4 show dates or times; 3 only looks as if."""


SCHEMAS = "http://schemas.openxmlformats.org"


def xlsx(
    sheets: Mapping[str, str],
    hidden: Sequence[str] = (),
    parts: Mapping[str, bytes] | None = None,
    date_1904: bool = False,
) -> bytes:
    """Pack sheets into a workbook; ``parts`` are added or replace what there is."""
    names = list(sheets)
    states = {name: 'state="hidden"' if name in hidden else "" for name in names}
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}" {states[name]}/>'
        for n, name in enumerate(names, start=1)
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(names) + 1)
    )
    properties = '<workbookPr date1904="1"/>' if date_1904 else ""
    space = f'xmlns="{SCHEMAS}/spreadsheetml/2006/main" xmlns:r="{SCHEMAS}/officeDocument/2006/relationships"'
    files = {
        "[Content_Types].xml": b"<Types/>",
        "xl/workbook.xml": f"<workbook {space}>{properties}<sheets>{listed}</sheets></workbook>".encode(),
        "xl/_rels/workbook.xml.rels": f"<Relationships>{links}</Relationships>".encode(),
        "xl/styles.xml": STYLES.encode(),
        **{f"xl/worksheets/sheet{n}.xml": sheets[name].encode() for n, name in enumerate(names, start=1)},
        **(parts or {}),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def book(rows: Sequence[Sequence[Value]], after: str = "") -> bytes:
    """Pack rows into a workbook of one sheet."""
    return xlsx({"工单": sheet_xml(rows, after=after)})


@contextmanager
def opened_sheets(
    path: Path, columns: Columns = ORDER_COLUMNS, mapping: MappingFile = NO_MAPPING
) -> Generator[SheetFile]:
    """Open a file as the command line does."""
    with local_file(str(path)) as local, read_sheets(local, path.name, columns, mapping) as file:
        yield file


def lines_of(
    folder: Path,
    content: bytes,
    name: str = "orders.xlsx",
    columns: Columns = ORDER_COLUMNS,
    mapping: MappingFile = NO_MAPPING,
) -> list[Line]:
    """Write a file and read its lines."""
    path = folder / name
    path.write_bytes(content)
    with opened_sheets(path, columns, mapping) as file:
        return list(file.lines(CONTEXT))


def told(lines: Sequence[Line], columns: Columns = ORDER_COLUMNS) -> list[str]:
    """Say of each line in short what became of it: its number, or why it was refused and where."""
    return [
        str(getattr(line.body, "source_id", getattr(line.body, "team", "?")))
        if line.refused is None
        else f"{columns.of_path(line.refused.path)} {line.refused.rule}".strip()
        for line in lines
    ]
