"""What is said of a visit when it is over: its code, a grid worker's confirmation, a review, a low rating's answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from linli.schemas.judging import Remedy, Verdict
from linli.services.cli.options import AsJson, By, Leg, Note, RequestName, Source, Wait, Why
from linli.services.cli.words import both

if TYPE_CHECKING:
    from pydantic import BaseModel

Confirmer = Annotated[str, typer.Option("--by", help=both("Who confirms.", "核实人。"))]
Reviewer = Annotated[str, typer.Option("--by", help=both("Who decides.", "复核人。"))]
Offer = Annotated[str, typer.Argument(metavar="OFFER", help=both("The offer's id.", "邀约编号。"))]
Digits = Annotated[
    str,
    typer.Argument(
        metavar="CODE", help=both("The four digits that the resident told the team.", "居民告知队伍的四位核销码。")
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("code", help=both("Give the resident's service code.", "提交居民核销码。"))(code)
    app.command("confirm-service", help=both("Confirm that help was given.", "网格员核实服务。"))(confirm_service)
    app.command("review", help=both("Decide about a visit with anomalies.", "复核异常服务。"))(review)
    app.command("resolve", help=both("Answer a low rating.", "办结差评回访。"))(resolve)


def code(offer: Offer, digits: Digits, wait: Wait = 10.0, as_json: AsJson = False) -> int:
    """Send the four digits that the resident told the team."""
    from linli.schemas.proving import GiveCode
    from linli.services.cli.delivering import deliver, team_of_offer
    from linli.services.cli.here import Here, run
    from linli.streams.board.reader import request_of

    async def work() -> int:
        team = await team_of_offer(Here.look(), offer)
        body = GiveCode(offer=offer, team=team, code=digits)
        source = f"team:{team}"
        return await deliver(body, request=request_of(offer), source=source, district=None, wait=wait, as_json=as_json)

    return run(work())


def confirm_service(
    request: RequestName,
    by: Confirmer = "grid",
    leg: Leg = 0,
    note: Note = "",
    source: Source = "grid",
    wait: Wait = 10.0,
    as_json: AsJson = False,
) -> int:
    """Say as a grid worker that the help was given."""
    from linli.schemas.proving import ConfirmService
    from linli.services.cli.here import target_named

    body = ConfirmService(target=target_named(request), leg=leg, by=by, note=note)
    return _deliver(body, request, source, wait, as_json)


def review(
    request: RequestName,
    verdict: Annotated[Verdict, typer.Argument(help=both("What is decided.", "复核结果。"))],
    reason: Why,
    by: Reviewer = "office",
    leg: Leg = 0,
    source: Source = "office",
    wait: Wait = 10.0,
    as_json: AsJson = False,
) -> int:
    """Decide about a visit with anomalies."""
    from linli.schemas.proving import ReviewService
    from linli.services.cli.here import target_named

    body = ReviewService(target=target_named(request), leg=leg, verdict=verdict, reason=reason, by=by)
    return _deliver(body, request, source, wait, as_json, seals=True)


def resolve(
    request: RequestName,
    remedy: Annotated[Remedy, typer.Argument(help=both("What came of it.", "处理结果。"))],
    reason: Why,
    by: By = "desk",
    source: Source = "desk",
    wait: Wait = 10.0,
    as_json: AsJson = False,
) -> int:
    """Say what came of a case that a low rating had reopened."""
    from linli.schemas.proving import Resolve
    from linli.services.cli.here import target_named

    body = Resolve(target=target_named(request), remedy=remedy, reason=reason, by=by)
    return _deliver(body, request, source, wait, as_json)


def _deliver(body: BaseModel, request: str, source: str, wait: float, as_json: bool, *, seals: bool = False) -> int:
    from linli.services.cli.delivering import deliver
    from linli.services.cli.here import request_named, run

    named = request_named(request)
    work = deliver(body, request=named, source=source, district=None, wait=wait, as_json=as_json, seals=seals)
    return run(work)
