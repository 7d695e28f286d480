"""Does every hostile spreadsheet get its answer: each line taken or returned with a reason, each file read or refused.

The cases are in ``tests/support/hostile_sheets.py``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from linli.schemas.errors import Code, LinliError
from linli.schemas.orders import Order
from linli.services.sheets import limits
from tests.support.hostile_sheets import READ, REFUSED, rows
from tests.support.sheets import (
    CONTEXT,
    HEADER,
    PHONE,
    book,
    csv_bytes,
    lines_of,
    opened_sheets,
    order,
    sheet_xml,
    told,
    xlsx,
)


@pytest.mark.parametrize("case", READ)
def test_every_line_is_taken_or_returned(case: str, tmp_path: Path) -> None:
    """Tests what becomes of each line of a file that can be read."""
    name, make, expected = READ[case]
    found = told(lines_of(tmp_path, make(), name))
    if case == "a name that two villages have":
        assert found[0].startswith("grid ambiguous_place:")
        assert found[0].count("红旗村") > 1
        found[0] = ""
    assert found == expected


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_is_none_is_refused_in_one_sentence(case: str, tmp_path: Path) -> None:
    """Tests that a file that cannot be read is refused with its reason, and that no value of it is repeated."""
    name, make, code = REFUSED[case]
    with pytest.raises(LinliError) as refused:
        lines_of(tmp_path, make(), name)
    assert refused.value.code is code
    assert PHONE not in str(refused.value)
    assert "root:" not in str(refused.value)


def test_a_file_of_only_a_header_has_no_lines(tmp_path: Path) -> None:
    """Tests that a header alone is no mistake of the reader's; who asked is told that there is nothing to do."""
    assert lines_of(tmp_path, book(rows())) == []


def test_the_values_are_those_of_the_cells(tmp_path: Path) -> None:
    """Tests times, places and telephones of strange cells, not only that the line was taken."""
    content = book(
        rows(
            order("1", when="明天下午2点半-4点", phone="１３８ ００００ ９９９９"),
            order("2", when="周五上午或下周一全天", place="大坝场镇官堂坝村3组"),
        )
    )
    first, second = (line.body for line in lines_of(tmp_path, content))
    assert isinstance(first, Order)
    assert isinstance(second, Order)
    assert [w.start.isoformat() for w in first.windows] == ["2026-11-26T06:30:00+00:00"]
    assert [w.end.isoformat() for w in first.windows] == ["2026-11-26T08:00:00+00:00"]
    assert first.personal is not None
    assert first.personal.phone == "138 0000 9999"
    assert [w.start.day for w in second.windows] == [27, 30]
    assert second.grid == "520624103209"


def test_what_a_spreadsheet_ruined_is_reported_and_never_guessed(tmp_path: Path) -> None:
    """Tests telephones that became 1.38E+10: the line says so, the number stays empty, and nothing is sent so."""
    content = book(
        rows(order("1", phone="1.38E+10"), order("2", phone=13_800_000_000), order("3", phone=13_812_345_678))
    )
    lost, rounded, whole = lines_of(tmp_path, content)
    for line in (lost, rounded):
        assert [(note.rule, note.column) for note in line.notes if note.confirm] == [("lost_digits", "phone")]
        assert isinstance(line.body, Order)
        assert line.body.personal is not None
        assert line.body.personal.phone is None
        refused = line.confirmed().refused
        assert refused is not None
        assert refused.path == "phone"
    assert isinstance(whole.body, Order)
    assert whole.body.personal is not None
    assert whole.body.personal.phone == "13812345678"


def test_day_numbers_count_from_the_year_that_the_workbook_says(tmp_path: Path) -> None:
    """Tests dated cells of both systems, a time alone beside its day, and a format that only looks like a date."""
    header = ["工单编号", "服务项目", "服务对象", "日期", "时段", "村居", "姓名", "本人同意"]
    usual = ["上门理发", "空巢老人"]
    xml = sheet_xml([header, ["1", *usual, None, None, "安化社区", "虚构甲", "是"]])
    for style, number, system in ((1, 46_352, False), (2, 46_352, False), (1, 46_352 - 1_462, True)):
        there = xml.replace(
            '<c r="F2"', f'<c r="D2" s="{style}"><v>{number}</v></c><c r="E2" s="4"><v>0.375</v></c><c r="F2"'
        )
        (line,) = lines_of(tmp_path, xlsx({"工单": there}, date_1904=system))
        assert isinstance(line.body, Order)
        assert line.body.windows[0].start.isoformat() == "2026-11-26T01:00:00+00:00"


def test_texts_are_those_that_are_shown(tmp_path: Path) -> None:
    """Tests a table of shared texts with formats within a text and reading aids, and elements that have a prefix."""
    shared = [*HEADER, *map(str, order("s-1"))]
    items = "".join(f"<x:si><x:t>{text}</x:t></x:si>" for text in shared[:-1])
    items += '<x:si><x:r><x:t>老人</x:t></x:r><x:r><x:t xml:space="preserve"> 理发</x:t></x:r>'
    items += "<x:rPh sb='0' eb='1'><x:t>lao ren</x:t></x:rPh></x:si>"
    cells = [f'<x:c r="{"ABCDEFGHI"[n % 9]}{n // 9 + 1}" t="s"><x:v>{n}</x:v></x:c>' for n in range(18)]
    body = f'<x:row r="1">{"".join(cells[:9])}</x:row><x:row r="2">{"".join(cells[9:])}</x:row>'
    sheet = f'<x:worksheet xmlns:x="x"><x:sheetData>{body}</x:sheetData></x:worksheet>'
    table = f'<x:sst xmlns:x="x">{items}</x:sst>'.encode()
    (line,) = lines_of(tmp_path, xlsx({"工单": sheet}, parts={"xl/sharedStrings.xml": table}))
    assert isinstance(line.body, Order)
    assert line.body.personal is not None
    assert line.body.personal.detail == "老人 理发"


def test_100_000_lines_are_read_in_bounded_memory(tmp_path: Path) -> None:
    """Tests that a sheet of 100,000 orders is read line by line: the process stays small, no line is lost."""
    path = tmp_path / "large.xlsx"
    many = 100_000
    head, tail = sheet_xml(rows()).split("</sheetData>")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with zipfile.ZipFile(BytesIO(book(rows()))) as good:
            for name in good.namelist():
                if "sheet1" not in name:
                    archive.writestr(name, good.read(name))
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            part.write(head.encode())
            for n in range(2, many + 2):
                cells = "".join(
                    f'<c r="{letter}{n}" t="inlineStr"><is><t>{value}</t></is></c>'
                    for letter, value in zip("ABCDEFGHI", order(f"n-{n}", phone=None, detail=None), strict=True)
                    if value is not None
                )
                part.write(f'<row r="{n}">{cells}</row>'.encode())
            part.write(f"</sheetData>{tail}".encode())
    program = (
        "import json, resource, sys\nfrom pathlib import Path\n"
        "from tests.support.sheets import CONTEXT, opened_sheets\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "with opened_sheets(Path(sys.argv[1])) as file:\n"
        "    taken = sum(line.refused is None for line in file.lines(CONTEXT))\n"
        "after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print(json.dumps({'taken': taken, 'mb': (after - before) // 1024}))"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["taken"] == many
    assert seen["mb"] < 120, seen


def test_too_many_lines_are_refused(tmp_path: Path) -> None:
    """Tests that the limit of lines is one for CSV and workbook alike."""
    path = tmp_path / "endless.csv"
    path.write_bytes(
        csv_bytes(rows()) + b"," * 8 + (b"\n" + b"," * 8) * (limits.ROWS_MAX + 1) + csv_bytes([order("1")])
    )
    with pytest.raises(LinliError) as refused, opened_sheets(path) as file:
        list(file.lines(CONTEXT))
    assert refused.value.code is Code.SHEET_LIMIT
