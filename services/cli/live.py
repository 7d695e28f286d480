"""Following the ledger as it is written: a line for every transition of a request and for every dead letter."""

from __future__ import annotations

import time
from typing import Any, Final

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.dead_letters import DeadLetter
from linli.schemas.glossary import word, word_of
from linli.schemas.topics import ASSIGNMENTS, DEAD_LETTERS
from linli.services.cli.board_lookups import number_of, request_meant
from linli.services.cli.here import Here
from linli.services.cli.out import Out, clock
from linli.services.cli.words import TONGUE, both
from linli.streams.codec import decode
from linli.streams.ground_facts import read_facts
from linli.streams.kafka_client import KafkaAddress, kafka_client_kwargs, stop_consumer

POLL_S: Final = 0.5
"""How long one look waits for records: how late a Ctrl-C or the end of a limit is noticed at most."""

QUIET_S: Final = 15.0
"""After so long without a record Kafka is asked whether it still answers: a client alone would wait for ever."""


async def follow(here: Here, out: Out, request: str | None, seconds: float, *, from_start: bool) -> None:
    """Write a line for everything that happens.

    Parameters
    ----------
    here, out
        Where Kafka is; where the lines go.
    request
        Only this one, or ``None`` for all.
    seconds
        For how long; infinite for until it is interrupted.
    from_start
        Whether to begin with the oldest record that is kept.

    Raises
    ------
    LinliError
        If Kafka does not answer, now or later, or there is no such request.
    """
    address = await here.reach_kafka()
    wanted = None if request is None else await _id_of(here, request)
    consumer = await _tail(address, from_start=from_start)
    out.say("Following; Ctrl-C ends it.", "正在实时查看，按 Ctrl-C 结束。")
    ends, heard = time.monotonic() + seconds, time.monotonic()
    try:
        while (now := time.monotonic()) < ends:
            batches = await consumer.getmany(timeout_ms=int(1_000 * min(POLL_S, ends - now)))
            for pair, records in batches.items():
                for record in records:
                    _tell(pair.topic, record.value, wanted, out)
            if batches:
                heard = now
            elif now - heard > QUIET_S:
                await here.reach_kafka()
                heard = now
    finally:
        await stop_consumer(consumer)


async def _id_of(here: Here, request: str) -> str:
    async with here.board() as board:
        return (await request_meant(board, request)).request_id


async def _tail(address: KafkaAddress, *, from_start: bool) -> Any:
    """Open a reader of the two topics that stands at their end, or at their beginning."""
    from aiokafka import AIOKafkaConsumer, TopicPartition

    partitions = (await read_facts(address)).district_map.partitions
    consumer: Any = AIOKafkaConsumer(
        **kafka_client_kwargs(address), isolation_level="read_committed", enable_auto_commit=False
    )
    await consumer.start()
    topics = (ASSIGNMENTS.name, DEAD_LETTERS.name)
    pairs = [TopicPartition(topic, number) for topic in topics for number in range(partitions)]
    consumer.assign(pairs)
    await (consumer.seek_to_beginning(*pairs) if from_start else consumer.seek_to_end(*pairs))
    return consumer


def _tell(topic: str, value: bytes | None, wanted: str | None, out: Out) -> None:
    match None if value is None else decode(topic, value):
        case AssignmentRecord() as record if wanted in (None, record.request_id):
            out.data(_transition(record))
            if not out.as_json:
                line = f"{clock(record.at)}  {record.request_id}  {number_of(record)}  {_happened(record)}"
                out.say(line, line)
        case DeadLetter() as letter if wanted is None:
            out.data({"kind": "dead_letter", **letter.model_dump(mode="json", exclude={"payload"})})
            if not out.as_json:
                reason = word_of(letter.reason, TONGUE)
                label = word("term.dead_letter", TONGUE)
                line = f"{clock(letter.received_at)}  {label} {letter.id}  {reason}  {letter.path}"
                out.say(line, line)
        case _:
            pass


def _transition(record: AssignmentRecord) -> dict[str, object]:
    return {
        "kind": "request",
        "request_id": record.request_id,
        "version": record.version,
        "at": record.at,
        "state": record.state.value,
        "cause": record.cause,
        "team": _team_of(record),
    }


def _happened(record: AssignmentRecord) -> str:
    team = _team_of(record)
    cause = word(f"cause.{record.cause}", TONGUE)
    return f"{word_of(record.state, TONGUE)} ({cause}{both(', ', '，') + team if team else ''})"


def _team_of(record: AssignmentRecord) -> str | None:
    """Name the team it is about: the one that goes, or else the one that was asked last."""
    going = [leg.assignment.team for leg in record.legs if leg.assignment is not None]
    asked = [leg.offers[-1].team for leg in record.legs if leg.offers]
    return next(iter(going or asked[-1:]), None)
