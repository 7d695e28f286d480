"""``deliveries``: what was told to whom and how, what a person must see to, and what became of a call."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from linli.services.cli.options import AsJson, District, Wait
from linli.services.cli.words import both

LIST_DEFAULT = 50
"""What fits on a screen or two."""


class Which(StrEnum):
    """Which deliveries are listed."""

    CALLS = "calls"
    OPEN = "open"
    SETTLED = "settled"


class Became(StrEnum):
    """What became of a call or an errand; the words of `linli.schemas.desk.ToldOutcome`."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    WRONG_NUMBER = "wrong_number"
    REFUSED = "refused"


Delivery = Annotated[str, typer.Argument(metavar="ID", help=both("As in the list.", "列表中的编号。"))]
List = Annotated[
    Which,
    typer.Option(
        "--which",
        help=both("calls: what a person must see to; open; settled.", "calls 待人工处理；open 进行中；settled 已结。"),
    ),
]
OfRequest = Annotated[
    str | None, typer.Option("--request", help=both("Only about this request.", "只看该单的送达记录。"))
]
Limit = Annotated[int, typer.Option("--limit", min=1, max=1_000, help=both("How many at most.", "最多条数。"))]
Reveal = Annotated[
    bool,
    typer.Option(
        "--reveal",
        help=both("Show contact and door code; needs the master key.", "显示联系方式和上门口令（需主密钥）。"),
    ),
]
By = Annotated[str, typer.Option("--by", help=both("Who called or went.", "联系人或上门人。"))]
Note = Annotated[str, typer.Option("--note", help=both("A sentence to be recorded.", "备注。"))]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    deliveries = typer.Typer(
        no_args_is_help=True,
        rich_markup_mode=None,
        help=both("What was told to whom, and the list of calls.", "送达记录与待联系清单。"),
    )
    deliveries.command("list", help=both("List them; the calls to be made first.", "列出送达记录，默认列待联系。"))(
        list_deliveries
    )
    deliveries.command("show", help=both("Show one, channel by channel.", "查看一条，逐渠道列出。"))(show_delivery)
    deliveries.command("told", help=both("Say what became of a call or errand.", "登记联系或上门告知的结果。"))(told)
    app.add_typer(deliveries, name="deliveries")


def list_deliveries(
    which: List = Which.CALLS, request: OfRequest = None, limit: Limit = LIST_DEFAULT, as_json: AsJson = False
) -> int:
    """List deliveries."""
    from linli.services.cli.delivery_sheet import list_some
    from linli.services.cli.here import Here, run
    from linli.services.cli.out import Out

    run(list_some(Here.look(), Out(as_json), which.value, request, limit))
    return 0


def show_delivery(delivery: Delivery, reveal: Reveal = False, as_json: AsJson = False) -> int:
    """Show a delivery."""
    from linli.services.cli.delivery_sheet import show_one
    from linli.services.cli.here import Here, run
    from linli.services.cli.out import Out

    run(show_one(Here.look(), Out(as_json), delivery, reveal=reveal))
    return 0


def told(
    delivery: Delivery,
    outcome: Annotated[Became, typer.Argument(help=both("What became of it.", "结果。"))],
    by: By,
    note: Note = "",
    district: District = None,
    wait: Wait = 10.0,
    as_json: AsJson = False,
) -> int:
    """Send what became of a call or an errand."""
    from linli.schemas.desk import Told, ToldOutcome
    from linli.services.cli.delivering import deliver
    from linli.services.cli.delivery_sheet import found
    from linli.services.cli.here import DESK, Here, run

    async def work() -> int:
        record = await found(Here.look(), delivery)
        body = Told(delivery=delivery, outcome=ToldOutcome(outcome.value), by=by, note=note)
        where = district or record.district
        return await deliver(body, request=None, source=DESK, district=where, wait=wait, as_json=as_json)

    return run(work())
