"""Sending a whole file: every line judged, the good ones sealed and sent, the broken ones named."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Final

from aiokafka.errors import KafkaError

from linli.schemas.errors import Code, LinliError
from linli.schemas.glossary import word
from linli.services.cli.csv_columns import Columns, Context
from linli.services.cli.here import Here
from linli.services.cli.inbox_files import InboxFile, read_file
from linli.services.cli.out import Out
from linli.services.cli.refusals import as_data, columns_for, in_words
from linli.services.cli.sending import Desk, open_desk
from linli.services.cli.times import zone_named
from linli.services.cli.words import TONGUE, both
from linli.services.preparing import Prepared
from linli.streams.inbox_record import RefusedError
from linli.streams.inbox_writer import InboxWriter, NotAcknowledgedError

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
    """What came of it: every line that was accepted, and every one that was refused, as a program is told of it."""

    accepted: list[dict[str, object]] = field(default_factory=list[dict[str, object]])
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
    run = _Run(file, sending, desk, desk.district(sending.district), Context(zone, desk.world.menu), out)
    _say_assumptions(file, sending, out)
    with _bar(file.text.count("\n"), out) as advance:
        await (run.check() if sending.check else run.send(advance))
    if not run.sent.accepted and not run.sent.refused:
        raise LinliError(Code.NOTHING_TO_DO, path=file.name)
    return _say_result(sending, run.sent, out)


@dataclass(slots=True)
class _Run:
    """One file on its way."""

    file: InboxFile
    sending: Sending
    desk: Desk
    district: str
    context: Context
    out: Out
    sent: Sent = field(default_factory=Sent)

    async def check(self) -> None:
        """Judge every line and send none."""
        for line, prepared in self._judged():
            self._accept(line, prepared)

    async def send(self, advance: Advance) -> None:
        """Send the good lines; a batch counts as submitted only when the broker has acknowledged all of it.

        The keys of a batch are written before its events, so a part that is sealed can always be opened.
        """
        if self.desk.address is None or self.desk.facts is None:
            raise ValueError("a desk that only checks cannot send")
        async with InboxWriter(self.desk.address, self.desk.facts) as writer:
            lines = self._judged()
            while batch := list(islice(lines, BATCH)):
                try:
                    await writer.send([prepared.event for _, prepared in batch])
                except (NotAcknowledgedError, KafkaError):
                    self._say_how_far(batch[0][0])
                    raise
                for line, prepared in batch:
                    self._accept(line, prepared)
                advance(len(batch))

    def _judged(self) -> Iterator[tuple[int, Prepared]]:
        """Yield what can be sent, with its line; say and keep what is refused."""
        for line in self.file.lines(self.sending.columns, self.context):
            try:
                if line.body is None:
                    raise line.refused or ValueError("a line is either read or refused")
                prepared = self.desk.prepared(line.body, self.sending.source, self.district)
            except RefusedError as refused:
                self._refuse(line.number, refused)
            else:
                yield line.number, prepared

    def _say_how_far(self, line: int) -> None:
        """Say what is certain when the broker went away: a person must know which lines to send again."""
        count = len(self.sent.accepted)
        self.out.warn(
            f"Submitted {count} before Kafka went away; send again from line {line} on.",
            f"Kafka 中断前已提交 {count} 条；请从第 {line} 行起重新提交。",
        )

    def _refuse(self, line: int, refused: RefusedError) -> None:
        columns = columns_for(self.file.shape, self.sending.columns)
        self.sent.refused.append(as_data(line, refused, columns))
        why = in_words(refused, columns)
        self.out.warn(f"Line {line}: {why}", f"第 {line} 行：{why}")

    def _accept(self, line: int, prepared: Prepared) -> None:
        told: dict[str, object] = {"line": line, "number": prepared.number, "request": prepared.command.request_id}
        if prepared.referral:
            told["referral"] = prepared.referral
        self.sent.accepted.append(told)
        if prepared.referral:
            # Nobody must wait for a volunteer who will never be sent: the person at the terminal is told at once.
            office = word(f"office.{prepared.referral}", TONGUE)
            self.out.warn(f"Line {line}: no volunteer is sent: {office}!", f"第 {line} 行：不派志愿者，{office}！")


def _say_assumptions(file: InboxFile, sending: Sending, out: Out) -> None:
    out.say(
        f"Times without a zone are read in {sending.zone}.",
        f"未注明时区的时间按 {sending.zone} 读取。",
    )
    if file.encoding != "utf-8":
        out.say(f"{file.name} is read as {file.encoding.upper()}.", f"{file.name} 按 {file.encoding.upper()} 读取。")


def _say_result(sending: Sending, sent: Sent, out: Out) -> int:
    count, refused = len(sent.accepted), len(sent.refused)
    out.data(
        {
            "checked" if sending.check else "submitted": count,
            "refused": refused,
            "zone": sending.zone,
            "accepted_lines": sent.accepted,
            "refused_lines": sent.refused,
        }
    )
    if sending.check:
        out.say(f"{count} can be submitted; nothing was sent.", f"{count} 条可以提交；未发送任何内容。")
    else:
        out.say(f"Submitted {count}; Kafka has them.", f"已提交 {count} 条，Kafka 已确认。")
    if refused == 0:
        return 0
    if sending.check:
        out.warn(f"{refused} would be refused.", f"{refused} 条将被拒。")
        return 1
    fault = LinliError(Code.LINES_REFUSED, refused=refused, count=count + refused)
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
