"""May each role do only what is its own: every role, every route, every object, cell by cell."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import httpx2
import pytest

from linli.schemas.assignment import Assignment, AssignmentRecord, Committed, Leg, Offer, Offered, Referred, Registered
from linli.schemas.lifecycle import OfferState
from linli.schemas.roles import Role
from linli.schemas.roster import RosterRecord
from linli.schemas.standing import StandingDetails, StandingRecord
from linli.services.gateway.access import POLICY
from linli.services.gateway.app import make_app
from linli.services.gateway.installation import Installation, put_into
from linli.streams.board.store import connect
from linli.streams.ground_facts import read_facts
from linli.streams.kafka_client import KafkaAddress
from linli.streams.sealed.master_key_file import load_keyring
from tests.support.examples import DETAILS, NINE, TEAM_DETAILS
from tests.support.gateway_inside import installation
from tests.support.house import House
from tests.support.seeded_board import seed_board

HERE, ELSEWHERE = "520624", "520999"
OWN, OTHER = "t-own", "t-other"
PROXY = "proxy:wang"

CALLERS: Final = ("desk", "proxy", "lead", "officer", "director", "operator", "admin")
"""One caller of every role, and an officer who is the office that restricted cases go to."""

IN, NO, HIDDEN, OUT = "let in", "forbidden", "not there", "not signed in"

REQUESTS: Final = {
    "M": "r-mine",
    "O": "r-other",
    "R": "r-restricted",
    "P": "r-proposed",
    "E": "r-elsewhere",
    "N": "r-none",
}
"""Mine (of the proxy, the lead, the officer), another's, restricted, only proposed, of another district, none."""

OFFERS: Final = {letter: f"{request}.0.1" for letter, request in REQUESTS.items()}
TEAMS: Final = {"M": OWN, "O": OTHER, "E": "t-elsewhere", "N": "t-none"}

DESK_ONLY: Final = {"desk": "MORP"}
ORDERERS: Final = {"desk": "MORP", "proxy": "MRP"}
TELLERS: Final = {"desk": "MOP", "lead": "M"}

REQUEST_ROUTES: Final = {
    **dict.fromkeys(
        (f"POST /v1/requests/{{}}/{word}" for word in ("confirm", "assign", "hold", "release", "refer", "record")),
        DESK_ONLY,
    ),
    **dict.fromkeys((f"POST /v1/requests/{{}}/{word}" for word in ("amend", "cancel", "reschedule", "rate")), ORDERERS),
    "POST /v1/requests/{}/confirm-service": {"proxy": "MRP", "officer": "MP", "director": "R"},
    "POST /v1/requests/{}/review": {"officer": "MP", "director": "R"},
    "POST /v1/requests/{}/mark": {**DESK_ONLY, "officer": "MP", "director": "R"},
    "POST /v1/requests/{}/resolve": {**DESK_ONLY, "officer": "MP", "director": "R"},
    "POST /v1/requests/{}/answer": {"desk": "MORP", "officer": "", "director": "R"},
    "POST /v1/requests/{}/consent": {"desk": "MORP", "officer": "MP", "director": "R"},
    "GET /v1/requests/{}/service": {**ORDERERS, "lead": "M", "officer": "MP", "director": "R", "admin": "MORP"},
    "GET /v1/requests/{}": {**ORDERERS, "officer": "MP", "director": "R", "admin": "MORP"},
    "GET /v1/requests/{}/history": {"desk": "MOP", "officer": "MP", "director": "R", "admin": "MOP"},
    "GET /v1/requests/{}/explanation": {"desk": "MOP", "officer": "MP", "director": "R", "admin": "MOP"},
    "GET /v1/requests/{}/personal": {"desk": "MOP", "officer": "MP", "director": "R"},
    "GET /v1/requests/{}/written": {"desk": "MOP", "officer": "MP", "director": "R"},
    "GET /v1/requests/{}/code": {"desk": "MOP", "proxy": "MP"},
}
"""Whom each route lets in, and to which objects; what is not here is denied."""

TOLD_RESTRICTED: Final = {"desk", "admin"}
"""Who learns that a case is restricted, and is refused instead of being told that there is none."""

OFFER_ROUTES: Final = {
    **dict.fromkeys(
        (
            f"POST /v1/offers/{{}}/{word}"
            for word in ("accept", "decline", "withdraw", "reschedule", "swap", "start", "done", "failed", "code")
        ),
        TELLERS,
    ),
    "GET /v1/offers/{}": TELLERS,
    "GET /v1/offers/{}/contact": {"lead": "M"},
}

TEAM_ROUTES: Final = {
    "GET /v1/teams/{}": {"desk": "MO", "lead": "M", "officer": "MO", "director": "MO", "admin": "MO"},
    "GET /v1/teams/{}/offers": {"desk": "MO", "lead": "M"},
    "GET /v1/teams/{}/visits": {"desk": "MO", "lead": "M"},
    "GET /v1/teams/{}/claimable": {"desk": "MO", "lead": "M"},
    "POST /v1/teams/{}/claims": {"desk": "MO", "lead": "M"},
    "POST /v1/teams/{}/absences": {"desk": "MO", "lead": "M", "admin": "MO"},
    "PUT /v1/teams/{}/members": {"lead": "M", "admin": "MO"},
    "PUT /v1/teams/{}/deputy": {"lead": "M", "admin": "MO"},
    "PUT /v1/teams/{}": {"admin": "MON"},
}

STANDING: Final = {"M": "s-mine", "O": "s-other", "E": "s-elsewhere", "N": "s-none"}

STANDING_ROUTES: Final = {
    "POST /v1/standing-orders/{}/changes": {"desk": "MO", "proxy": "M"},
    "GET /v1/standing-orders/{}": {"desk": "MO", "proxy": "M", "officer": "M", "director": "", "admin": "MO"},
}

PLAIN_ROUTES: Final = {
    "POST /v1/standing-orders": {"desk", "proxy"},
    "GET /v1/standing-orders": {"desk", "proxy", "officer", "director", "admin"},
    "GET /v1/me": set(CALLERS),
    "POST /v1/requests": {"desk", "proxy"},
    "POST /v1/orders": {"desk", "proxy"},
    "POST /v1/orders/file": {"desk"},
    "POST /v1/cancellations": {"desk", "proxy"},
    "GET /v1/requests": {"desk", "proxy", "officer", "director", "admin"},
    "GET /v1/feed": {"desk", "proxy", "lead", "officer", "director", "admin"},
    "GET /v1/offers": {"desk"},
    "GET /v1/teams": {"desk", "officer", "director", "admin"},
    "GET /v1/nodes": {"desk", "officer", "director", "admin"},
    "PUT /v1/nodes/n-1": {"admin"},
    "POST /v1/deliveries/d-1/told": {"desk"},
    "GET /v1/commands/inbox-0-0": {"desk", "proxy", "lead", "admin"},
    "GET /v1/reviews": {"desk", "officer", "director", "admin"},
    "GET /v1/overview": {"desk", "officer", "director", "operator", "admin"},
    "GET /v1/stream": {"desk", "officer", "director", "operator", "admin"},
    "GET /v1/reports/load": {"officer", "director", "operator", "admin"},
    "GET /v1/dead-letters": {"operator", "admin"},
}

LISTED: Final = {
    "desk": {"r-mine", "r-other", "r-proposed"},
    "proxy": {"r-mine", "r-proposed"},
    "officer": {"r-mine", "r-proposed"},
    "director": set[str](),
    "admin": {"r-mine", "r-other", "r-proposed"},
}
"""Which open requests each sees in the list; the restricted one is with its office and not open."""


def record(letter: str, **changes: object) -> AssignmentRecord:
    """Make one of the requests."""
    mine = letter != "O"
    team = OWN if mine else OTHER
    proposed = letter == "P"
    offer = Offer(
        id=OFFERS[letter],
        team=team,
        crew=0,
        state=OfferState.PROPOSED if proposed else OfferState.ACCEPTED if letter == "M" else OfferState.OPEN,
        offered_at=NINE,
        expires=NINE,
        start=NINE,
        end=NINE + timedelta(hours=1),
    )
    going = Assignment(id=offer.id, team=team, crew=0, members=("m-1",), start=offer.start, end=offer.end, since=NINE)
    details = DETAILS.model_copy(
        update={
            "source": PROXY if mine else "proxy:li",
            "source_id": f"no-{letter}",
            "community": "c-own" if mine else "c-other",
            "legs": 1,
            **changes,
        }
    )
    leg = Leg(offers=(offer,), assignment=going if letter == "M" else None)
    return AssignmentRecord(
        request_id=REQUESTS[letter],
        district=ELSEWHERE if letter == "E" else HERE,
        version=2,
        round=1,
        at=NINE,
        cause="order",
        details=details,
        status=Committed() if letter == "M" else Registered() if proposed else Offered(),
        legs=(leg,),
        registered_at=NINE,
    )


def restricted() -> AssignmentRecord:
    """Make the case that only the child director may open."""
    found = record("R", restricted=True, referral="child_director")
    return found.model_copy(update={"legs": (), "status": Referred(office="儿童主任", reason="suspected_harm")})


def standing(letter: str) -> StandingRecord:
    """Make one of the standing orders."""
    template = record(letter).details
    assert template is not None
    return StandingRecord(
        district=ELSEWHERE if letter == "E" else HERE,
        version=1,
        round=1,
        at=NINE,
        details=StandingDetails(standing=STANDING[letter], rule="FREQ=DAILY", template=template),
    )


def team(name: str, district: str) -> RosterRecord:
    """Make a team."""
    details = TEAM_DETAILS.model_copy(update={"team": name})
    return RosterRecord(district=district, version=1, round=1, at=NINE, details=details)


@pytest.fixture
async def here(house: House, tmp_path: Path, fresh_name: Callable[[str], str]) -> AsyncIterator[Installation]:
    """Give an installation on the house's servers, with a board of its own."""
    address, url = KafkaAddress(house.running.kafka), house.running.redis
    facts, keyring = await read_facts(address), load_keyring(house.state / "master.key")
    store, cluster = connect(url), fresh_name("cells")
    teams = [team(OWN, HERE), team(OTHER, HERE), team("t-elsewhere", ELSEWHERE)]
    await seed_board(
        store, cluster, [*(record(letter) for letter in "MOPE"), restricted(), *teams, *map(standing, "MOE")]
    )
    yield installation(address, store, cluster, facts, keyring, tmp_path)
    await store.aclose()


@pytest.fixture
async def clients(here: Installation) -> AsyncIterator[dict[str, httpx2.AsyncClient]]:
    """Give a client for every caller, and one that is not signed in."""
    app, now = make_app(), datetime.now(UTC)
    put_into(app, here)
    roles = {
        "desk": (Role.DISPATCH_CENTRE, None, None),
        "proxy": (Role.PROXY, None, None),
        "lead": (Role.TEAM_LEAD, OWN, None),
        "officer": (Role.OFFICER, None, "c-own"),
        "director": (Role.OFFICER, None, "child_director"),
        "operator": (Role.OPERATOR, None, None),
        "admin": (Role.ADMINISTRATOR, None, None),
    }
    made: dict[str, httpx2.AsyncClient] = {}
    for name, (role, own, place) in roles.items():
        _, token = here.tokens.issue(
            role, "wang", HERE, now=now, expires=now + timedelta(days=1), team=own, place=place
        )
        headers = {"authorization": f"Bearer {token}"}
        made[name] = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://gateway", headers=headers)
    made["stranger"] = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://gateway")
    yield made
    for client in made.values():
        await client.aclose()


async def met(client: httpx2.AsyncClient, route: str, name: str) -> str:
    """Knock, with a body that is never taken, and say how one was met."""
    method, _, path = route.partition(" ")
    body = {"no field of ours": 1} if method != "GET" else None
    headers = {"last-event-id": "x" * 60} if path == "/v1/feed" else {}
    answer = await client.request(method, path.format(name), headers=headers, json=body)
    assert answer.status_code < 500, answer.text
    code = answer.json().get("code") if answer.status_code >= 400 else None
    if code in ("unknown_request", "unknown_offer", "unknown_team", "unknown_standing"):
        return HIDDEN
    return {"unauthenticated": OUT, "forbidden": NO}.get(str(code), IN)


def expected(allowed: dict[str, str], caller: str, letter: str) -> str:
    """Say how a caller must be met."""
    if caller == "stranger":
        return OUT
    if caller not in allowed:
        return NO
    if letter in allowed[caller]:
        return IN
    inner = letter == "R" and "R" not in allowed[caller] and "O" in allowed[caller]
    return NO if inner and caller in TOLD_RESTRICTED else HIDDEN


@pytest.mark.parametrize("caller", [*CALLERS, "stranger"])
async def test_every_cell(clients: dict[str, httpx2.AsyncClient], caller: str) -> None:
    """Tests every route about a request, an offer or a team on every kind of object, and every other route."""
    wrong: list[tuple[str, str, str]] = []
    restricted_has_no_offers = {letter: offer for letter, offer in OFFERS.items() if letter != "R"}
    tables = (
        (REQUEST_ROUTES, REQUESTS),
        (OFFER_ROUTES, restricted_has_no_offers),
        (TEAM_ROUTES, TEAMS),
        (STANDING_ROUTES, STANDING),
    )
    for routes, objects in tables:
        for route, allowed in routes.items():
            # A stranger is met alike whatever they ask for, and may not knock often.
            for letter, name in [*objects.items()][: 1 if caller == "stranger" else None]:
                found = await met(clients[caller], route, name)
                if found != expected(allowed, caller, letter):
                    wrong.append((route, letter, found))
    for route, let_in in PLAIN_ROUTES.items():
        found = await met(clients[caller], route, "")
        if found != (OUT if caller == "stranger" else IN if caller in let_in else NO):
            wrong.append((route, "", found))
    assert wrong == []


@pytest.mark.parametrize("caller", sorted(LISTED))
async def test_lists_hold_what_is_ones_own(clients: dict[str, httpx2.AsyncClient], caller: str) -> None:
    """Tests that a list shows exactly what its reader could open one by one."""
    shown = (await clients[caller].get("/v1/requests")).json()["requests"]
    assert {one["request_id"] for one in shown} == LISTED[caller]
    state = {"state": "referred"}
    referred = (await clients[caller].get("/v1/requests", params=state)).json()["requests"]
    assert bool(referred) == (caller != "officer")


async def test_a_restricted_case_looks_like_any_to_whoever_ordered_it(
    clients: dict[str, httpx2.AsyncClient],
) -> None:
    """Tests what the desk, the proxy and the child director read of it."""
    names = ("desk", "proxy", "director")
    desk, proxy, director = [(await clients[name].get("/v1/requests/r-restricted")).json() for name in names]
    assert (desk["state"], desk["need"], desk["restricted"]) == ("referred", None, True)
    assert (proxy["state"], proxy["status"], proxy["restricted"]) == ("registered", None, False)
    assert director["need"]["number"] == "no-R"


def test_no_route_was_left_out() -> None:
    """Tests that the tables above know every route of the policy."""
    known = {
        route for table in (REQUEST_ROUTES, OFFER_ROUTES, TEAM_ROUTES, STANDING_ROUTES, PLAIN_ROUTES) for route in table
    }
    assert len(known) == len(POLICY)
