"""``--serve``: after the day everything stays up on the next morning, and it is said where to look.

What the demo's people had promised goes on by itself; one team's lead is the person who looks around.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from rich.console import Console

from linli.schemas.lifecycle import OfferState, State
from linli.services.demo.callers import DESK, DIRECTOR, lead_of
from linli.services.demo.county import layout
from linli.services.demo.options import MORNING_HOUR, DemoOptions
from linli.services.demo.post import Post
from linli.services.demo.requests import MONDAY
from linli.services.demo.run import DayRun
from linli.services.demo.sentences import say
from linli.services.demo.tally import Tally
from linli.services.demo.teams import midnight
from linli.services.language import Language

OFFER_WAIT_S: Final = 15.0
"""How long the first offer of the morning may take: a round, and its delivery."""

SHOWN: Final = (State.COMMITTED, State.UNDER_WAY, State.DONE, State.PROMISED, State.RATED)
"""States in which a resident's page has something to show, the most telling first."""


@dataclass(frozen=True, slots=True)
class Pages:
    """Where to look, and how to get in. Tokens and codes are those of a toy: they end with it.

    ``lead`` is the team whose lead one is; ``offer`` its offer's one-tap link, empty where it has none.
    """

    synthetic: bool
    sign_in: str
    desk: str
    desk_token: str
    lead: str
    lead_page: str
    lead_token: str
    offer: str
    director_token: str
    resident: str
    case: str
    code: str


async def serve(run: DayRun, post: Post) -> None:
    """Open the next morning, say where the pages are, and go on until Ctrl-C.

    Parameters
    ----------
    run
        The day that was played; its leads and residents still answer.
    post
        Sends what they say.
    """
    language = run.options.language
    with _asked_to_end() as end:
        run.console.print(f"\n{say('morning', language)}", highlight=False)
        await run.stage.go_on_at(midnight(MONDAY) + timedelta(days=1, hours=MORNING_HOUR))
        going_on = asyncio.create_task(post.run(None))
        ending = asyncio.create_task(end.wait())
        try:
            offer, team = await _offer_and_team(run)
            run.by_hand = team
            post.leave_to_a_person(team)
            _print(run, await _pages(run, offer, team))
            await asyncio.wait((going_on, ending), return_when=asyncio.FIRST_COMPLETED)
            if going_on.done():
                going_on.result()
        finally:
            await _end(going_on, ending)
        run.console.print(say("serve_ended", language), highlight=False)


@contextmanager
def _asked_to_end() -> Generator[asyncio.Event]:
    """Wait for Ctrl-C, or for whoever ends the process."""
    loop, end = asyncio.get_running_loop(), asyncio.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, end.set)
    try:
        yield end
    finally:
        for one in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(one)


async def _end(*tasks: asyncio.Task[object]) -> None:
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _pages(run: DayRun, offer: str, team: str) -> Pages:
    """Say where to look, with a request of which a resident's page has something to tell."""
    base, case = run.stage.gateway, _case(run.tally)
    return Pages(
        synthetic=True,
        sign_in=f"{base}/sign-in",
        desk=f"{base}/desk",
        desk_token=run.callers.token_of(DESK),
        lead=team,
        lead_page=f"{base}/team",
        lead_token=run.callers.token_of(lead_of(team)),
        offer=run.phones.links.get(offer, ""),
        director_token=run.callers.token_of(DIRECTOR),
        resident=f"{base}/state",
        case=case,
        code=await run.door.code_of(case) if case else "",
    )


async def _offer_and_team(run: DayRun) -> tuple[str, str]:
    """Give an open offer that its lead has heard of, and the team; without one, a team that has visits to make."""
    for _ in range(round(OFFER_WAIT_S / 0.2)):
        for record in run.tally.last():
            for offer in (offer for leg in record.legs for offer in leg.offers):
                if offer.state is OfferState.OPEN and offer.id in run.phones.links:
                    return offer.id, offer.team
        await asyncio.sleep(0.2)
    planned = [team for team, plan in run.tally.plans.items() if any(plan.crews)]
    return "", min(planned, default=min(run.tally.roster))


def _case(tally: Tally) -> str:
    """Choose a request; empty if there is none to show."""
    found = [record for record in tally.last() if record.state in SHOWN]
    found.sort(key=lambda record: (SHOWN.index(record.state), record.request_id))
    return found[0].request_id if found else ""


def state_line(folder: Path, *, kept: bool, language: Language) -> str:
    """Say where everything lies that the demo wrote, and what becomes of it."""
    return say("serve_kept" if kept else "serve_gone", language, folder=folder)


def again_line(options: DemoOptions) -> str:
    """Say how the same is started again, once everything has ended and no page answers any more."""
    return say("serve_again", options.language, command=options.command)


def _print(run: DayRun, pages: Pages) -> None:
    """Say where the pages are, for people; with ``--json`` as one object, which is then the last line."""
    language = run.options.language

    def tell(key: str, **values: object) -> str:
        return say(key, language, **values)

    def sign_in(who: str, token: str) -> str:
        return tell("serve_sign_in", who=who, address=pages.sign_in, token=token)

    lines = [
        sign_in(tell("serve_desk"), pages.desk_token),
        sign_in(tell("serve_lead", team=run.tally.roster[pages.lead].details.name), pages.lead_token),
        sign_in(tell("serve_director"), pages.director_token),
        *([tell("serve_offer", address=pages.offer)] if pages.offer else []),
        *([tell("serve_resident", address=pages.resident, case=pages.case, code=pages.code)] if pages.case else []),
        state_line(run.stage.settings.state, kept=run.options.state is not None, language=language),
        tell("serve_ends"),
    ]
    console = Console(stderr=run.options.as_json)
    console.print(f"\n[bold]{tell('serve_title')}[/bold] · {layout().name}")
    for line in lines:
        console.print(f"  {line}", highlight=False, soft_wrap=True)
    if run.options.as_json:
        sys.stdout.write(json.dumps(asdict(pages), ensure_ascii=False) + "\n")
        sys.stdout.flush()
