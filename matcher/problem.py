"""The problem a round must solve and the plan that answers it, as frozen values.

Times are integer seconds since the Unix epoch, durations integer seconds, distances integer metres, ids strings.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from linli.matcher.joined import Joined
from linli.matcher.not_yet import NotYet

if TYPE_CHECKING:
    from linli.matcher.memory import Memory
    from linli.matcher.travel import Travel

Window = tuple[int, int]
"""A closed interval of seconds; both ends belong to it."""

DECLINED = "declined"
EXCLUDED = "excluded"
"""Why a team may not be sent: it said no, or the household and it keep apart."""


class ProblemError(ValueError):
    """A malformed or contradictory problem: the message says where and why."""


class Place(NamedTuple):
    """Where somebody lives or a team sets out from: a tuple, for it is looked up by value all the time.

    Parameters
    ----------
    lat, lon : float
        WGS84 degrees, already rounded as the deployment's privacy setting asks.
    terrain : str
        ``seat``, ``hill`` or ``mountain``; it chooses the detour factor and the speed.
    """

    lat: float
    lon: float
    terrain: str


@dataclass(frozen=True, slots=True)
class SkillNeed:
    """A skill the visit asks for and, where the menu says so, the qualification and the level it must be held with."""

    skill: str
    qualification: str | None = None
    level: int = 1


@dataclass(frozen=True, slots=True)
class TravelLimit:
    """How far a team may go, one way from its base: seconds, metres, both or neither."""

    seconds: int | None = None
    metres: int | None = None


@dataclass(frozen=True, slots=True)
class Safeguarding:
    """What must hold before anybody is sent to a protected person.

    Parameters
    ----------
    adults : int
        How many cleared adult members must go; two for a child.
    vetted, insured : bool
        Whether a member counts only while vetting, or insurance, is valid to the visit's end.
    consent : bool
        Whether the consent the law asks for was given; without it nobody goes.
    """

    adults: int
    vetted: bool
    insured: bool
    consent: bool


@dataclass(frozen=True, slots=True)
class Pin:
    """What may no longer change by itself, at three strengths: the team, the start, or both as of a committed visit.

    A visit of which only the start is fixed may go to any team, and from one to another.
    """

    team: str | None
    crew: int | None = None
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Fetch:
    """What must be fetched before the visit, and brought to it at once.

    Parameters
    ----------
    place : Place
        Where it is fetched.
    duration : int
        Seconds it takes there.
    windows : tuple of Window
        When it may begin to be fetched, sorted and disjoint; empty for any time.
    """

    place: Place
    duration: int
    windows: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class Visit:
    """One leg of one request: a team goes to a place, once.

    Parameters
    ----------
    id, request : str
        The visit's own id and the request it belongs to.
    leg : int
        Which leg of the request, from 0.
    place : Place
        Where service is given.
    duration : int
        Seconds of service; 0 for a mere handing over at the door.
    windows : tuple of Window
        When service may start, sorted and disjoint.
    needs : tuple of SkillNeed
        All of them must be held by the team.
    travel_limit : TravelLimit or None
        The category's limit, on top of the team's own.
    safeguarding : Safeguarding or None
        What protects the person visited.
    gender, language : str or None
        What the resident asked for.
    barred_teams : tuple of (str, str)
        Team id and why it may not be sent: ``declined`` or ``excluded``.
    urgency : int
        Class of urgency, 0 the highest.
    pin : Pin or None
        What an offer or an acceptance has fixed.
    household : str or None
        Opaque key of the household, for exclusions.
    promised : bool
        Whether the resident was told a window: such a visit is never dropped to improve a plan.
    registered : int
        When the request was registered; the order in which a telephone desk would serve.
    due : int or None
        When service should have started; later starts cost `Weights.lateness`.
    told : int or None
        The start already told to team and resident. Service never starts before it where the windows allow, and a
        later start beyond `MOVE_TOLERANCE` costs `Weights.move`.
    regular_team : str or None
        The team that usually serves this household.
    kinds : frozenset of str
        Kinds of team that may be sent; empty for any.
    fetch : Fetch or None
        What the crew fetches on its way; see `linli.matcher.fetching`.
    joined : Joined or None
        What binds it to the other visits of its request, as long as none of them has begun.
    not_yet : NotYet or None
        Which teams may be asked only when the request has climbed higher.
    """

    id: str
    request: str
    leg: int
    place: Place
    duration: int
    windows: tuple[Window, ...]
    needs: tuple[SkillNeed, ...] = ()
    travel_limit: TravelLimit | None = None
    safeguarding: Safeguarding | None = None
    gender: str | None = None
    language: str | None = None
    barred_teams: tuple[tuple[str, str], ...] = ()
    urgency: int = 0
    pin: Pin | None = None
    household: str | None = None
    promised: bool = False
    registered: int = 0
    due: int | None = None
    told: int | None = None
    regular_team: str | None = None
    kinds: frozenset[str] = frozenset()
    fetch: Fetch | None = None
    joined: Joined | None = None
    not_yet: NotYet | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A member as an opaque reference with what decides whom he or she may visit."""

    ref: str
    adult: bool
    gender: str | None = None
    vetted_until: int | None = None
    insured_until: int | None = None
    certificates: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Team:
    """A volunteer team with its parallel capacity.

    Parameters
    ----------
    id : str
        The team's id.
    base : Place
        Where each shift begins and ends.
    skills : tuple of (str, frozenset of str)
        Skill and the qualifications it is held with.
    crews : int
        How many visits the team can make at the same time.
    shifts : tuple of Window
        Working hours as absolute intervals less absences, sorted and disjoint.
    travel_limit : TravelLimit or None
        How far the team goes.
    languages : frozenset of str
        Languages spoken in the team.
    members : tuple of Member
        Who may be sent.
    excluded_households : frozenset of str
        Households the team must never be sent to.
    active : bool
        Whether the team takes part at all.
    max_visits_per_shift : int or None
        The most visits one crew makes in one shift.
    max_travel_per_shift : int or None
        The most seconds one crew is on the way in one shift.
    max_metres_per_shift : int or None
        The most metres one crew goes in one shift.
    max_visits_per_day, max_work_per_day : int or None
        The most visits all crews together make on one day, and the most seconds of service they give.
    shift_days : tuple of int
        The day of each shift; empty where every shift is a day of its own.
    load : int
        Seconds of service given in the last 28 days, before this plan.
    acceptance : int
        Offers accepted per thousand, as measured or assumed.
    kind : str
        Who stands behind the team: volunteers, a unit, a single member, medical staff.
    asked_enough_until : int or None
        The team was asked often enough today: for nothing that begins before this time is it asked again, unless it is
        of the highest class.
    skill_levels : tuple of (str, int)
        How well the team holds its skills, for those above level 1.
    asked : int
        Messages the team was sent today above those that are free; one more costs `Weights.notification` for each.
    scarce : tuple of (str, int)
        By skill, what is lost, in thousandths, of an hour given to who does not need it; see `linli.matcher.futures`.
    """

    id: str
    base: Place
    skills: tuple[tuple[str, frozenset[str]], ...]
    crews: int
    shifts: tuple[Window, ...]
    travel_limit: TravelLimit | None = None
    languages: frozenset[str] = frozenset()
    members: tuple[Member, ...] = ()
    excluded_households: frozenset[str] = frozenset()
    active: bool = True
    max_visits_per_shift: int | None = None
    max_travel_per_shift: int | None = None
    max_visits_per_day: int | None = None
    max_work_per_day: int | None = None
    shift_days: tuple[int, ...] = ()
    load: int = 0
    acceptance: int = 1000
    kind: str = ""
    asked_enough_until: int | None = None
    asked: int = 0
    skill_levels: tuple[tuple[str, int], ...] = ()
    max_metres_per_shift: int | None = None
    scarce: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Weights:
    """The price of everything that is not a hard rule, in seconds of travel.

    Parameters
    ----------
    travel : int
        Price of one second of travel.
    lateness : int
        Price of one second between a visit's `due` time and its start.
    move : int
        Price of starting an offered visit later than it was told, once per visit.
    continuity : int
        Price of sending another team than the household's regular one.
    reoffer : int
        Price of having to offer again; charged in proportion to the team's odds of declining.
    load : int
        Convex price of load: what one more hour of service costs per hour the team has served in 28 days.
    notification : int
        Price of asking a team once more, for every message above the free ones that it was sent today.
    scarcity : int
        Price of an hour of service that will be lost because a rare skill was not spared; see `Team.scarce`.
    rarity, length, remoteness : int
        No prices of a plan: what it costs the search to leave out a visit, beside what anybody costs, if few
        teams are able to make it; for each hour that it is longer than the average of those that ask for a place; and
        for each hour of way that it is farther from the nearest able team, where windows are narrow. See `left_out`.
    waiting : tuple of int
        Where bands of waiting begin, in seconds since registration, ascending: within a class of urgency a visit that
        has waited longer is of a higher band. Empty: waiting does not count.
    """

    travel: int = 1
    lateness: int = 1
    move: int = 1_800
    continuity: int = 1_800
    reoffer: int = 1_500
    load: int = 25
    notification: int = 60
    scarcity: int = 0
    rarity: int = 450
    length: int = 700
    remoteness: int = 1_800
    waiting: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything one round decides on; a pure value.

    Parameters
    ----------
    now : int
        The round's clock: nobody sets out before it, except to a committed visit.
    visits : tuple of Visit
        All visits that want a place, those already placed included.
    teams : tuple of Team
        The district's roster.
    travel : Travel
        Seconds and metres between two places.
    weights : Weights
        Prices of the soft goals.
    memory : Memory or None
        What is remembered of earlier problems with the same travel; no part of the problem's value.
    """

    now: int
    visits: tuple[Visit, ...]
    teams: tuple[Team, ...]
    travel: Travel
    weights: Weights = Weights()
    memory: Memory | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Stop:
    """One visit on a crew's route: arrival at the place, start and end of service.

    `fetch` is when the crew begins to fetch what it brings; None where it brings nothing.
    """

    visit: str
    arrival: int
    start: int
    end: int
    fetch: int | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """One crew's stops over the whole horizon, in order; between shifts the crew is at its base."""

    team: str
    crew: int
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Who goes where and when; a visit on no route is unserved. Routes are sorted, empty ones left out."""

    routes: tuple[Route, ...] = ()

    def placed(self) -> frozenset[str]:
        """Return the ids of all visits the plan serves."""
        return frozenset(stop.visit for route in self.routes for stop in route.stops)


def is_committed(visit: Visit) -> bool:
    """Say whether both team and start are fixed: such a visit does not move at all."""
    return visit.pin is not None and visit.pin.team is not None and visit.pin.start is not None


def is_fact(visit: Visit, now: int) -> bool:
    """Say whether the visit has already begun: history is kept as it happened, no rule can change it."""
    pin = visit.pin
    return pin is not None and pin.team is not None and pin.start is not None and pin.start <= now
