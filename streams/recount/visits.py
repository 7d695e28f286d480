"""Reports about visits that were made, counted again from their service records: hours, deeds, the assessment."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from linli.schemas.double_registration import Deed, QuotaPeriod
from linli.schemas.glossary import word
from linli.schemas.judging import Verdict
from linli.schemas.roster import TeamDetails, TeamKind
from linli.schemas.service import ServiceRecord
from linli.streams.recount.raw_log import ZONE, Line, Question, RawLog, Value, local, yes

_MONTHS = {QuotaPeriod.MONTH: 1, QuotaPeriod.QUARTER: 3, QuotaPeriod.YEAR: 12}
_TAKES_PART = (TeamKind.UNIT, TeamKind.MEMBER)


def unfounded(log: RawLog) -> list[str]:
    """Name the service records of which no step of their request says that this team and these members went.

    Requests that were forgotten are passed over: their service records outlive them.
    """
    return [
        key for key, visit in log.visits.items() if visit.request_id in log.requests and not _is_founded(log, visit)
    ]


def _is_founded(log: RawLog, visit: ServiceRecord) -> bool:
    who = (visit.team, set(visit.members))
    legs = (step.legs[visit.leg] for step in log.requests[visit.request_id] if visit.leg < len(step.legs))
    return any(leg.assignment is not None and (leg.assignment.team, set(leg.assignment.members)) == who for leg in legs)


def hours(log: RawLog, asked: Question) -> list[Line]:
    """Add up every member's minutes, each under what became of it."""
    sums: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for visit in log.visits.values():
        for member in visit.members or ("",):
            one = sums[visit.team, member]
            one["visits"] += 1
            one["said"] += visit.minutes
            one["credited"] += visit.credited_minutes
            one[_kept_back(visit)] += visit.minutes
    columns = ("said", "credited", "waiting", "unproven", "refused")
    return [
        (team, _name(log, team), member, found["visits"], *(round(found[name] / 60, 2) for name in columns))
        for (team, member), found in sums.items()
    ]


def _kept_back(visit: ServiceRecord) -> str:
    """Say why a visit's minutes do not count; empty where nothing is in the way."""
    if visit.review is not None and visit.review.verdict is Verdict.REFUSED:
        return "refused"
    if not visit.proof.proven:
        return "unproven"
    return "waiting" if _waits(visit) else ""


def reviews(log: RawLog, asked: Question) -> list[Line]:
    """List the visits in which something was ever to be looked at."""
    return [
        (
            visit.request_id,
            visit.leg,
            visit.team,
            " ".join(visit.members),
            local(visit.start),
            visit.minutes,
            _words("anomaly", visit.anomalies),
            " ".join(visit.related),
            _words("proof", visit.proof.ways),
            yes(_waits(visit)),
            _words("verdict", [visit.review.verdict.value] if visit.review is not None else ()),
            visit.review.by if visit.review is not None else "",
        )
        for visit in log.visits.values()
        if visit.anomalies
    ]


def _waits(visit: ServiceRecord) -> bool:
    decided = visit.review.anomalies if visit.review is not None else ()
    return any(one not in decided for one in visit.anomalies)


def service_records(log: RawLog, asked: Question) -> list[Line]:
    """List every visit once for each member who went."""
    return [_listed(log, asked, visit, member) for visit in log.visits.values() for member in visit.members or ("",)]


def _listed(log: RawLog, asked: Question, visit: ServiceRecord, member: str) -> Line:
    rated, review = visit.judgement, visit.review
    return (
        visit.request_id,
        visit.leg,
        member,
        visit.team,
        _name(log, visit.team),
        word(f"team_kind.{visit.team_kind}", "en"),
        asked.category(visit.category),
        local(visit.start),
        local(visit.end),
        visit.community,
        round(visit.minutes / 60, 2),
        round(visit.credited_minutes / 60, 2),
        _words("proof", visit.proof.ways),
        rated.stars if rated is not None else "",
        _words("rated_by", [rated.by] if rated is not None else ()),
        yes(visit.afterwards),
        _words("anomaly", visit.anomalies),
        _words("verdict", [review.verdict.value] if review is not None else ()),
        yes(asked.district.synthetic),
    )


def _words(listed: str, codes: Iterable[str]) -> str:
    return ", ".join(word(f"{listed}.{code}", "en") for code in codes)


def _name(log: RawLog, team: str) -> str:
    return log.teams[team].details.name if team in log.teams else team


def deeds(log: RawLog, asked: Question) -> list[Line]:
    """List the visits of registered units and members in the year that is assessed."""
    return [
        (
            local(visit.start),
            visit.node or "",
            _unit(log, visit),
            visit.team,
            ";".join(sorted(set(visit.members), key=visit.members.index)),
            asked.category(visit.category),
            asked.grid(visit.grid),
            "" if visit.headcount is None else visit.headcount,
            visit.minutes,
            visit.credited_minutes,
            "; ".join(word(f"deed.{one.value}", "en") for one in _is(log, asked, visit)),
            yes(visit.credited_minutes > 0),
            f"{visit.request_id}/{visit.leg}",
        )
        for visit in log.visits.values()
        if visit.team_kind in {kind.value for kind in _TAKES_PART} and _period(asked, visit) in _periods(asked)
    ]


def _unit(log: RawLog, visit: ServiceRecord) -> str:
    if visit.team_kind == TeamKind.UNIT.value:
        return visit.team
    return (log.teams[visit.team].details.unit or "") if visit.team in log.teams else ""


def _period(asked: Question, visit: ServiceRecord) -> int:
    """Number the period of the year in which a visit began; negative or too high outside of it."""
    day, months = visit.start.astimezone(ZONE), _MONTHS[asked.policy.double_registration.period]
    return ((day.year - asked.year) * 12 + day.month - 1) // months


def _periods(asked: Question) -> range:
    """Give the periods of the year that have begun."""
    today, months = asked.now.astimezone(ZONE), _MONTHS[asked.policy.double_registration.period]
    return range(min(12 // months, ((today.year - asked.year) * 12 + today.month - 1) // months + 1))


def _is(log: RawLog, asked: Question, visit: ServiceRecord) -> list[Deed]:
    rules, found = asked.policy.double_registration, [Deed.GOOD_DEED]
    many = rules.joint_members > 0 and len(set(visit.members)) >= rules.joint_members
    if visit.team_kind == TeamKind.UNIT.value and (many or visit.headcount is not None):
        found.append(Deed.JOINT_ACTIVITY)
    if visit.hard or any(level in rules.hard_levels for level in _climbed_to(log, visit)):
        found.append(Deed.HARD_PROBLEM)
    return found


def _climbed_to(log: RawLog, visit: ServiceRecord) -> list[str]:
    """Name the levels to which a request had climbed: one more node of those above its place for every climb."""
    nodes = {node: record.details for node, record in log.nodes.items()}
    at = next((one for one in nodes.values() if visit.grid is not None and visit.grid in one.places), None)
    at = at or next((one for one in nodes.values() if visit.community in one.places), None)
    line: list[str] = []
    while at is not None:
        line += [at.level] if at.active else []
        at = nodes.get(at.parent or "")
    return line[1 : visit.climbed + 1]


def double_registration(log: RawLog, asked: Question) -> list[Line]:
    """Assess the year: what every unit and every member did, and in how many periods that was what is asked."""
    rules, periods = asked.policy.double_registration, _periods(asked)
    mine: defaultdict[tuple[str, str], list[tuple[ServiceRecord, int]]] = defaultdict(list)
    for visit in log.visits.values():
        people = sorted(set(visit.members))
        if visit.team_kind not in {kind.value for kind in _TAKES_PART} or _period(asked, visit) not in periods:
            continue
        for who in ((visit.team, member) for member in people):
            mine[who].append((visit, 1))
        if unit := _unit(log, visit):
            mine[unit, ""].append((visit, len(people)))
    lines: list[Line] = []
    for record in log.teams.values():
        team = record.details
        if team.team_kind is TeamKind.UNIT:
            wanted = {Deed.JOINT_ACTIVITY: rules.joint_activities, Deed.HARD_PROBLEM: rules.hard_problems}
            lines.append(_assessed(log, asked, team, "", mine[team.team, ""], wanted))
        if team.team_kind in _TAKES_PART:
            wanted = {Deed.GOOD_DEED: rules.good_deeds}
            lines += [_assessed(log, asked, team, one.ref, mine[team.team, one.ref], wanted) for one in team.members]
    return lines


def _assessed(
    log: RawLog,
    asked: Question,
    team: TeamDetails,
    member: str,
    visits: list[tuple[ServiceRecord, int]],
    wanted: dict[Deed, int],
) -> Line:
    counted = [(visit, people) for visit, people in visits if visit.credited_minutes > 0]
    did = Counter((_period(asked, visit), deed) for visit, _ in counted for deed in _is(log, asked, visit))
    if member:
        did = Counter({key: count for key, count in did.items() if key[1] is Deed.GOOD_DEED})
    met = sum(all(did[one, deed] >= least for deed, least in wanted.items()) for one in _periods(asked))

    def times(deed: Deed) -> Value:
        return sum(count for (_, one), count in did.items() if one is deed)

    of_unit: tuple[Value, Value] = ("", "") if member else (times(Deed.JOINT_ACTIVITY), times(Deed.HARD_PROBLEM))
    return (
        team.organisation or "",
        team.team if team.team_kind is TeamKind.UNIT else team.unit or "",
        team.name,
        word(f"team_kind.{(TeamKind.MEMBER if member else team.team_kind).value}", "en"),
        member,
        times(Deed.GOOD_DEED),
        *of_unit,
        round(sum(visit.credited_minutes * people for visit, people in counted) / 60, 2),
        len(visits) - len(counted),
        len(_periods(asked)),
        met,
        yes(met == len(_periods(asked))),
    )
