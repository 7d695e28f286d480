"""What is known of deliveries: the fold of the topic ``deliveries``, the latest record of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from pydantic import ValidationError

from linli.schemas.deliveries import DeliveryRecord
from linli.schemas.topics import DELIVERIES
from linli.streams.codec import decode_as
from linli.streams.kafka_client import KafkaAddress
from linli.streams.log_lines import log_for
from linli.streams.log_reader import open_reader

KEPT: Final = timedelta(days=30)
"""As long as the topic keeps a record. What is forgotten could be told again, and by then its request is closed."""

_log = log_for("delivery")


class DeliveryBook:
    """The latest record of every delivery, found by its id, its request, or the offer it is about."""

    def __init__(self) -> None:
        self._records: dict[str, DeliveryRecord] = {}
        self._of_request: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._open: dict[str, None] = {}

    def __len__(self) -> int:
        return len(self._records)

    def put(self, record: DeliveryRecord) -> None:
        """Note a delivery's newest record."""
        self._records[record.id] = record
        for request in record.requests:
            self._of_request[request][record.id] = None
        if record.settled:
            self._open.pop(record.id, None)
        else:
            self._open[record.id] = None

    def get(self, delivery: str) -> DeliveryRecord | None:
        """Give a delivery, if it is known."""
        return self._records.get(delivery)

    def of_request(self, request: str) -> list[DeliveryRecord]:
        """Give every delivery about a request, lists of a day among them, in the order in which they were made."""
        return [self._records[one] for one in self._of_request.get(request, ())]

    def open(self) -> Iterator[DeliveryRecord]:
        """Yield the deliveries that are not settled."""
        return (self._records[one] for one in list(self._open))

    def all(self) -> Iterator[DeliveryRecord]:
        """Yield every delivery, the one that was made first first."""
        return iter(self._records.values())

    def forget(self, before: datetime) -> int:
        """Forget settled deliveries that nobody has touched since a moment; return how many."""
        old = [one for one in self._records.values() if one.settled and one.at < before]
        for record in old:
            del self._records[record.id]
            for request in record.requests:
                self._leave(request, record.id)
        return len(old)

    def _leave(self, request: str, delivery: str) -> None:
        siblings = self._of_request.get(request, {})
        siblings.pop(delivery, None)
        if not siblings:
            self._of_request.pop(request, None)


async def read_book(address: KafkaAddress, partitions: Sequence[int]) -> DeliveryBook:
    """Read the book of some partitions from the log.

    Raises
    ------
    aiokafka.errors.KafkaError
        If Kafka does not answer.
    """
    book, unread = DeliveryBook(), 0
    last: dict[bytes, bytes | None] = {}
    async with open_reader(address) as reader:
        for span in await reader.spans(DELIVERIES.name, partitions):
            async for record in reader.read(span):
                last[record.key or b""] = record.value
    for value in last.values():
        if value is None:
            continue
        try:
            book.put(decode_as(DeliveryRecord, value))
        except ValidationError:  # Not ours, whoever wrote it: nobody may stop us with a record.
            unread += 1
    if unread:
        _log.warning("records that are no deliveries were passed over", count=unread)
    return book
