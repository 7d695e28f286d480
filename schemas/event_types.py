"""The names of events on the wire: one CloudEvents type per model, versioned."""

from __future__ import annotations

from typing import Final

PREFIX: Final = "linli."

INBOX_KINDS: Final[dict[str, str]] = {
    "linli.request.ordered": "order",
    "linli.request.amended": "amend",
    "linli.request.cancelled": "cancel",
    "linli.request.held": "hold",
    "linli.request.released": "release",
    "linli.request.referred": "refer",
    "linli.referral.answered": "referral_answer",
    "linli.request.assigned": "assign",
    "linli.request.confirmed": "confirm",
    "linli.team.registered": "team",
    "linli.offer.accepted": "accept",
    "linli.offer.declined": "decline",
    "linli.visit.withdrawn": "withdraw",
    "linli.visit.rescheduled": "reschedule",
    "linli.visit.started": "start",
    "linli.visit.done": "done",
    "linli.visit.failed": "failed_visit",
    "linli.request.rated": "rate",
    "linli.request.recorded": "record",
    "linli.request.claimed": "claim",
    "linli.visit.members_swapped": "swap",
    "linli.team.absent": "absent",
    "linli.team.members_changed": "members",
    "linli.team.deputy_named": "deputy",
    "linli.organisation.node_registered": "node",
    "linli.delivery.answered": "told",
    "linli.visit.code_given": "code",
    "linli.visit.confirmed": "confirm_service",
    "linli.visit.reviewed": "review_service",
    "linli.request.resolved": "resolve",
    "linli.standing.ordered": "standing",
    "linli.standing.changed": "standing_change",
    "linli.request.marked": "mark",
    "linli.person.erased": "erase",
}
"""Event type (without version) to the kind of its data."""

TYPE_OF_KIND: Final[dict[str, str]] = {kind: name + ".v1" for name, kind in INBOX_KINDS.items()}

COMMAND: Final = "linli.command.v1"
ASSIGNMENT: Final = "linli.assignment.v1"
PLAN: Final = "linli.plan.v1"
ROSTER: Final = "linli.roster.v1"
ROUND: Final = "linli.round.v1"
NODE: Final = "linli.node.v1"
STANDING: Final = "linli.standing.v1"
SERVICE: Final = "linli.service.v1"
WAYS: Final = "linli.ways.v1"
DEAD_LETTER: Final = "linli.dead-letter.v1"
DELIVERY: Final = "linli.delivery.v1"
SUBJECT_KEY: Final = "linli.subject-key.v1"
FACT: Final = "linli.fact.v1"
TEAM_HOME: Final = "linli.team-home.v1"

VERSIONS: Final = ("v1",)


def split_version(event_type: str) -> tuple[str, str]:
    """Split ``linli.request.ordered.v1`` into the name and ``v1``."""
    name, _, version = event_type.rpartition(".")
    return name, version
