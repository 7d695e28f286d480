"""Whether the people a team names may go: the last look before a visit is committed."""

from __future__ import annotations

from datetime import datetime

from linli.matcher.ledger.draft import Draft
from linli.schemas.assignment import AssignmentRecord
from linli.schemas.orders import RequestDetails
from linli.schemas.roster import Member


def why_they_may_not_go(
    draft: Draft, record: AssignmentRecord, team: str, members: tuple[str, ...], until: datetime
) -> str:
    """Return the hard rule that the named members break, or an empty text.

    Parameters
    ----------
    draft
        The district as it stands now.
    record
        The request.
    team
        Whose members they are.
    members
        The opaque references of those who go.
    until
        When the visit ends: vetting and insurance must last until then.
    """
    roster, details = draft.team(team), record.details
    if roster is None or details is None:
        return "team_unknown"
    known = {member.ref: member for member in roster.details.members}
    going = [known[ref] for ref in dict.fromkeys(members) if ref in known]
    if len(going) < len(members) or not going:
        return "member_unknown"
    able = [member for member in going if _may_go(member, details, until)]
    if len(able) < max(details.adults, 1):
        return "safeguarding"
    if details.wishes.gender is not None and all(member.gender != details.wishes.gender for member in able):
        return "gender"
    return ""


def _may_go(member: Member, details: RequestDetails, until: datetime) -> bool:
    """Say whether a member counts: adult, and where the request asks for it vetted and insured to the visit's end."""
    if not member.adult:
        return False
    if details.adults > 0 and not (member.vetting and member.vetting.passed and member.vetting.valid_until >= until):
        return False
    return not details.insured or (member.insured_until is not None and member.insured_until >= until)
