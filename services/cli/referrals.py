"""What an office says of a request that was referred to it: ``linli answer-referral``."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from linli.services.cli.options import AsJson, By, RequestName, Source, Wait
from linli.services.cli.words import both

Said = Annotated[
    Literal["accepted", "done", "returned", "refused"],
    typer.Argument(
        metavar="OUTCOME",
        help=both(
            "It takes it; it has done it; volunteers can do it after all; it is not its task.",
            "接收、办结、退回、不属职责。",
        ),
    ),
]
NoteOption = Annotated[
    str,
    typer.Option("--note", help=both("Why; needed for returned and refused.", "说明；退回或不属职责时必填。")),
]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("answer-referral", help=both("Enter what an office says of a referral.", "登记部门对转办事项的答复。"))(
        answer_referral
    )


def answer_referral(
    request: RequestName,
    outcome: Said,
    note: NoteOption = "",
    by: By = "desk",
    source: Source = "desk",
    wait: Wait = 10.0,
    as_json: AsJson = False,
) -> int:
    """Enter the answer; what is given back is matched again."""
    from linli.schemas.errors import Code, LinliError
    from linli.schemas.referrals import GIVEN_BACK, AnswerReferral, ReferralOutcome
    from linli.services.cli.desk import deliver
    from linli.services.cli.here import request_named, target_named

    said = ReferralOutcome(outcome)
    if said in GIVEN_BACK and not note.strip():
        raise LinliError(Code.USAGE, detail=f"--note: {both('say why', '请说明原因')}")
    body = AnswerReferral(target=target_named(request), outcome=said, note=note, by=by)
    return deliver(body, request_named(request), source, None, wait, as_json)
