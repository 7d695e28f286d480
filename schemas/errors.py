"""What can go wrong for a person at the command line: codes, sentences in two languages, exit codes.

The sentences are in ``errors.toml``. Reasons of dead letters and outcomes of commands are data and have lists of
their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Literal, NamedTuple


class Code(StrEnum):
    """The codes: what ``--json`` prints and a script may rely on."""

    SETTINGS = "settings"
    USAGE = "usage"
    FILE_MISSING = "file_missing"
    FILE_UNREADABLE = "file_unreadable"
    FILE_UNWRITABLE = "file_unwritable"
    FILE_EXISTS = "file_exists"
    FILE_FORMAT = "file_format"
    FILE_ENCODING = "file_encoding"
    COLUMNS_MISSING = "columns_missing"
    COLUMNS_UNKNOWN = "columns_unknown"
    SHEET_KIND = "sheet_kind"
    SHEET_OLD = "sheet_old"
    SHEET_LOCKED = "sheet_locked"
    SHEET_WEB_PAGE = "sheet_web_page"
    SHEET_DAMAGED = "sheet_damaged"
    SHEET_LIMIT = "sheet_limit"
    SHEET_MISSING = "sheet_missing"
    MAP = "map"
    NOTHING_TO_DO = "nothing_to_do"
    LINES_REFUSED = "lines_refused"
    LIST = "list"
    PROBLEM = "problem"
    POLICY = "policy"
    UNKNOWN_REQUEST = "unknown_request"
    UNKNOWN_TEAM = "unknown_team"
    UNKNOWN_STANDING = "unknown_standing"
    UNKNOWN_NODE = "unknown_node"
    UNKNOWN_OFFER = "unknown_offer"
    UNKNOWN_DISTRICT = "unknown_district"
    UNKNOWN_DEAD_LETTER = "unknown_dead_letter"
    UNKNOWN_DELIVERY = "unknown_delivery"
    NOT_APPLIED = "not_applied"
    NO_ANSWER = "no_answer"
    BROKER_UNREACHABLE = "broker_unreachable"
    BROKER_REFUSED = "broker_refused"
    TOPICS_MISSING = "topics_missing"
    MAP_DIFFERS = "map_differs"
    STORE_UNREACHABLE = "store_unreachable"
    BOARD_MISSING = "board_missing"
    GROUND = "ground"
    PORT_IN_USE = "port_in_use"
    ALREADY_RUNNING = "already_running"
    NOT_RUNNING = "not_running"
    STILL_RUNNING = "still_running"
    PROCESS_GAVE_UP = "process_gave_up"
    MASTER_KEY = "master_key"
    ERASED = "erased"
    GUARANTEE_BROKEN = "guarantee_broken"
    REPLAY_DIFFERS = "replay_differs"
    INTERNAL = "internal"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    NOT_VALID = "not_valid"
    TOO_LARGE = "too_large"
    MEDIA_TYPE = "media_type"
    TOO_MANY = "too_many"
    OVERLOADED = "overloaded"
    NOT_ACKNOWLEDGED = "not_acknowledged"
    IN_PROGRESS = "in_progress"
    KEY_REUSED = "key_reused"
    CASE_CODE = "case_code"
    CONTACT_TOO_EARLY = "contact_too_early"
    UNKNOWN_COMMAND = "unknown_command"
    REPORT_LIMIT = "report_limit"
    UNKNOWN_TOKEN = "unknown_token"  # noqa: S105 - the name of an error


class Fault(NamedTuple):
    """An entry of the registry. Texts are pairs of English and Chinese with the same names in braces."""

    exit_code: int
    meaning: tuple[str, str]
    what_to_do: tuple[str, str]


@lru_cache(maxsize=1)
def faults() -> Mapping[Code, Fault]:
    """Return the registry of all codes; its file is our own, and a process that plans need not wait for pydantic."""
    import tomllib  # with the next, a fortieth of the time until a search begins: for who has something to complain of
    from importlib.resources import files

    text = files("linli.schemas").joinpath("errors.toml").read_text(encoding="utf-8")
    return {Code(code): _fault(**entry) for code, entry in tomllib.loads(text).items()}


def _fault(*, exit_code: int, meaning: list[str], what_to_do: list[str]) -> Fault:
    (meant, meant_zh), (do, do_zh) = meaning, what_to_do
    return Fault(exit_code, (meant, meant_zh), (do, do_zh))


class Both(NamedTuple):
    """A text in both languages, where a sentence names something that has a word of its own."""

    en: str
    zh: str


class LinliError(Exception):
    """An error with a code, one clear sentence, and what to do.

    Parameters
    ----------
    code
        Which error.
    values
        What the sentence names: files, addresses, ids, fields; `Both` where it has words. Never a value of a person.

    Raises
    ------
    KeyError
        If the sentence needs a value that is not given.
    """

    def __init__(self, code: Code, **values: object) -> None:
        self.code = code
        self.values = values
        super().__init__(f"{self.sentence('en')} {self.what_to_do('en')}")

    @property
    def exit_code(self) -> int:
        """The exit code of the process that ends with it."""
        return faults()[self.code].exit_code

    def sentence(self, language: Literal["en", "zh"]) -> str:
        """Say what happened."""
        return self._filled(faults()[self.code].meaning, language)

    def what_to_do(self, language: Literal["en", "zh"]) -> str:
        """Say what to do."""
        return self._filled(faults()[self.code].what_to_do, language)

    def _filled(self, both: tuple[str, str], language: Literal["en", "zh"]) -> str:
        place = 1 if language == "zh" else 0
        values = {name: value[place] if isinstance(value, Both) else value for name, value in self.values.items()}
        return both[place].format(**values)
