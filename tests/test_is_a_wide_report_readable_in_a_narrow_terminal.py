"""Is a report of many columns readable where the terminal is narrow: nothing cut, no word in syllables?"""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from linli.schemas.glossary import Tongue
from linli.services.cli.out import Out
from linli.services.reports.service_records import REPORT

ROW = (
    *("r-0123456789abcdef01234567", "0", "t-01-m00", "t-01", "邻里互助队 (synthetic)", "enterprise", "shopping"),
    *("2026-03-16 09:00", "2026-03-16 10:00", "520624-001", "1.0", "1.0", "code", "5", "resident", "no", "", "", "yes"),
)


@pytest.mark.parametrize("tongue", ["en", "zh"])
@pytest.mark.parametrize("columns", [80, 60])
def test_every_cell_stands_beside_its_header(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tongue: Tongue, columns: int
) -> None:
    """Tests that a row is written line by line, whole and within the width, and that what is empty takes no line."""
    monkeypatch.setenv("COLUMNS", str(columns))
    headers = [column.header(tongue) for column in REPORT.columns]
    Out().wide_table(headers, [ROW, ROW])
    lines = capsys.readouterr().out.splitlines()
    assert max(cell_len(line) for line in lines) <= columns
    for header, cell in zip(headers, ROW, strict=True):
        found = [line for line in lines if line.startswith(header[:12]) and line.rstrip().endswith(cell)]
        assert len(found) >= 2 if cell else not any(line.strip() == header for line in lines), header


def test_what_fits_stays_a_table(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that few columns, or a wide terminal, are shown as ever."""
    headers = [column.header("en") for column in REPORT.columns]
    monkeypatch.setenv("COLUMNS", "80")
    Out().wide_table(["Team", "Visits"], [["t-01", "3"], ["t-02", "4"]])
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["Team", "Visits"],
        ["t-01", "3"],
        ["t-02", "4"],
    ]
    monkeypatch.setenv("COLUMNS", "300")
    Out().wide_table(headers, [ROW])
    assert any("r-0123456789abcdef01234567" in line and "yes" in line for line in capsys.readouterr().out.splitlines())
