"""Dead letters: what could not be acted on, with a reason from a closed list and the field's path, never the value."""

from __future__ import annotations

from enum import StrEnum

from linli.schemas.base import Inside, Instant, Ref
from linli.schemas.people import SealedPart


class Reason(StrEnum):
    """Why a record is a dead letter. The list is closed: a new reason is a change of the contract."""

    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    TOO_LARGE = "too_large"
    SCHEMA = "schema"
    UNKNOWN_TYPE = "unknown_type"
    UNKNOWN_VERSION = "unknown_version"
    UNKNOWN_DISTRICT = "unknown_district"
    NOT_ON_MENU = "not_on_menu"
    NOT_ADMITTED = "not_admitted"
    NOT_ISSUED = "not_issued"
    BAD_GEO = "bad_geo"
    UNKNOWN_PLACE = "unknown_place"
    CONSENT_MISSING = "consent_missing"
    EXPIRED = "expired"
    DUPLICATE_CONFLICT = "duplicate_conflict"
    SOLVER_CRASH = "solver_crash"
    INTERNAL = "internal"


MEANING: dict[Reason, tuple[str, str]] = {
    Reason.NOT_UTF8: ("The record is not UTF-8 text.", "Send UTF-8."),
    Reason.NOT_JSON: ("The record is not one JSON object.", "Check quotes, commas, duplicate keys and nesting."),
    Reason.TOO_LARGE: ("The record is larger than an event may be.", "Shorten the notes; send files elsewhere."),
    Reason.SCHEMA: ("A field is missing, unknown or of the wrong shape.", "Correct the field at the path given."),
    Reason.UNKNOWN_TYPE: ("The event's type is not one of ours.", "Use a type from the list of event types."),
    Reason.UNKNOWN_VERSION: ("The event's version is not known here.", "Send version 1, or upgrade Linli."),
    Reason.UNKNOWN_DISTRICT: ("No such district is served here.", "Check the record's key: it is the district code."),
    Reason.NOT_ON_MENU: ("The category is not on the service menu for this person.", "Choose one from the menu."),
    Reason.NOT_ADMITTED: ("The department's task is not admitted to communities.", "Return it to its handler."),
    Reason.NOT_ISSUED: ("A community does not issue this certificate.", "Ask whoever the list names."),
    Reason.BAD_GEO: ("The coordinates lie outside the district.", "Check the coordinate system and the order."),
    Reason.UNKNOWN_PLACE: ("Neither coordinates nor a known grid were given.", "Give a grid or village from the list."),
    Reason.CONSENT_MISSING: ("The beneficiary's consent is missing.", "Obtain it and order again."),
    Reason.EXPIRED: ("Every time offered for the visit had passed.", "Ask for a new time and order again."),
    Reason.DUPLICATE_CONFLICT: ("The same number was used for something else.", "Use amend, or a new number."),
    Reason.SOLVER_CRASH: ("Deciding on this command failed three times.", "Report it; the request is untouched."),
    Reason.INTERNAL: ("Linli failed on this record.", "Report it; replay the dead letter after the repair."),
}
"""For each reason what it means and what to do."""


class SourcePosition(Inside):
    """Which record it was."""

    topic: str
    partition: int
    offset: int


class DeadLetter(Inside):
    """The value of the topic ``dead-letters``. ``path`` names the field; ``payload`` is the sealed original.

    ``answer`` is what the county's lists say instead, in English and in Chinese: who handles it.
    """

    id: str
    source: SourcePosition
    district: Ref | None
    event_type: str | None
    received_at: Instant
    stage: str
    reason: Reason
    path: str = ""
    rule: str = ""
    answer: tuple[str, str] | None = None
    payload: SealedPart | None = None
    attempts: int = 1
