"""Synthetic problems for the matcher: nobody in them exists.

`day` is a county's day in the style of the public vehicle-routing generators: towns, scattered homesteads, common and
rare skills, windows of two, four and ten hours. `small` is a handful of visits with every kind of rule in play.
"""

from __future__ import annotations

import random
from dataclasses import replace

from linli.matcher.problem import (
    Fetch,
    Member,
    Pin,
    Place,
    Plan,
    Problem,
    Safeguarding,
    SkillNeed,
    Team,
    TravelLimit,
    Visit,
    Weights,
)
from linli.matcher.travel import HaversineTravel

HOUR = 3600
MIDNIGHT = 1_790_006_400
"""Local midnight (UTC+8) of an arbitrary Monday."""

COMMON_TO_RARE = (8.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.5, 1.0)
SKILLS = tuple(f"skill-{k}" for k in range(len(COMMON_TO_RARE)))
TERRAINS = ("seat", "hill", "mountain")


def _place(rng: random.Random, towns: list[tuple[float, float]]) -> Place:
    """Return a place in or near a town (60 %), or anywhere in a square of about 40 km."""
    if rng.random() < 0.6:
        lat, lon = rng.choice(towns)
        return Place(round(lat + rng.gauss(0, 0.02), 3), round(lon + rng.gauss(0, 0.02), 3), "seat")
    return Place(round(rng.uniform(27.6, 28.0), 3), round(rng.uniform(107.9, 108.3), 3), rng.choice(TERRAINS[:2]))


def _window(rng: random.Random) -> tuple[int, int]:
    u = rng.random()
    if u < 0.3:
        lo, length = 8 * HOUR, 10 * HOUR
    elif u < 0.8:
        lo, length = rng.choice((8, 10, 12, 14)) * HOUR, 4 * HOUR
    else:
        lo, length = rng.randint(16, 32) * HOUR // 2, 2 * HOUR
    return MIDNIGHT + lo, MIDNIGHT + lo + length


def _team(rng: random.Random, number: int, base: Place) -> Team:
    held = {rng.choices(SKILLS, COMMON_TO_RARE)[0] for _ in range(rng.randint(3, 6))}
    opens = MIDNIGHT + rng.choice((7, 8, 8, 9, 10, 12)) * HOUR
    return Team(
        id=f"team-{number:03}",
        base=base,
        skills=tuple((skill, frozenset[str]()) for skill in SKILLS if skill in held),
        crews=1,
        shifts=((opens, opens + 8 * HOUR),),
        members=(Member(f"m-{number}-0", adult=True), Member(f"m-{number}-1", adult=True)),
    )


def day(teams: int = 54, visits: int = 600, seed: int = 1, classes: int = 1) -> Problem:
    """Return one synthetic day, known in advance; registered in the order of the visits' numbers."""
    rng = random.Random(seed)
    towns = [(rng.uniform(27.65, 27.95), rng.uniform(107.95, 108.25)) for _ in range(6)]
    roster = tuple(_team(rng, t, _place(rng, towns)) for t in range(teams))
    wanted = tuple(
        Visit(
            id=f"v-{i:04}",
            request=f"r-{i:04}",
            leg=0,
            place=_place(rng, towns),
            duration=rng.randint(20, 60) * 60,
            windows=(_window(rng),),
            needs=(SkillNeed(rng.choices(SKILLS, COMMON_TO_RARE)[0]),),
            urgency=rng.randrange(classes),
            registered=MIDNIGHT + i,
        )
        for i in range(visits)
    )
    return Problem(MIDNIGHT + 6 * HOUR, wanted, roster, HaversineTravel())


def region(teams: int, visits: int, seed: int = 1) -> Problem:
    """Return a day of any number of teams, spread evenly over a square that grows with them: as dense as a county."""
    problem, rng = day(teams, visits, seed), random.Random(seed)
    side = 0.4 * (teams / 54) ** 0.5

    def moved(place: Place) -> Place:
        return Place(round(24 + side * rng.random(), 3), round(105 + side * rng.random(), 3), place.terrain)

    roster = tuple(replace(team, base=moved(team.base)) for team in problem.teams)
    wanted = tuple(replace(visit, place=moved(visit.place)) for visit in problem.visits)
    return replace(problem, teams=roster, visits=wanted)


def one(visit: Visit, team: Team, now: int = MIDNIGHT) -> Problem:
    """Return a problem of one visit and one team."""
    return Problem(now, (visit,), (team,), HaversineTravel())


def a_visit(number: int = 0) -> Visit:
    """Return a plain visit, an hour's service in the forenoon."""
    return Visit(
        id=f"v-{number:02}",
        request=f"r-{number:02}",
        leg=0,
        place=Place(27.9, 108.2, "seat"),
        duration=HOUR,
        windows=((MIDNIGHT + 9 * HOUR, MIDNIGHT + 11 * HOUR),),
        registered=MIDNIGHT + number,
    )


def a_team(number: int = 0) -> Team:
    """Return a plain team at work from eight to five, a few kilometres from `a_visit`."""
    return Team(
        id=f"team-{number:02}",
        base=Place(27.92, 108.22, "seat"),
        skills=(),
        crews=1,
        shifts=((MIDNIGHT + 8 * HOUR, MIDNIGHT + 17 * HOUR),),
        members=(Member("m-0", adult=True, gender="woman"), Member("m-1", adult=True, gender="man")),
    )


def small(seed: int, visits: int = 8, teams: int = 3, terrains: tuple[str, ...] = TERRAINS) -> Problem:
    """Return a few visits and teams with every kind of rule and price in play, over two days."""
    rng = random.Random(seed)

    def spot() -> Place:
        return Place(round(rng.uniform(27.8, 28.0), 3), round(rng.uniform(108.1, 108.3), 3), rng.choice(terrains))

    roster = tuple(_small_team(rng, t, spot()) for t in range(teams))
    wanted = tuple(_small_visit(rng, i, spot(), teams) for i in range(visits))
    waiting = rng.choice(((), (12 * HOUR,), (HOUR, 36 * HOUR)))
    weights = Weights(
        load=rng.choice((0, 5, 500)),
        lateness=rng.choice((0, 1)),
        move=rng.choice((0, 1800)),
        scarcity=1_800,
        waiting=waiting,
    )
    return Problem(MIDNIGHT + rng.randint(0, 12) * HOUR, wanted, roster, HaversineTravel(), weights)


def strict(seed: int, visits: int = 8, teams: int = 3, terrains: tuple[str, ...] = TERRAINS) -> Problem:
    """Return a `small` problem in which levels of skill, days and ways are limited as well."""
    problem, rng = small(seed, visits, teams, terrains), random.Random(seed + 1)
    wanted = tuple(
        replace(visit, needs=tuple(replace(need, level=rng.choice((1, 1, 2))) for need in visit.needs))
        for visit in problem.visits
    )
    return replace(problem, visits=wanted, teams=tuple(_limited(rng, team) for team in problem.teams))


def _limited(rng: random.Random, team: Team) -> Team:
    return replace(
        team,
        max_travel_per_shift=rng.choice((None, None, None, HOUR, 2 * HOUR)),
        max_visits_per_day=rng.choice((None, None, 2, 3)),
        max_work_per_day=rng.choice((None, None, 3 * HOUR)),
        shift_days=rng.choice(((), tuple(0 if lo < MIDNIGHT + 24 * HOUR else 1 for lo, _ in team.shifts))),
        skill_levels=rng.choice(((), (("care", 2),), (("errand", 3),))),
    )


def _small_team(rng: random.Random, number: int, base: Place) -> Team:
    shifts: list[tuple[int, int]] = []
    for day_number in range(2):
        opens = MIDNIGHT + (24 * day_number + rng.randint(7, 10)) * HOUR
        closes = opens + rng.randint(4, 9) * HOUR
        if rng.random() < 0.3:  # An absence at noon.
            shifts += [(opens, opens + 2 * HOUR), (opens + 3 * HOUR, closes)]
        elif rng.random() < 0.8:
            shifts.append((opens, closes))
    return Team(
        id=f"team-{number:02}",
        base=base,
        skills=(("errand", frozenset[str]()), ("care", frozenset(rng.sample(("nurse", "driver"), rng.randint(0, 2))))),
        crews=rng.choice((1, 1, 1, 2, 3)),
        shifts=tuple(shifts),
        travel_limit=rng.choice((None, None, TravelLimit(seconds=2 * HOUR), TravelLimit(metres=25_000))),
        languages=frozenset(rng.sample(("tujia", "miao"), rng.randint(0, 2))),
        members=tuple(_member(rng, number, m) for m in range(rng.randint(0, 5))),
        excluded_households=frozenset(f"h-{h}" for h in range(8) if rng.random() < 0.05),
        active=rng.random() < 0.95,
        max_visits_per_shift=rng.choice((None, None, 1, 2, 4)),
        load=rng.randint(0, 40) * HOUR,
        acceptance=rng.choice((1000, 900, 500)),
        asked=rng.choice((0, 0, 1, 5)),
        scarce=(("care", 300 * number),) if number % 2 else (),
    )


def _member(rng: random.Random, team: int, number: int) -> Member:
    until = rng.choice((None, MIDNIGHT + 12 * HOUR, MIDNIGHT + 400 * HOUR, MIDNIGHT + 400 * HOUR))
    insured = rng.choice((None, MIDNIGHT + 400 * HOUR, MIDNIGHT + 400 * HOUR))
    return Member(f"m-{team}-{number}", rng.random() < 0.9, rng.choice(("woman", "man", None)), until, insured)


def _small_visit(rng: random.Random, number: int, place: Place, teams: int) -> Visit:
    windows: list[tuple[int, int]] = []
    at = MIDNIGHT + rng.randint(7, 20) * HOUR
    for _ in range(rng.choice((1, 1, 2))):
        windows.append((at, at + rng.randint(0, 6) * HOUR))
        at = windows[-1][1] + rng.randint(1, 20) * HOUR
    barred = [(f"team-{t:02}", rng.choice(("declined", "excluded"))) for t in range(teams) if rng.random() < 0.05]
    guarded = rng.random() < 0.3
    return Visit(
        id=f"v-{number:02}",
        request=f"r-{number:02}",
        leg=0,
        place=place,
        duration=rng.randint(1, 12) * 600,
        windows=tuple(windows),
        needs=rng.choice(((), (), (SkillNeed("errand"),), (SkillNeed("care", rng.choice((None, "nurse"))),))),
        travel_limit=rng.choice((None, None, None, TravelLimit(seconds=900), TravelLimit(metres=20_000))),
        safeguarding=Safeguarding(rng.choice((1, 2, 2)), rng.random() < 0.9, rng.random() < 0.3, rng.random() < 0.9)
        if guarded
        else None,
        gender="woman" if rng.random() < 0.1 else None,
        language="tujia" if rng.random() < 0.1 else None,
        barred_teams=tuple(barred),
        urgency=rng.choice((0, 1, 1, 2)),
        household=f"h-{rng.randrange(8)}",
        promised=rng.random() < 0.5,
        registered=MIDNIGHT + number - rng.choice((0, 6, 50)) * HOUR,
        due=rng.choice((None, windows[0][0])),
        regular_team=rng.choice((None, f"team-{rng.randrange(max(1, teams)):02}")),
        fetch=_small_fetch(rng, place, windows) if rng.random() < 0.25 else None,
    )


def _small_fetch(rng: random.Random, place: Place, windows: list[tuple[int, int]]) -> Fetch:
    """Return something to fetch not far away, at any time, about the time of the visit, or long before."""
    near = Place(round(place.lat + rng.uniform(-0.05, 0.05), 3), round(place.lon + rng.uniform(-0.05, 0.05), 3), "seat")
    opens = windows[0][0] - rng.choice((1, 4)) * HOUR
    hours = rng.choice(
        ((), ((opens, opens + 2 * HOUR),), ((opens, opens + HOUR), (opens + 3 * HOUR, opens + 9 * HOUR)))
    )
    return Fetch(near, rng.choice((0, 300, 1200)), hours)


def later(problem: Problem, plan: Plan, seed: int) -> Problem:
    """Return the problem of a later round: time has passed, offers and answers came, visits went and others came.

    Some teams fall ill, too, so that not every promise can be kept.
    """
    rng = random.Random(seed)
    now = problem.now + rng.randint(0, 6) * HOUR
    stops = {stop.visit: (route.team, route.crew, stop) for route in plan.routes for stop in route.stops}
    visits: list[Visit] = []
    for visit in problem.visits:
        at, fate = stops.get(visit.id), rng.random()
        if fate < 0.1:
            continue
        if at is not None and (at[2].start <= now or fate < 0.3):
            visits.append(replace(visit, promised=True, pin=Pin(at[0], at[1], at[2].start)))
        elif at is not None and fate < 0.35 and at[2].start > now:
            visits.append(replace(visit, promised=True, pin=Pin(None, None, at[2].start)))
        elif at is not None and fate < 0.5:
            visits.append(replace(visit, promised=True, pin=Pin(at[0]), told=at[2].start))
        else:
            visits.append(replace(visit, promised=visit.promised or (at is not None and fate < 0.8)))
    fresh = small(seed, visits=3, teams=len(problem.teams)).visits
    visits += [
        replace(v, id=f"n-{now}-{seed}-{i}", request=f"q-{now}-{seed}-{i}", promised=False) for i, v in enumerate(fresh)
    ]
    teams = tuple(replace(team, active=team.active and rng.random() > 0.05) for team in problem.teams)
    return replace(problem, now=now, visits=tuple(visits), teams=teams)
