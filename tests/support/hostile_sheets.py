"""Hostile spreadsheets, made in code as strangers make them. What is expected of each stands beside it. Synthetic."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable, Sequence
from io import BytesIO

from linli.schemas.errors import Code
from tests.support.sheets import HEADER, Value, book, csv_bytes, merged, order, sheet_xml, xlsx

Rows = list[list[Value]]


def rows(*lines: Sequence[Value]) -> Rows:
    return [list(HEADER), *(list(line) for line in lines)]


def nine(*cells: str) -> str:
    """Write a row 2 of raw cells, for what no writer of ours makes."""
    return f'<row r="2">{"".join(cells)}</row>'


def raw(row: str) -> bytes:
    xml = sheet_xml(rows()).replace("</sheetData>", f"{row}</sheetData>")
    return xlsx({"工单": xml})


def texts(number: str, **changes: str) -> str:
    """Write row 2 with raw XML for some of its cells, by letter."""
    usual = dict(zip("ABCDEFGHI", order(number), strict=True))
    cells = [changes.get(letter, f'<c r="{letter}2" t="str"><v>{value}</v></c>') for letter, value in usual.items()]
    return nine(*cells)


def locked() -> bytes:
    """Make the head of an encrypted workbook: an OLE file with the stream that such files have."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1_000) + "EncryptedPackage".encode("utf-16-le") + bytes(500)


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def bomb() -> bytes:
    """Pack 200 MB of blanks into a sheet."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        with zipfile.ZipFile(BytesIO(book(rows()))) as good:
            for name in good.namelist():
                if "sheet1" not in name:
                    archive.writestr(name, good.read(name))
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(200):
                part.write(b" " * 1024 * 1024)
    return packed.getvalue()


def lying_bomb() -> bytes:
    """Make a bomb whose directory says that its sheet unpacks to a hundred bytes."""
    content = bytearray(bomb())
    at = 0
    while (at := content.find(b"PK\x01\x02", at + 1)) >= 0:
        length = struct.unpack_from("<H", content, at + 28)[0]
        if bytes(content[at + 46 : at + 46 + length]) == b"xl/worksheets/sheet1.xml":
            struct.pack_into("<I", content, at + 24, 100)
    return bytes(content)


def entities() -> bytes:
    """Let a sheet read a file of the machine by an external entity, if anybody lets it."""
    xml = '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + sheet_xml(
        rows(order("e-1"))
    ).split("?>", 1)[1].replace("虚构的诉求", "&x;")
    return xlsx({"工单": xml})


def laughs() -> bytes:
    """Blow up by entities within entities."""
    inner = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    xml = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY l0 "ha">{inner}]><worksheet><sheetData/>&l8;</worksheet>'
    return xlsx({"工单": xml})


READ: dict[str, tuple[str, Callable[[], bytes], list[str]]] = {
    "gb18030": ("a.csv", lambda: csv_bytes(rows(order("g-1"), order("g-2")), "gb18030"), ["g-1", "g-2"]),
    "utf-8 with a mark": ("a.csv", lambda: csv_bytes(rows(order("u-1")), "utf-8-sig"), ["u-1"]),
    "utf-16 with tabs, as 'Unicode text'": ("a.txt", lambda: csv_bytes(rows(order("w-1")), "utf-16", "\t"), ["w-1"]),
    "semicolons": ("a.csv", lambda: csv_bytes(rows(order("s-1")), separator=";"), ["s-1"]),
    "old line ends": ("a.csv", lambda: csv_bytes(rows(order("o-1"), order("o-2")), end="\r"), ["o-1", "o-2"]),
    "a workbook called csv": ("a.csv", lambda: book(rows(order("x-1"))), ["x-1"]),
    "a csv called xlsx": ("a.xlsx", lambda: csv_bytes(rows(order("c-1"))), ["c-1"]),
    "a line of UTF-8 in a file of GB 18030": (
        "a.csv",
        lambda: (
            csv_bytes(rows(order("m-1")), "gb18030")
            + csv_bytes([order("m-2", name="虚构甲乙", consent="yes", detail="虚构诉求"), order("m-3")])
        ),
        ["m-1", "mixed_encodings", "unreadable_text"],
    ),
    "a line of GB 18030 in a file of UTF-8": (
        "a.csv",
        lambda: csv_bytes(rows(order("m-1"))) + csv_bytes([order("m-2")], "gb18030") + csv_bytes([order("m-3")]),
        ["m-1", "unreadable_text", "m-3"],
    ),
    "quoted newlines and separators": (
        "a.csv",
        lambda: csv_bytes(rows(order("q-1", detail='"第一行,\n第二行""引号"""'), order("q-2"))),
        ["q-1", "q-2"],
    ),
    "a quotation mark that is never closed": (
        "a.csv",
        lambda: csv_bytes(rows(order("q-1"), order("q-2", detail='"没有结束'), order("q-3"))),
        ["q-1", "quotes"],
    ),
    "NUL bytes": (
        "a.csv",
        lambda: csv_bytes(rows(order("n-1", detail="a\0b"), order("n-2"))),
        ["detail unseen_character", "n-2"],
    ),
    "text turned around": (
        "a.xlsx",
        lambda: book(rows(order("b-1", name="虚构\u202e甲"), order("b-2"))),
        ["name unseen_character", "b-2"],
    ),
    "emoji": ("a.xlsx", lambda: book(rows(order("e-1", detail="谢谢🙏👵"))), ["e-1"]),
    "full-width digits": (
        "a.xlsx",
        lambda: book(
            rows(order("f-1", when="２０２６－１１－２６　９：００－１１：００", phone="１３８００００９９９９"))
        ),
        ["f-1"],
    ),
    "blank lines within and at the end": (
        "a.xlsx",
        lambda: book(rows(order("t-1"), [""] * 9, order("t-2"), *([[""] * 9] * 50))),
        ["t-1", "t-2"],
    ),
    "titles above, header in row 7": (
        "a.xlsx",
        lambda: book(
            [
                ["思南县志愿服务工单汇总表（模拟）"],
                [],
                ["填报单位：", "虚构"],
                [],
                ["2026年11月"],
                [],
                *rows(order("h-1")),
            ]
        ),
        ["h-1"],
    ),
    "merged cells": (
        "a.xlsx",
        lambda: book(
            [
                ["工单（模拟）"],
                *rows(order("v-1", place="安化社区"), order("v-2", place=None), order("v-3", place="文化社区")),
            ],
            merged("A1:I1", "E3:E4"),
        ),
        ["v-1", "v-2", "v-3"],
    ),
    "a header in two merged rows": (
        "a.xlsx",
        lambda: book(
            [
                ["工单编号", "服务项目", "服务对象", "预约时间", "所在村居", "联系信息", None, "本人同意", "诉求内容"],
                [None, None, None, None, None, "姓名", "联系电话", None, None],
                order("d-1"),
            ],
            merged("A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:E2", "F1:G1", "H1:H2", "I1:I2"),
        ),
        ["d-1"],
    ),
    "a sheet for each town, and a hidden one": (
        "a.xlsx",
        lambda: xlsx(
            {
                "塘头": sheet_xml(rows(order("k-1"))),
                "旧数据": sheet_xml(rows(order("k-2"))),
                "说明": sheet_xml([["填表说明"], ["请勿改动"]]),
                "许家坝": sheet_xml(rows(order("k-3"))),
            },
            hidden=["旧数据"],
        ),
        ["k-1", "k-3"],
    ),
    "duplicate numbers": (
        "a.xlsx",
        lambda: book(rows(order("2026-1"), order("2026-1"), order("2026-1", category="代买代购"))),
        ["2026-1", "source_id repeats_line:工单 2", "source_id number_of_line:工单 2"],
    ),
    "formulas with and without their results": (
        "a.xlsx",
        lambda: raw(texts("p-1", I='<c r="I2"><f>1+1</f></c>')),
        ["detail formula_without_value"],
    ),
    "a formula's result": (
        "a.xlsx",
        lambda: raw(texts("p-2", I='<c r="I2" t="str"><f>A1&amp;""</f><v>好</v></c>')),
        ["p-2"],
    ),
    "errors of the spreadsheet": (
        "a.xlsx",
        lambda: raw(texts("r-1", F='<c r="F2" t="e"><v>#REF!</v></c>')),
        ["name error_value"],
    ),
    "numbers that lost their digits": (
        "a.xlsx",
        lambda: book(rows(order("1.38E+15"), [20261126000000012, *order("x")[1:]])),
        ["source_id lost_digits", "source_id lost_digits"],
    ),
    "dates in every style": (
        "a.xlsx",
        lambda: book(
            rows(
                *(
                    order(f"d-{n}", when=when)
                    for n, when in enumerate(
                        (
                            "2026-11-26 上午",
                            "2026/11/26 9:00-11:00",
                            "2026年11月26日下午",
                            "11月26日上午",
                            "26.11.2026 上午",
                            "明天上午",
                        )
                    )
                ),
                order("d-9", when=46352),
                order("d-x", when="05.11.2026 上午"),
                order("d-y", when="26-11-26 上午"),
                order("d-z", when="2026-11-31 上午"),
            )
        ),
        [
            "d-0",
            "d-1",
            "d-2",
            "d-3",
            "d-4",
            "d-5",
            "d-9",
            "when ambiguous_date",
            "when two_digit_year",
            "when no_such_day",
        ],
    ),
    "a cell that never ends": (
        "a.xlsx",
        lambda: book(rows(order("l-1", detail="长" * 5_000))),
        ["detail cell_too_long"],
    ),
    "too many and too few cells": (
        "a.csv",
        lambda: csv_bytes(rows([*order("c-1"), "多"], order("c-2")[:5], order("c-3"))),
        ["10_cells_under_9_columns", "5_cells_under_9_columns", "c-3"],
    ),
    "a name that two villages have": (
        "a.xlsx",
        lambda: book(
            rows(order("a-1", place="红旗村"), order("a-2", place="没有的村"), order("a-3", place="许家坝镇"))
        ),
        ["", "grid unknown_place_name", "grid town_only"],
    ),
    "free text for a category": (
        "a.xlsx",
        lambda: book(
            rows(
                order("y-1", category="帮老人剪头发"), order("y-2", category="买菜做饭"), order("y-3", category="跳伞")
            )
        ),
        ["y-1", "category category_unclear:送餐上门、代买代购", "category not_listed"],
    ),
    "the template's own example": ("a.xlsx", lambda: book(rows(order("示例-请删除"), order("z-1"))), ["z-1"]),
    "an invisible mark before the header": (
        "a.csv",
        lambda: b"\xef\xbb\xbf\xef\xbb\xbf" + csv_bytes(rows(order("i-1"))),
        ["i-1"],
    ),
}
"""Files that are read: the name, the content, and what becomes of each line."""


def _zip(parts: dict[str, bytes]) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()


REFUSED: dict[str, tuple[str, Callable[[], bytes], Code]] = {
    "empty": ("a.csv", lambda: b"", Code.NOTHING_TO_DO),
    "only blanks": ("a.csv", lambda: b"\r\n  \r\n", Code.NOTHING_TO_DO),
    "an empty sheet": ("a.xlsx", lambda: book([]), Code.NOTHING_TO_DO),
    "wrong headers": ("a.xlsx", lambda: book([["alpha", "beta"], ["1", "2"]]), Code.COLUMNS_MISSING),
    "a header misspelt": (
        "a.csv",
        lambda: csv_bytes([[*HEADER, "监护人联系电活"], [*order("1"), ""]]),
        Code.COLUMNS_UNKNOWN,
    ),
    "a header twice": ("a.csv", lambda: csv_bytes([[*HEADER, "姓名"], [*order("1"), "乙"]]), Code.COLUMNS_UNKNOWN),
    "an old workbook": ("a.xls", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000), Code.SHEET_OLD),
    "an old workbook renamed": ("a.xlsx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000), Code.SHEET_OLD),
    "a password": ("a.xlsx", locked, Code.SHEET_LOCKED),
    "a web page called xls": ("a.xls", lambda: "<html><table><tr><td>单号".encode(), Code.SHEET_WEB_PAGE),
    "half a file": ("a.xlsx", lambda: cut(book(rows(order("1")))), Code.SHEET_DAMAGED),
    "a document": ("a.xlsx", lambda: _zip({"word/document.xml": b"<w/>"}), Code.SHEET_KIND),
    "a picture": ("a.xlsx", lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(32)) * 20, Code.SHEET_KIND),
    "broken XML": ("a.xlsx", lambda: xlsx({"工单": "<worksheet><sheetData><row>"}), Code.SHEET_DAMAGED),
    "a bomb": ("a.xlsx", bomb, Code.SHEET_LIMIT),
    "a bomb that lies": ("a.xlsx", lying_bomb, Code.SHEET_DAMAGED),
    "an external entity": ("a.xlsx", entities, Code.SHEET_DAMAGED),
    "a billion laughs": ("a.xlsx", laughs, Code.SHEET_DAMAGED),
    "utf-16 without a mark": ("a.csv", lambda: csv_bytes(rows(order("1")), "utf-16-le"), Code.FILE_ENCODING),
    "too many columns": ("a.xlsx", lambda: book([[*HEADER, *["x"] * 300]]), Code.SHEET_LIMIT),
    "a text that is not there": (
        "a.xlsx",
        lambda: raw(nine('<c r="A2" t="s"><v>7</v></c>')),
        Code.SHEET_DAMAGED,
    ),
}
"""Files that are refused whole, and why."""
