"""Sending a whole file: every line judged, the good ones sealed and sent, the broken ones named."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

from aiokafka.errors import KafkaError

from linli.schemas.errors import Code, LinliError
from linli.services.cli.here import Here
from linli.services.cli.inbox_files import InboxFile, inbox_file
from linli.services.cli.out import Out
from linli.services.cli.own_places import own_district
from linli.services.cli.refusals import as_data, in_words, where
from linli.services.cli.sending import Desk, open_desk
from linli.services.cli.sheet_options import mapping_of
from linli.services.cli.sum_lines import say_sums
from linli.services.cli.times import zone_named
from linli.services.cli.words import TONGUE, both
from linli.services.offices import office_name
from linli.services.preparing import Prepared
from linli.services.sheets.columns import Columns, Context
from linli.services.sheets.notes import sheet_word
from linli.services.sheets.place_names import PlaceNames
from linli.services.sheets.reading import Line
from linli.services.sheets.returning import Returned
from linli.streams.intake.inbox_record import RefusedError
from linli.streams.intake.inbox_writer import InboxWriter, NotAcknowledgedError

BATCH: Final = 200
"""Events sent at once: large enough to be quick, small enough that little is in doubt when the broker dies."""

TOLD_MAX: Final = 5_000
"""Lines told one by one, a county's month; of a larger file the counts tell more, and `Returned` holds every one."""

Arrange = Callable[[Sequence[Line]], Iterable[Line]]
"""Puts lines in order."""

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
    mapping
        A mapping file for another system's export.
    sheet
        The sheet of a workbook to read.
    returned
        Where to write the refused lines, to be corrected and given again.
    given
        What holds for every line that says nothing itself, as COLUMN=VALUE.
    arrange
        Puts the lines in order, and refuses those that do not go with the others; then the whole file is held.
    places
        A sheet of the county's own names for grids and villages; the codes must be those that are served.
    """

    file: str
    columns: Columns
    source: str
    district: str | None
    zone: str
    check: bool
    mapping: Path | None = None
    sheet: str | None = None
    returned: Path | None = None
    given: tuple[str, ...] = ()
    places: str | None = None
    arrange: Arrange | None = None


@dataclass(slots=True)
class Sent:
    """What came of it: how many lines were accepted and refused, and the first of each as a program is told of them."""

    accepted: list[dict[str, object]] = field(default_factory=list[dict[str, object]])
    refused: list[dict[str, object]] = field(default_factory=list[dict[str, object]])
    accepted_count: int = 0
    refused_count: int = 0


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
    with inbox_file(
        sending.file, sending.columns, mapping_of(sending.mapping, sending.columns, sending.sheet, sending.given)
    ) as file:
        zone = zone_named(sending.zone)
        desk = await open_desk(Here.look(), check_only=sending.check)
        district = desk.district(sending.district)
        context = Context(zone, desk.world.menu, desk.world.at(datetime.now(UTC)))
        served = desk.world.districts[district].district
        named = served if sending.places is None else own_district(sending.places, district, context)
        context = replace(context, places=PlaceNames(named))
        with Returned.to(sending.returned, file.sheets, TONGUE) as returned, _bar(out) as advance:
            run = _Run(file, sending, desk, district, context, out, returned)
            _say_assumptions(file, sending, out)
            await (run.check(advance) if sending.check else run.send(advance))
    say_sums(file.name, file.sums, len(file.sheets), out)
    if not run.sent.accepted_count and not run.sent.refused_count:
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
    returned: Returned
    sent: Sent = field(default_factory=Sent)

    def at(self, line: Line) -> str:
        """Name a line."""
        return where(line, len(self.file.sheets))

    async def check(self, advance: Advance) -> None:
        """Judge every line and send none."""
        for line, prepared in self._judged():
            self._accept(line, prepared)
            advance(1)

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

    def _judged(self) -> Iterator[tuple[Line, Prepared]]:
        """Yield what can be sent, with its line; say and keep what is refused."""
        for sure in self._lines():
            try:
                if sure.body is None:
                    raise sure.refused or ValueError("a line is either read or refused")
                prepared = self.desk.prepared(sure.body, self.sending.source, self.district)
            except RefusedError as refused:
                self._refuse(sure, refused)
            else:
                yield sure, prepared

    def _lines(self) -> Iterable[Line]:
        """Give the lines in the order in which they are sent."""
        lines = (line.confirmed() for line in self.file.lines(self.context))
        return lines if self.sending.arrange is None else self.sending.arrange(list(lines))

    def _say_how_far(self, line: Line) -> None:
        """Say what is certain when the broker went away: a person must know which lines to send again."""
        count = self.sent.accepted_count
        self.out.warn(
            f"Submitted {count} before Kafka went away; send again from line {self.at(line)} on.",
            f"Kafka 中断前已提交 {count} 条；请从第 {self.at(line)} 行起重新提交。",
        )

    def _refuse(self, line: Line, refused: RefusedError) -> None:
        why = in_words(refused, self.file.columns)
        self.sent.refused_count += 1
        self.returned.add(line, why)
        if self.sent.refused_count <= TOLD_MAX:
            self.sent.refused.append(as_data(line, refused, self.file.columns))
            self.out.warn(f"Line {self.at(line)}: {why}", f"第 {self.at(line)} 行：{why}")

    def _accept(self, line: Line, prepared: Prepared) -> None:
        self.sent.accepted_count += 1
        told: dict[str, object] = {"line": line.number, "number": prepared.number}
        told["request"] = prepared.command.request_id
        if prepared.referral:
            told["referral"] = prepared.referral
        if self.sent.accepted_count <= TOLD_MAX:
            self.sent.accepted.append(told)
        if prepared.referral:
            # Nobody must wait for a volunteer who will never be sent: the person at the terminal is told at once.
            office = office_name(prepared.referral, self.context.menu, TONGUE)
            at = self.at(line)
            self.out.warn(f"Line {at}: no volunteer is sent: {office}!", f"第 {at} 行：不派志愿者，{office}！")


def _say_assumptions(file: InboxFile, sending: Sending, out: Out) -> None:
    out.say(
        f"Times without a zone are read in {sending.zone}.",
        f"未注明时区的时间按 {sending.zone} 读取。",
    )
    for title, why in file.skipped:
        reason = sheet_word(f"skipped.{why}", TONGUE)
        out.say(f"The sheet {title} is not read: {reason}.", f"未读取工作表“{title}”：{reason}。")
    unread = list(dict.fromkeys(name for sheet in file.sheets for name in sheet.unread))
    if unread:
        named = ", ".join(unread)
        out.say(f"Columns that are not read: {named}.", f"未使用的列：{named}。")
    if file.encoding not in ("", "utf-8", "utf-8-sig"):
        out.say(f"{file.name} is read as {file.encoding.upper()}.", f"{file.name} 按 {file.encoding.upper()} 读取。")


def _say_result(sending: Sending, sent: Sent, out: Out) -> int:
    count, refused = sent.accepted_count, sent.refused_count
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
def _bar(out: Out) -> Generator[Advance]:
    """Show how many lines are done, where there is a terminal; how many there are is only known at the end."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if out.as_json or not console.is_terminal:
        yield _nothing
        return
    words = TextColumn(both("{task.completed:.0f} lines", "已处理 {task.completed:.0f} 行"))
    with Progress(SpinnerColumn(), words, TimeElapsedColumn(), console=console, transient=True) as progress:
        task = progress.add_task("", total=None)
        yield partial(progress.advance, task)


def _nothing(_: float) -> None:
    """Show nothing."""
