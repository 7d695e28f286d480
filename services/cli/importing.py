"""Sending a whole file: every line judged, the good ones sealed and sent, the broken ones named."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from linli.schemas.errors import Code, LinliError
from linli.services.cli.csv_columns import Columns, Context
from linli.services.cli.here import Here
from linli.services.cli.inbox_files import InboxFile, read_file
from linli.services.cli.out import Out
from linli.services.cli.refusals import as_data, columns_for, in_words
from linli.services.cli.sending import Desk, open_desk
from linli.services.cli.times import zone_named
from linli.services.cli.words import TONGUE, both
from linli.streams.inbox_record import RefusedError
from linli.streams.inbox_writer import InboxWriter, Outgoing

BATCH: Final = 200
"""Events sent at once: large enough to be quick, small enough that little is in doubt when the broker dies."""

BAR_FROM: Final = 500
"""From so many lines on a bar shows how far it is; fewer take about a second."""

Advance = Callable[[float], None]
"""Moves the bar on."""


@dataclass(frozen=True, slots=True)
class Sending:
    """What is to be sent, and how.

    Parameters
    ----------
    file
        Its name; ``-`` for standard input.
    columns
        The columns if it is a CSV; their kind is that of events that do not say.
    source, district
        Who sends, and where to; the district may be ``None`` if there is only one.
    zone
        The zone of times that state none.
    check
        Whether nothing is sent.
    """

    file: str
    columns: Columns
    source: str
    district: str | None
    zone: str
    check: bool


@dataclass(slots=True)
class Sent:
    """What came of it."""

    count: int = 0
    commands: list[str] = field(default_factory=list[str])
    refused: list[dict[str, object]] = field(default_factory=list[dict[str, object]])


async def send_file(sending: Sending, out: Out) -> int:
    """Send a file and say what came of it.

    Returns
    -------
    int
        0 if every line went through, 1 if any was refused.

    Raises
    ------
    LinliError
        If the file cannot be used or Kafka does not answer; then nothing was sent.
    """
    file = read_file(sending.file)
    zone = zone_named(sending.zone)
    desk = await open_desk(Here.look(), check_only=sending.check)
    district = desk.district(sending.district)
    _say_assumptions(file, sending, out)
    sent = Sent()
    context = Context(zone, desk.world.menu)
    with _bar(file.text.count("\n"), out) as advance:
        if sending.check:
            for _ in _judged(file, sending, desk, district, context, sent, out):
                sent.count += 1
                advance(1)
        else:
            await _send_in_batches(file, sending, desk, district, context, sent, out, advance)
    if sent.count == 0 and not sent.refused:
        raise LinliError(Code.NOTHING_TO_DO, path=file.name)
    return _say_result(sending, sent, out)


async def _send_in_batches(
    file: InboxFile,
    sending: Sending,
    desk: Desk,
    district: str,
    context: Context,
    sent: Sent,
    out: Out,
    advance: Advance,
) -> None:
    """Send the good lines; a batch counts as submitted only when the broker has acknowledged all of it."""
    if desk.address is None or desk.facts is None:
        raise ValueError("a desk that only checks cannot send")
    async with InboxWriter(desk.address, desk.facts) as writer:
        batch: list[Outgoing] = []
        for event in _judged(file, sending, desk, district, context, sent, out):
            batch.append(event)
            if len(batch) == BATCH:
                await _send_batch(writer, batch, sent, advance)
                batch = []
        await _send_batch(writer, batch, sent, advance)


async def _send_batch(writer: InboxWriter, batch: list[Outgoing], sent: Sent, advance: Advance) -> None:
    sent.commands += await writer.send(batch)
    sent.count += len(batch)
    advance(len(batch))


def _judged(
    file: InboxFile, sending: Sending, desk: Desk, district: str, context: Context, sent: Sent, out: Out
) -> Iterator[Outgoing]:
    """Yield what can be sent; say and count what is refused."""
    columns = columns_for(file.shape, sending.columns)
    for line in file.lines(sending.columns, context):
        try:
            if line.body is None:
                raise line.refused or ValueError("a line is either read or refused")
            yield desk.prepared(line.body, sending.source, district)
        except RefusedError as refused:
            sent.refused.append(as_data(line.number, refused, columns))
            out.warn(
                f"Line {line.number}: {in_words(refused, columns)}",
                f"第 {line.number} 行：{in_words(refused, columns)}",
            )


def _say_assumptions(file: InboxFile, sending: Sending, out: Out) -> None:
    out.say(
        f"Times without a zone are read in {sending.zone}.",
        f"未注明时区的时间按 {sending.zone} 读取。",
    )
    if file.encoding != "utf-8":
        out.say(f"{file.name} is read as {file.encoding.upper()}.", f"{file.name} 按 {file.encoding.upper()} 读取。")


def _say_result(sending: Sending, sent: Sent, out: Out) -> int:
    refused = len(sent.refused)
    out.data(
        {
            "checked" if sending.check else "submitted": sent.count,
            "refused": refused,
            "zone": sending.zone,
            "lines": sent.refused,
        }
    )
    if sending.check:
        out.say(f"{sent.count} can be submitted; nothing was sent.", f"{sent.count} 条可以提交；未发送任何内容。")
    else:
        out.say(f"Submitted {sent.count}; Kafka has them.", f"已提交 {sent.count} 条，Kafka 已确认。")
    if refused == 0:
        return 0
    if sending.check:
        out.warn(f"{refused} would be refused.", f"{refused} 条将被拒。")
        return 1
    fault = LinliError(Code.LINES_REFUSED, refused=refused, count=sent.count + refused)
    sentence = f"{fault.sentence(TONGUE)} {fault.what_to_do(TONGUE)}"
    out.warn(sentence, sentence)
    return 1


@contextmanager
def _bar(lines: int, out: Out) -> Generator[Advance]:
    """Show how far it is, where there is a terminal and enough to wait for."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    if out.as_json or lines < BAR_FROM or not console.is_terminal:
        yield _nothing
        return
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task(both("sending", "发送中"), total=lines)
        yield partial(progress.advance, task)


def _nothing(_: float) -> None:
    """Show nothing."""
