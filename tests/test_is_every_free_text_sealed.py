"""Is every text that a person can type either sealed before it is written, or known to say nothing of anybody?

Every field of everything on the wire is looked at, not those alone that somebody thought of: whoever adds a field in
which a sentence fits must seal it, or say here why nobody is in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from linli.schemas.json_schemas import WIRE_MODELS, json_schema
from linli.streams.sealed.written_reasons import FIELDS

SENTENCES: Final = ("王某住院了，女儿来电", "Wang fell ill at home.")
"""What nobody may read in the log: a field that takes one of these is free text."""

CLOSED: Final = ("enum", "const", "format")
"""What leaves no room for a sentence."""

Field = tuple[str, str]
"""A model's name and one of its fields."""


def of(fields: Mapping[str, str]) -> set[Field]:
    """Read a table of models and their fields, the fields by blanks."""
    return {(model, field) for model, names in fields.items() for field in names.split()}


SEALED_WHOLE: Final = of(
    {
        "PersonalPart": "name address_line health_note requester_name detail",
        "Guardian": "name",
        "ContactPart": "name endpoint",
        "Channel": "target",
    }
)
"""Parts of what is sealed as a whole, by `linli.streams.sealed.sealing.seal`."""

SEALED_APART: Final = of({"ReviewService": "reason"})
"""Sealed into a field of its own; the clear one is empty on the wire."""

CARRIED: Final = of(
    {
        "Withdrawn": "reason",
        "Rescheduled": "reason",
        "OnHold": "reason",
        "Referred": "reason",
        "Cancelled": "reason",
        "RecordedAfterwards": "reason",
        "HardProblem": "reason",
        "Reopening": "reason",
        "DeskChoice": "reason",
        "OfficeAnswer": "note",
        "StandingRecord": "reason",
        "Review": "reason",
    }
)
"""Filled with a command's sentence as it came, sealed, or with a code of the matcher's; in clear in old logs alone."""

NOBODY_IN_IT: Final[dict[str, set[Field]]] = {
    "made by Linli from its own words: a code, a rule, a name of an engine, an id": of(
        {
            "Assignment": "id",
            "AssignmentRecord": "barred cause recent",
            "Answered": "command",
            "BrokenPromise": "cause",
            "Command": "id",
            "CommandOutcome": "command detail",
            "CostTerm": "name",
            "DeadLetter": "event_type id path rule stage",
            "DeliveryRecord": "channel error id offer",
            "DeskChoice": "rule",
            "InSeries": "refused",
            "Judgement": "by",
            "ListedVisit": "id",
            "Offer": "id",
            "Proof": "ways",
            "Rated": "by",
            "Reopened": "by",
            "Reopening": "by remedy",
            "Rescheduled": "by",
            "Review": "anomalies",
            "RoundRecord": "build",
            "RuleCount": "rule",
            "Series": "offer",
            "ServiceRecord": "anomalies team_kind",
            "SmallestChange": "change unit",
            "SolverReport": "engine fallback fault fingerprint",
            "SourcePosition": "topic",
            "Spell": "shortfall",
            "StandingRecord": "cause recent",
            "TellTask": "cause",
            "Track": "error target",
            "WhyTeam": "engine",
        }
    ),
    "ciphertext, or a wrapped key": of({"SealedPart": "nonce ciphertext", "SubjectKey": "nonce wrapped"}),
    "read as a word or a code when it came in: `Word`, `Ref`, or an entry of a list": of(
        {
            "DeliveryRecord": "category zone",
            "Judgement": "tags",
            "LegNeeds": "skill_levels skills team_kinds",
            "ModeRule": "category community",
            "Rated": "tags",
            "Reopened": "tags",
            "RequestDetails": "consent_office referral skill_levels skills team_kinds",
            "ServiceRecord": "category",
            "StandingDetails": "zone",
            "TeamDetails": "zone",
        }
    ),
    "a sender's name as the authentication gives it, without blanks": of(
        {"Command": "source", "RequestDetails": "source"}
    ),
    "the sender's number of a case, by which it asks for it again; numbers, says the description of the interface": of(
        {"Order": "source_id", "Target": "source_id", "RequestDetails": "source_id"}
    ),
    "a rule of days, refused at the first word that is none of its own": of(
        {"StandingOrder": "rule", "StandingDetails": "rule"}
    ),
    "keyed marks of households, refused by intake where they are anything else": of(
        {"RegisterTeam": "excluded_households", "TeamDetails": "excluded_households"}
    ),
    "an organisation's public name, typed by whoever administers": of(
        {
            "NodeDetails": "name",
            "OfficeAnswer": "office",
            "Refer": "office",
            "Referred": "office",
            "RegisterNode": "name",
            "RegisterTeam": "name",
            "TeamDetails": "name",
            "Vetting": "authority",
        }
    ),
    "from the county's own files": of(
        {
            "Alternative": "name",
            "DeadLetter": "answer",
            "Holiday": "name",
            "Unmet": "alternative",
            "WaysReport": "source",
        }
    ),
}
"""Free text that is not sealed, by the reason why nobody is in it."""


def free_texts() -> set[Field]:
    """Find every field, of every model on the wire, that takes a sentence."""
    found: set[Field] = set()
    for event_type, model in WIRE_MODELS.items():
        schema = cast(dict[str, Any], json_schema(event_type))
        for name, one in {model.__name__: schema, **schema.get("$defs", {})}.items():
            found |= {(name, field) for field, node in one.get("properties", {}).items() if any(_open_in(node))}
    return found


def _open_in(node: Mapping[str, Any]) -> Iterator[bool]:
    """Tell of every string in a field, in lists and unions as well, whether it takes a sentence."""
    if node.get("type") == "string" and not any(keyword in node for keyword in CLOSED):
        yield any(re.search(node.get("pattern", ""), sentence) for sentence in SENTENCES)
    inner = [node.get("items"), node.get("additionalProperties"), *node.get("prefixItems", ())]
    for one in (*inner, *(each for union in ("anyOf", "oneOf", "allOf") for each in node.get(union, ()))):
        if isinstance(one, dict):
            yield from _open_in(cast(dict[str, Any], one))


def test_every_free_text_is_sealed_or_says_nothing_of_anybody() -> None:
    """Tests that each is in exactly one of the lists, and that no list names what is no free text any more."""
    typed = {(body.__name__, field) for body, field in FIELDS.items()}
    lists = (typed, SEALED_WHOLE, SEALED_APART, CARRIED, *NOBODY_IN_IT.values())
    known = {field for fields in lists for field in fields}
    assert sum(map(len, lists)) == len(known)
    assert free_texts() - known == set()
    assert known - free_texts() == set()
