"""Offers that wait: proposed ones for the desk's word, open ones for the team's answer."""

from __future__ import annotations

from linli.schemas.errors import Code, LinliError
from linli.schemas.glossary import word_of
from linli.services.cli.board_lookups import category_name, team_names
from linli.services.cli.here import Here
from linli.services.cli.out import Out, clock
from linli.services.cli.words import TONGUE, both
from linli.streams.board.reader import OfferSeen


async def list_offers(here: Here, out: Out, team: str | None) -> None:
    """List them, those of one team or all; the first to expire first.

    Raises
    ------
    LinliError
        If there is no such team.
    """
    async with here.board() as board:
        if team is not None and await board.team(team) is None:
            raise LinliError(Code.UNKNOWN_TEAM, id=team)
        found = await board.proposed() + await board.open_offers()
        found = [one for one in found if team in (None, one.offer.team)]
        names = await team_names(board, (one.offer.team for one in found))
    for one in found:
        out.data(_as_data(one))
    if not found:
        out.say("No offer is waiting.", "没有待处理的邀约。")
    headers = (
        both("offer", "邀约"),
        "",
        both("team", "队伍"),
        both("help", "服务"),
        both("start", "上门"),
        both("until", "截止"),
    )
    out.wide_table(headers, [_row(one, names[one.offer.team]) for one in found])


def _row(one: OfferSeen, team: str) -> tuple[str, ...]:
    offer = one.offer
    help_ = category_name(one.request.help_of(offer.id))
    until = clock(offer.expires) if offer.state.value == "open" else ""
    return (offer.id, word_of(offer.state, TONGUE), team, help_, clock(offer.start), until)


def _as_data(one: OfferSeen) -> dict[str, object]:
    return {"request_id": one.request.request_id, "leg": one.leg, **one.offer.model_dump(mode="json", exclude={"why"})}
