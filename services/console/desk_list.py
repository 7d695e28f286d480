"""The desk's list: danger to life first, then what waits for a person, then the cases page by page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.lifecycle import State
from linli.services.console.case_lines import CaseLine, case_lines, is_overdue
from linli.services.console.surroundings import Person, Surroundings
from linli.services.console.words import Speech
from linli.streams.board.overview import Overview

PER_PAGE: Final = 25
"""Cases of one page: what a large screen shows without much scrolling."""

RED_FOR: Final = timedelta(days=1)
"""How long danger to life stays on top: a day, so that every shift has seen it; after that it is under "referred"."""

WAITS: Final = (State.UNMET, State.ON_HOLD, State.FAILED_VISIT, State.WITHDRAWN, State.REOPENED, State.REFERRED)
"""States in which a person has to do something; offers to be confirmed come before them."""

PROPOSED: Final = "proposed"
"""The list of cases in which the desk has to confirm a team."""


ESCALATED: Final = "escalated"
"""The list of open cases that have climbed the organisation tree."""


@dataclass(frozen=True, slots=True)
class Question:
    """Which cases somebody wants to see: of a state, ``proposed``, ``escalated``, of an urgency, or all open ones."""

    state: str = ""
    urgency: int | None = None
    page: int = 1

    def address(self, page: int) -> str:
        """Give where another page of the same list is."""
        asked = {"state": self.state, "urgency": "" if self.urgency is None else str(self.urgency), "page": str(page)}
        return "/desk?" + urlencode({name: value for name, value in asked.items() if value})


@dataclass(frozen=True, slots=True)
class Count:
    """How many cases a list has. ``waits`` says that they wait for a person."""

    state: str
    name: str
    number: int
    waits: bool


@dataclass(frozen=True, slots=True)
class DeskList:
    """What the desk sees. ``stale`` is the moment since which nothing moves, if nothing does."""

    question: Question
    red: list[CaseLine]
    overdue: list[CaseLine]
    counts: list[Count]
    cases: list[CaseLine]
    total: int
    pages: int
    stale: datetime | None


async def desk_list(here: Surroundings, question: Question, person: Person, speech: Speech) -> DeskList:
    """Read the desk's list from the board."""
    overview = await here.board.overview()
    total, found = await _page(here, question, overview, person)
    return DeskList(
        question=question,
        red=await case_lines(here, await _red(here, person), person, speech),
        overdue=await case_lines(here, await _overdue(here, person), person, speech),
        counts=counts_of(overview, speech) if person.all_cases else [],
        cases=await case_lines(here, found, person, speech),
        total=total,
        pages=max(1, -(-total // PER_PAGE)),
        stale=overview.stale_since,
    )


async def _red(here: Surroundings, person: Person) -> list[AssignmentRecord]:
    since = here.clock.now() - RED_FOR
    referred = await here.board.in_state_since(State.REFERRED, since)
    return [one for one in referred if one.red and person.sees(one)]


async def _overdue(here: Surroundings, person: Person) -> list[AssignmentRecord]:
    """Give the cases of which an office owes an answer, the longest waiting first."""
    referred, now = await here.board.in_state(State.REFERRED), here.clock.now()
    return [one for one in referred if is_overdue(one, now) and person.sees(one)][:PER_PAGE]


async def _page(
    here: Surroundings, question: Question, overview: Overview, person: Person
) -> tuple[int, list[AssignmentRecord]]:
    """Give how many cases there are, and those of the page."""
    skip = (question.page - 1) * PER_PAGE
    if not person.all_cases:
        found = [record for record in await _first_of(here, question) if person.sees(record)]
        return len(found), found[skip : skip + PER_PAGE]
    if question.state == PROPOSED:
        offers = await here.board.proposed(PER_PAGE, skip)
        return overview.proposed, list({one.request.request_id: one.request for one in offers}.values())
    if question.state == ESCALATED:
        return overview.escalated, await here.board.escalated(PER_PAGE, skip)
    if question.state:
        state = State(question.state)
        return overview.states.get(state, 0), await here.board.in_state(state, PER_PAGE, skip)
    return await _open(here, question.urgency, skip)


async def _first_of(here: Surroundings, question: Question) -> list[AssignmentRecord]:
    """Give the first cases of a list whole, for somebody who sees only some of them."""
    if question.state == PROPOSED:
        return [one.request for one in await here.board.proposed()]
    if question.state == ESCALATED:
        return await here.board.escalated()
    if question.state:
        return await here.board.in_state(State(question.state))
    classes = (0, 1, 2) if question.urgency is None else (question.urgency,)
    found = await here.board.in_state(State.REFERRED) if question.urgency is None else []
    for one in classes:
        found += await here.board.of_urgency(one)
    return found


async def _open(here: Surroundings, urgency: int | None, skip: int) -> tuple[int, list[AssignmentRecord]]:
    """Give the open cases, the most urgent first, the earliest wanted first among them."""
    classes = (0, 1, 2) if urgency is None else (urgency,)
    total, found = 0, list[AssignmentRecord]()
    for one in classes:
        size = await here.board.count_of_urgency(one)
        wanted = PER_PAGE - len(found)
        if wanted > 0 and skip < total + size:
            found += await here.board.of_urgency(one, wanted, max(0, skip - total))
        total += size
    return total, found


def counts_of(overview: Overview, speech: Speech) -> list[Count]:
    """Count the cases by list: what waits for a person first, then by state; empty ones are left out."""
    counts = [Count(PROPOSED, speech("desk.proposed"), overview.proposed, waits=True)]
    counts.append(Count(ESCALATED, speech.code("term.escalated"), overview.escalated, waits=True))
    counts += [Count(state.value, speech.of(state), overview.states.get(state, 0), waits=True) for state in WAITS]
    rest = [state for state in overview.states if state not in WAITS]
    counts += [Count(state.value, speech.of(state), overview.states[state], waits=False) for state in rest]
    return [count for count in counts if count.number]
