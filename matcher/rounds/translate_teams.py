"""From roster records to the matcher's teams; for requests see `translate`."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from linli.matcher.ledger.draft import Draft
from linli.matcher.ledger.state import TeamFacts
from linli.matcher.problem import Member, Place, Team, TravelLimit
from linli.matcher.rounds.rare_skills import with_odds
from linli.matcher.rounds.shifts import shifts
from linli.schemas.instants import to_seconds
from linli.schemas.places import RoundedPlace
from linli.schemas.roster import TeamDetails


def place_of(place: RoundedPlace) -> Place:
    """Return the matcher's place."""
    return Place(place.lat, place.lon, place.terrain.value)


def limit_of(minutes: int | None, metres: int | None) -> TravelLimit | None:
    """Return the matcher's travel limit; ``None`` where nothing is limited."""
    if minutes is None and metres is None:
        return None
    return TravelLimit(seconds=None if minutes is None else minutes * 60, metres=metres)


def team_of(details: TeamDetails, facts: TeamFacts) -> Team:
    """Return a team as the matcher knows it, working hours expanded from yesterday to the horizon."""
    noon = datetime.combine(facts.day, time(12), UTC)
    hours = shifts(details.hours, details.absences, details.zone, noon, facts.horizon_days)
    days = _days(hours, details.zone)
    # One crew with one shift a day: the limit of a shift says the same and binds nothing together.
    alone = details.crews == 1 and len(set(days)) == len(days)
    unlimited = details.visits_max is None and details.hours_day_max is None
    return Team(
        id=details.team,
        base=place_of(details.base),
        skills=tuple((skill.skill, frozenset(skill.qualifications)) for skill in details.skills),
        crews=details.crews,
        shifts=hours,
        travel_limit=limit_of(details.travel_minutes_max, details.travel_metres_max),
        languages=frozenset(details.languages),
        members=tuple(
            Member(
                ref=member.ref,
                adult=member.adult,
                gender=member.gender,
                vetted_until=to_seconds(member.vetting.valid_until)
                if member.vetting and member.vetting.passed
                else None,
                insured_until=to_seconds(member.insured_until) if member.insured_until else None,
                certificates=frozenset(member.certificates),
            )
            for member in details.members
        ),
        excluded_households=frozenset(details.excluded_households),
        active=details.active,
        max_visits_per_shift=details.visits_max if alone else None,
        max_visits_per_day=None if alone else details.visits_max,
        max_work_per_day=None if details.hours_day_max is None else details.hours_day_max * 3600,
        shift_days=() if alone or unlimited else days,
        load=facts.load,
        acceptance=facts.acceptance,
        kind=details.team_kind.value,
        asked_enough_until=facts.asked_enough_until,
        asked=facts.asked,
        skill_levels=tuple((skill.skill, skill.level) for skill in details.skills if skill.level > 1),
    )


def _days(hours: tuple[tuple[int, int], ...], zone: str) -> tuple[int, ...]:
    """Return the day of each shift, as the team's calendar has it."""
    here = ZoneInfo(zone)
    return tuple(datetime.fromtimestamp(lo, here).date().toordinal() for lo, _ in hours)


def _facts(draft: Draft, details: TeamDetails, days: dict[str, date]) -> TeamFacts:
    """Return what a team's translation depends on besides its record; `days` keeps today's date of each zone."""
    policy, here = draft.state.policy, ZoneInfo(details.zone)
    if details.zone not in days:
        days[details.zone] = draft.now.astimezone(here).date()
    today = days[details.zone]
    standing = draft.state.translations.answers.standing(details.team, today)
    limit, until = policy.offers_per_team_day, None
    if limit is not None and standing.today >= limit:
        until = to_seconds(datetime.combine(today + timedelta(days=1), time(), here)) + 60 * policy.freeze_minutes
    load = draft.state.translations.past.load(details.team, to_seconds(draft.now))
    asked = max(0, standing.today - policy.prices.notifications_free) if policy.prices.notification else 0
    return TeamFacts(draft.now.date(), policy.horizon_days, standing.acceptance, until, load, asked)


def teams_of(draft: Draft) -> tuple[Team, ...]:
    """Return the roster as the matcher knows it, remembered for the day; unchanged it is the very same tuple."""
    translations = draft.state.translations
    memory, teams = translations.teams, list[Team]()
    roster = tuple(draft.teams())
    translations.past.update(draft.state.requests)
    translations.answers.update(draft.state.requests, {record.details.team: record.details.zone for record in roster})
    days: dict[str, date] = {}
    for record in roster:
        remembered, facts = memory.get(record.details.team), _facts(draft, record.details, days)
        if remembered is None or remembered[0] is not record or remembered[1] != facts:
            remembered = (record, facts, team_of(record.details, facts))
            memory[record.details.team] = remembered
        teams.append(remembered[2])
    teams = with_odds(draft, roster, teams)
    known = translations.roster
    if len(known) != len(teams) or any(a is not b for a, b in zip(known, teams, strict=True)):
        translations.roster = tuple(teams)
    return translations.roster
