"""What a synthetic day asks for: how many, when, by whom, where, and what."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate
from random import Random
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from linli.schemas.orders import Order, Window
from linli.schemas.people import AgeBand, Beneficiary, Consent, Guardian, PersonalPart, Requester, Wishes
from linli.schemas.places import Crs, Grid, Terrain
from linli.services.demo import people
from linli.services.demo.county import data_text, sinan
from linli.services.demo.teams import midnight

Key = TypeVar("Key")

QUARTER = timedelta(minutes=15)
"""Appointments are made for whole quarters of an hour."""

DAY_OPENS, DAY_CLOSES = 8, 18
"""Hours between which an adult's visit may begin."""

SCHOOL_OUT, CHILDREN_CLOSE = 16, 19
"""Hours between which a child's visit may begin."""

URBAN_SPREAD, RURAL_SPREAD = 0.001, 0.006
"""How far a home lies from its grid's centre in degrees: about 100 m in town, 600 m in a village."""

AHEAD = (1.0, 8.0, 1.5)
"""Hours from an ordinary order to its window: at least, at most, most often."""

LENGTHS = (60, 90, 120, 180)
"""Minutes of a window."""

PROXY_SOURCE, HOTLINE_SOURCE, RESIDENT_SOURCE = "grid-app", "hotline", "resident-app"
"""The senders of orders."""


class Scenario(StrEnum):
    """What kind of day it is."""

    CALM = "calm"
    COLD_SNAP = "cold_snap"
    FLOOD = "flood"


class ScenarioShares(BaseModel):
    """How a scenario differs from a calm day: times the volume, its share of urgent orders, raised categories."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    volume: float
    urgent: float
    raised: dict[str, float]
    closed: tuple[int, int] | None = None


class Demand(BaseModel):
    """The whole of ``demand.toml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    requests: int
    weekend: float
    proxy: float
    urgent: float
    disturbed: float
    invalid: float
    cancelled: float
    amended: float
    two_windows: float
    tomorrow: float
    wishes_gender: float
    wishes_tujia: float
    urban: float
    grid_only: float
    gcj02: float
    grid_sigma: float
    first_hour: int
    hours: tuple[float, ...]
    child_hours: tuple[float, ...]
    under_14: float
    beneficiaries: dict[Beneficiary, float]
    requesters: dict[Requester, float]
    proxies: dict[Requester, float]
    categories: dict[Beneficiary, dict[str, float]]
    details: dict[str, str]
    scenarios: dict[Scenario, ScenarioShares]


@dataclass(frozen=True, slots=True)
class Ask:
    """An order with the moment and the sender it comes from."""

    at: datetime
    source: str
    serial: int
    order: Order


@lru_cache(maxsize=1)
def demand() -> Demand:
    """Read ``demand.toml``."""
    return Demand.model_validate(tomllib.loads(data_text("demand.toml")))


def usual_requests(scenario: Scenario, day: date) -> int:
    """Return how many requests such a day brings."""
    weekend = demand().weekend if day.weekday() >= 5 else 1.0
    return round(demand().requests * weekend * demand().scenarios[scenario].volume)


def source_id(day: date, serial: int) -> str:
    """Return the dispatch centre's own number for a request."""
    return f"SN{day:%Y%m%d}-{serial:04d}"


def draw(dice: Random, shares: Mapping[Key, float]) -> Key:
    """Draw one of the keys by its share."""
    return dice.choices(list(shares), weights=list(shares.values()))[0]


def ask(dice: Random, day: date, serial: int, scenario: Scenario) -> Ask:
    """Draw one order."""
    beneficiary = draw(dice, demand().beneficiaries)
    at = _moment(dice, day, beneficiary)
    requester = _requester(dice, beneficiary)
    category = _category(dice, beneficiary, scenario)
    urgent = dice.random() < demand().scenarios[scenario].urgent
    grid = home(dice)
    order = Order(
        source_id=source_id(day, serial),
        category=category,
        beneficiary=beneficiary,
        age_band=_age(dice, beneficiary),
        requester=requester,
        windows=windows(dice, at, beneficiary, urgent),
        urgent=urgent,
        grid=grid.code,
        consent=Consent(beneficiary=True, guardian=beneficiary is Beneficiary.LEFT_BEHIND_CHILD),
        wishes=_wishes(dice),
        personal=person(dice, grid, serial, beneficiary, requester, demand().details[category]),
    )
    return Ask(at, source_of(requester), serial, order)


def source_of(requester: Requester) -> str:
    """Return which system sends the orders of a requester."""
    if requester is Requester.HOTLINE:
        return HOTLINE_SOURCE
    return PROXY_SOURCE if requester in demand().proxies else RESIDENT_SOURCE


def _moment(dice: Random, day: date, beneficiary: Beneficiary) -> datetime:
    child = beneficiary is Beneficiary.LEFT_BEHIND_CHILD
    weights = demand().child_hours if child else demand().hours
    hour = dice.choices(range(len(weights)), weights=weights)[0] + demand().first_hour
    return midnight(day) + timedelta(hours=hour, seconds=dice.randrange(3600))


def _requester(dice: Random, beneficiary: Beneficiary) -> Requester:
    if dice.random() < demand().proxy:
        return draw(dice, demand().proxies)
    return Requester.FAMILY if beneficiary is Beneficiary.LEFT_BEHIND_CHILD else draw(dice, demand().requesters)


def _category(dice: Random, beneficiary: Beneficiary, scenario: Scenario) -> str:
    raised = demand().scenarios[scenario].raised
    return draw(dice, {name: share * raised.get(name, 1.0) for name, share in demand().categories[beneficiary].items()})


def _age(dice: Random, beneficiary: Beneficiary) -> AgeBand:
    if beneficiary is not Beneficiary.LEFT_BEHIND_CHILD:
        return AgeBand.ADULT
    return AgeBand.UNDER_14 if dice.random() < demand().under_14 else AgeBand.FROM_14_TO_17


def _wishes(dice: Random) -> Wishes:
    gender = dice.choice(("female", "male")) if dice.random() < demand().wishes_gender else None
    language = "tujia" if dice.random() < demand().wishes_tujia else None
    return Wishes(gender=gender, language=language)


def windows(dice: Random, at: datetime, beneficiary: Beneficiary, urgent: bool) -> tuple[Window, ...]:
    """Draw when the visit may begin: soon if urgent, else one to eight hours ahead or another day."""
    child = beneficiary is Beneficiary.LEFT_BEHIND_CHILD
    opens, closes = (SCHOOL_OUT, CHILDREN_CLOSE) if child else (DAY_OPENS, DAY_CLOSES)
    ahead = timedelta(hours=1) if urgent else timedelta(hours=dice.triangular(*AHEAD))
    start = whole_quarter(at + ahead)
    early, late = (day_start(start) + timedelta(hours=hour) for hour in (opens, closes))
    another_day = not urgent and dice.random() < demand().tomorrow
    start = max(start, early)
    if start > late or another_day:
        start = day_start(at) + timedelta(days=1, hours=opens, minutes=15 * dice.randint(0, (closes - opens) * 4 - 4))
    first = _window(dice, start)
    if urgent or dice.random() >= demand().two_windows:
        return (first,)
    return (first, Window(start=first.start + timedelta(days=1), end=first.end + timedelta(days=1)))


def _window(dice: Random, start: datetime) -> Window:
    return Window(start=start, end=start + timedelta(minutes=dice.choice(LENGTHS)))


def whole_quarter(moment: datetime) -> datetime:
    """Round up to a whole quarter of an hour."""
    return moment + (day_start(moment) - moment) % QUARTER


def day_start(moment: datetime) -> datetime:
    """Return the midnight before a moment in the moment's own zone."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


@lru_cache(maxsize=1)
def _grid_weights() -> tuple[tuple[Grid, ...], tuple[float, ...]]:
    """Return the grids and their cumulated weights: log-normal, urban and rural ones brought to their shares."""
    dice = Random(52_06_24)  # noqa: S311 - the same county every day
    grids = sinan().grids
    raw = [dice.lognormvariate(0.0, demand().grid_sigma) for _ in grids]
    total = {urban: sum(w for g, w in zip(grids, raw, strict=True) if is_urban(g) is urban) for urban in (True, False)}
    share = {True: demand().urban, False: 1.0 - demand().urban}
    weights = (w * share[is_urban(g)] / total[is_urban(g)] for g, w in zip(grids, raw, strict=True))
    return grids, tuple(accumulate(weights))


def is_urban(grid: Grid) -> bool:
    """Tell the 209 grids of urban communities from villages."""
    return grid.terrain is Terrain.SEAT


def home(dice: Random) -> Grid:
    """Draw the grid in which somebody lives."""
    grids, cumulated = _grid_weights()
    return dice.choices(grids, cum_weights=cumulated)[0]


def person(
    dice: Random, grid: Grid, serial: int, beneficiary: Beneficiary, requester: Requester, detail: str
) -> PersonalPart:
    """Invent the person who lives in a grid, with coordinates or without."""
    drawn = dice.random()
    crs = Crs.GCJ02 if drawn < demand().gcj02 else Crs.WGS84
    spread = URBAN_SPREAD if is_urban(grid) else RURAL_SPREAD
    north, east = dice.uniform(-spread, spread), dice.uniform(-spread, spread)
    located = drawn < 1.0 - demand().grid_only
    child = beneficiary is Beneficiary.LEFT_BEHIND_CHILD
    return PersonalPart(
        name=people.name(serial),
        phone=people.phone(serial),
        address_line=people.address(grid, 1 + dice.randrange(90)),
        location=people.location(grid, crs, north, east) if located else None,
        guardian=Guardian(name=people.name(serial + 7), phone=people.phone(serial + 5_000)) if child else None,
        requester_name=people.name(serial + 3) if requester in demand().proxies else None,
        detail=detail,
    )
