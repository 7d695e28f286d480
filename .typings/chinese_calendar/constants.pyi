"""Days off and the English name of each."""

from datetime import date

class Holiday:
    chinese: str
    def __init__(self, value: str) -> None: ...

holidays: dict[date, str]
