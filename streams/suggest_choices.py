"""What the desk chose beside the proposals, read from the log: the latest record of each request, committed only."""

from __future__ import annotations

from linli.schemas.assignment import AssignmentRecord
from linli.schemas.suggest_report import Opinion, opinions
from linli.schemas.topics import ASSIGNMENTS
from linli.streams.codec import decode_as
from linli.streams.kafka_client import KafkaAddress
from linli.streams.log_reader import LogReader, Span, open_reader


async def read_opinions(address: KafkaAddress, partitions: int) -> list[Opinion]:
    """Read what the desk and Linli thought of every request that the log still has.

    Parameters
    ----------
    address
        How to reach Kafka.
    partitions
        How many partitions the topic has.

    Raises
    ------
    pydantic.ValidationError
        If a record of the ledger is none.
    linli.streams.log_reader.LogStalledError
        If a partition cannot be read to its end.

    Notes
    -----
    One partition at a time is held in memory, as bytes. A request that retention has removed is not counted any more.
    """
    found: list[Opinion] = []
    async with open_reader(address) as reader:
        for span in await reader.spans(ASSIGNMENTS.name, range(partitions)):
            for value in (await _latest(reader, span)).values():
                found += opinions(decode_as(AssignmentRecord, value))
    return found


async def _latest(reader: LogReader, span: Span) -> dict[bytes, bytes]:
    values: dict[bytes, bytes] = {}
    async for record in reader.read(span):
        key = record.key or b""
        if record.value is None:
            values.pop(key, None)
        else:
            values[key] = record.value
    return values
