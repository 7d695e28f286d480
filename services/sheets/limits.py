"""The limits of what is read from a spreadsheet, each with its reason. Nothing a stranger sends is read without one."""

from __future__ import annotations

from typing import Final

FILE_BYTES_MAX: Final = 64 * 1024 * 1024
"""A county's year of orders is about 20 MB; a larger file is given in parts."""

UNZIPPED_BYTES_MAX: Final = 512 * 1024 * 1024
"""All parts of a workbook unpacked: 100,000 lines of 30 columns are about 150 MB of XML."""

SHARED_TEXT_BYTES_MAX: Final = 96 * 1024 * 1024
"""The table of texts has to be kept whole in memory; 100,000 lines with ten texts of their own are about 60 MB."""

RATIO_MAX: Final = 300
"""How much a part may shrink by packing. Sheets of a county shrink by 5 to 30, a bomb by 1,000."""

RATIO_COUNTS_FROM: Final = 4 * 1024 * 1024
"""Unpacked bytes from which the ratio is looked at: a small part of blanks shrinks a lot and harms nobody."""

PARTS_MAX: Final = 2_000
"""Files in a workbook's archive; one with pictures of every visit has a few hundred."""

SHEETS_MAX: Final = 60
"""Sheets of a workbook: one per town and month is 28 x 12 in twelve files, not in one."""

ROWS_MAX: Final = 200_000
"""Lines of one sheet, twice what the largest test has; a spreadsheet program itself ends at 1,048,576."""

COLUMNS_MAX: Final = 200
"""Columns that are read; the widest export seen has 90."""

CELL_CHARS_MAX: Final = 4_000
"""Characters of one cell: eight times the longest text that an order may hold, so that it can be refused by name."""

MERGES_MAX: Final = 20_000
"""Merged ranges of a sheet."""

FILLED_MAX: Final = 2_000
"""Lines or columns over which a merged cell is spread: further ones are a merged page, not a list."""

HEADER_ROWS_MAX: Final = 30
"""Lines looked at for the header: titles, dates and remarks above it take fewer than ten."""

FORMATS_MAX: Final = 70_000
"""Cell formats of a workbook; a spreadsheet program itself ends at 65,490."""

PLAN_LINES_MAX: Final = 3_000
"""Orders of one dispatch sheet, a county's month: more are planned faster and better day by day."""

PLAN_TEAMS_MAX: Final = 1_000
"""Teams of one dispatch sheet; the largest county known to us has some three hundred."""

MAP_BYTES_MAX: Final = 256 * 1024
"""A mapping file is written by hand."""
