"""What went wrong, in one sentence and what to do: every error that a command can end with, mapped at one place."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from linli.services.cli.words import TONGUE, both

INTERRUPTED: Final = 130
"""What a shell expects of a program that was stopped by Ctrl-C."""

_BY_NAME: Final[dict[str, tuple[str, int]]] = {
    "SettingsError": ("settings", 2),
    "BootstrapError": ("map_differs", 2),
    "MasterKeyError": ("master_key", 5),
    "UnsealError": ("master_key", 5),
    "FactsMissingError": ("topics_missing", 4),
    "ProcessGaveUpError": ("process_gave_up", 4),
    "ProcessDiedEarlyError": ("process_gave_up", 4),
    "BoardUnreadableError": ("store_unreachable", 4),
    "StoreUnreachableError": ("store_unreachable", 4),
    "GroundError": ("ground", 4),
    "LogStalledError": ("broker_unreachable", 4),
    "NotAcknowledgedError": ("broker_unreachable", 4),
    "UnknownDistrictError": ("unknown_district", 3),
}
"""Errors whose own text is already one clear sentence: their code and exit code. By name, so that nothing is loaded
only to say that something else went wrong."""


@dataclass(frozen=True, slots=True)
class Fault:
    """An error as a person or a program is told of it."""

    code: str
    sentence: str
    what_to_do: str
    exit_code: int

    def tell(self, *, as_json: bool) -> None:
        """Say it: on standard error to a person, as the last line of standard output to a program."""
        if as_json:
            told = {"code": self.code, "message": self.sentence, "what_to_do": self.what_to_do}
            sys.stdout.write(json.dumps({"error": told}, ensure_ascii=False) + "\n")
        else:
            sys.stderr.write(f"{self.sentence} {self.what_to_do}".rstrip() + "\n")


def fault_of(error: BaseException) -> Fault:
    """Say what an error means; one that nobody foresaw is written to a file whole, and the file is named."""
    from linli.schemas.errors import Code, LinliError

    if isinstance(error, LinliError):
        return Fault(error.code, error.sentence(TONGUE), error.what_to_do(TONGUE), error.exit_code)
    known = _BY_NAME.get(type(error).__name__)
    if known is not None:
        return Fault(known[0], str(error), "", known[1])
    if _is_missing_board(error):
        return fault_of(LinliError(Code.BOARD_MISSING))
    if _is_of(error, "KafkaError"):
        return fault_of(LinliError(Code.BROKER_UNREACHABLE, address=f"{_kafka()} ({type(error).__name__})"))
    if _is_of(error, "RedisError"):
        return fault_of(LinliError(Code.STORE_UNREACHABLE, address=f"LINLI_REDIS ({type(error).__name__})"))
    file = _written_down(error)
    detail = f"{type(error).__name__}; {both('the details are in', '详情见')} {file}"
    return fault_of(LinliError(Code.INTERNAL, detail=detail))


def _is_missing_board(error: BaseException) -> bool:
    return type(error).__name__ == "BoardMissingError"


def _is_of(error: BaseException, name: str) -> bool:
    """Tell an error of a library by the name of its family, without loading the library."""
    return any(kind.__name__ == name for kind in type(error).__mro__)


def _kafka() -> str:
    """Say where Kafka is, for a Kafka that answered at first and then no longer."""
    from linli.services.cli.here import Here

    return Here.look().address.bootstrap


def _written_down(error: BaseException) -> Path:
    """Write the traceback to a file of its own; in a private place, because a value may be in it."""
    import tempfile  # with what it imports itself, of no use to a command that ends well
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="linli-error-", suffix=".log", delete=False, encoding="utf-8") as file:
        traceback.print_exception(error, file=file)
    return Path(file.name)
