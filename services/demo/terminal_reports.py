"""Reports as somebody at a terminal gets them: ``linli report NAME --csv FILE``, one after the other in one process.

Run as ``python -m linli.services.demo.terminal_reports FOLDER YEAR``; the settings say where Kafka is. Every report
that is counted again is written to ``FOLDER/NAME.csv``, and what the command says as JSON to ``FOLDER/NAME.json``.
"""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from pathlib import Path

from linli.services.cli import main
from linli.streams.recount.compare import RECOUNTS


def write_reports(folder: Path, year: int) -> int:
    """Write every report; give the first exit code that is not 0."""
    for name, counted in RECOUNTS.items():
        period = [word for one in counted.period for word in (f"--{one}", str(year))]
        with (folder / f"{name}.json").open("w", encoding="utf-8") as said, redirect_stdout(said):
            code = main.run(["report", name, *period, "--csv", str(folder / f"{name}.csv"), "--json"])
        if code:
            return code
    return 0


if __name__ == "__main__":
    raise SystemExit(write_reports(Path(sys.argv[1]), int(sys.argv[2])))
