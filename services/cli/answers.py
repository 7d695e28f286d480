"""``answer``: what a team lead says to an offer, or about the visit that came of it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from linli.services.cli.options import AsJson, Wait
from linli.services.cli.words import both

if TYPE_CHECKING:
    from pydantic import BaseModel

Choice = TypeVar("Choice", bound=StrEnum)

Offer = Annotated[str, typer.Argument(metavar="OFFER", help=both("The offer's id.", "邀约编号。"))]
Members = Annotated[
    list[str] | None,
    typer.Option(
        "--member", help=both("Who goes (accept, swap); several may be given.", "上门成员（接单、换人），可多次给出。")
    ),
]
Why = Annotated[
    str,
    typer.Option(
        "--reason",
        help=both(
            "Why. Declined: busy, too_far, lacks_skill, lacks_people, knows_household, other. "
            "Failed: nobody_home, refused, wrong_need, unsafe, other. Withdrawn: in your own words.",
            "原因。婉拒（decline）：busy 已有安排、too_far 路程太远、lacks_skill 缺少技能、lacks_people 人手不足、"
            "knows_household 相识需回避、other 其他；上门未果（failed）：nobody_home 家中无人、refused 拒绝服务、"
            "wrong_need 与下单不符、unsafe 现场不安全、other 其他；退单（withdraw）：写明原因。",
        ),
    ),
]
Minutes = Annotated[
    int | None,
    typer.Option(
        "--minutes", min=0, max=1440, help=both("How many minutes it took (done).", "用时（分钟，完成时必填）。")
    ),
]
Spent = Annotated[
    int | None,
    typer.Option(
        "--spent-fen",
        min=0,
        help=both("Money laid out for the resident, in fen (done).", "代付金额（分，完成时填写）。"),
    ),
]
Receipt = Annotated[
    bool,
    typer.Option(
        "--receipt", help=both("The receipt was handed over (with --spent-fen).", "小票已交付（与 --spent-fen 连用）。")
    ),
]
Whole = Annotated[
    bool,
    typer.Option(
        "--series",
        help=both(
            "The whole standing order (accept); from this visit on (withdraw).",
            "接下整个系列（接单）；本次及以后各次（退单）。",
        ),
    ),
]
Team = Annotated[
    str | None,
    typer.Option("--team", help=both("Who answers (default: whom it is for).", "答复队伍（默认为收到邀约的队伍）。")),
]


class Action(StrEnum):
    """What can be said."""

    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    START = "start"
    DONE = "done"
    FAILED = "failed"
    SWAP = "swap"


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("answer", help=both("Answer an offer, or report on its visit.", "答复派单邀约，或上报上门情况。"))(
        answer
    )


def answer(
    offer: Offer,
    action: Annotated[
        Action,
        typer.Argument(
            help=both(
                "What the team says: yes; no; it cannot go after all; it has begun; it is over; it came to nothing; "
                "others go.",
                "队伍的答复：接单、婉拒、退单、开始、完成、上门未果、换人。",
            )
        ),
    ],
    member: Members = None,
    reason: Why = "",
    minutes: Minutes = None,
    note: Annotated[str, typer.Option("--note", help=both("A sentence to be recorded.", "备注。"))] = "",
    spent: Spent = None,
    receipt: Receipt = False,
    series: Whole = False,
    team: Team = None,
    wait: Wait = 10.0,
    as_json: AsJson = False,
) -> int:
    """Send the answer of a team lead."""
    from linli.services.cli.delivering import deliver, team_of_offer
    from linli.services.cli.here import Here, run
    from linli.streams.board.reader import request_of

    async def work() -> int:
        who = team or await team_of_offer(Here.look(), offer)
        body = _body(action, offer, who, tuple(member or ()), reason, minutes, note)
        if spent is not None:
            body = _with_spent(body, spent, receipt)
        if series:
            body = _for_series(body)
        # The sender is the team: an answer for another team's offer is refused by the desk.
        return await deliver(
            body, request=request_of(offer), source=f"team:{who}", district=None, wait=wait, as_json=as_json
        )

    return run(work())


def _body(
    action: Action, offer: str, team: str, members: tuple[str, ...], reason: str, minutes: int | None, note: str
) -> BaseModel:
    from linli.schemas.answers import (
        Accept,
        Decline,
        DeclineReason,
        Done,
        FailedReason,
        FailedVisit,
        Start,
        SwapMembers,
        Withdraw,
    )

    match action:
        case Action.ACCEPT:
            _needs(members, "accept", "--member")
            return Accept(offer=offer, team=team, members=members)
        case Action.DECLINE:
            return Decline(offer=offer, team=team, reason=_one_of(DeclineReason, reason), note=note)
        case Action.WITHDRAW:
            _needs(reason, "withdraw", "--reason")
            return Withdraw(offer=offer, team=team, reason=reason)
        case Action.START:
            return Start(offer=offer, team=team)
        case Action.DONE:
            _needs(minutes is not None, "done", "--minutes")
            return Done(offer=offer, team=team, minutes=minutes or 0)
        case Action.FAILED:
            return FailedVisit(offer=offer, team=team, reason=_one_of(FailedReason, reason), note=note)
        case Action.SWAP:
            _needs(members, "swap", "--member")
            return SwapMembers(offer=offer, team=team, members=members)


def _with_spent(body: BaseModel, amount: int, receipt: bool) -> BaseModel:
    from linli.schemas.answers import SPENT_MAX, Done, Spent
    from linli.schemas.errors import Code, LinliError

    if not isinstance(body, Done):
        raise LinliError(Code.USAGE, detail=both("--spent-fen belongs to done", "--spent-fen 仅用于 done"))
    if amount > SPENT_MAX:
        raise LinliError(Code.USAGE, detail=both(f"--spent-fen: 0 to {SPENT_MAX}", f"--spent-fen：0 至 {SPENT_MAX}"))
    return body.model_copy(update={"spent": Spent(amount_fen=amount, receipt=receipt)})


def _for_series(body: BaseModel) -> BaseModel:
    from linli.schemas.answers import Accept, Withdraw
    from linli.schemas.errors import Code, LinliError

    if not isinstance(body, Accept | Withdraw):
        detail = both("--series belongs to accept and withdraw", "--series 仅用于 accept 和 withdraw")
        raise LinliError(Code.USAGE, detail=detail)
    return body.model_copy(update={"series": True})


def _needs(given: object, action: str, option: str) -> None:
    from linli.schemas.errors import Code, LinliError

    if not given:
        raise LinliError(Code.USAGE, detail=both(f"{action} needs {option}", f"{action} 须有 {option}"))


def _one_of(choices: type[Choice], given: str) -> Choice:
    from linli.schemas.errors import Code, LinliError

    try:
        return choices(given)
    except ValueError:
        listed = ", ".join(choice.value for choice in choices)
        raise LinliError(Code.USAGE, detail=both(f"--reason is one of {listed}", f"--reason 可选 {listed}")) from None
