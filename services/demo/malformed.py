"""Records that must become dead letters, one for each way a sender gets it wrong, with the reason expected."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from linli.schemas.dead_letters import Reason
from linli.schemas.event_types import TYPE_OF_KIND
from linli.schemas.orders import Order
from linli.schemas.topics import RECORD_BYTES_MAX
from linli.services.demo.county import layout
from linli.services.demo.demand import Ask
from linli.services.demo.timed import TimedEvent

Json = dict[str, object]
Twist = Callable[[Json], Json | bytes]

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Mistake:
    """A way of getting it wrong.

    Parameters
    ----------
    name
        What is wrong.
    reason
        The dead letter's reason.
    twist
        Turns a good order's JSON into a bad one, or into bytes that are no JSON.
    kind
        Inbox kind of its event type.
    event_type, district
        Another type or record key, where that is what is wrong.
    """

    name: str
    reason: Reason
    twist: Twist
    kind: str = "order"
    event_type: str | None = None
    district: str | None = None

    @property
    def only_by_event(self) -> bool:
        """Whether it cannot even be said over HTTP, where address and token say what kind of event it is, and where."""
        return self.event_type is not None or self.district is not None


def _same(order: Json) -> Json:
    return order


def _with(**fields: object) -> Twist:
    return lambda order: order | fields


def _without(field: str) -> Twist:
    return lambda order: {name: value for name, value in order.items() if name != field}


def _person(order: Json) -> Json:
    return cast(Json, order["personal"])


def _at(lat: float, lon: float) -> Twist:
    """Put the home at coordinates, in WGS-84."""
    point = {"crs": "wgs84", "lat": lat, "lon": lon}
    return lambda order: order | {"personal": _person(order) | {"location": point}}


def _nowhere(order: Json) -> Json:
    person = {name: value for name, value in _person(order).items() if name != "location"}
    return order | {"grid": "000000", "personal": person}


def _bytes(make: Callable[[bytes], bytes]) -> Twist:
    return lambda order: make(json.dumps(order, ensure_ascii=False).encode())


_ZONELESS = [{"start": "2026-03-16T09:00:00", "end": "2026-03-16T10:00:00"}]
_BACKWARDS = [{"start": "2026-03-16T10:00:00+08:00", "end": "2026-03-16T09:00:00+08:00"}]
_LONG_AGO = [{"start": "2020-03-16T09:00:00+08:00", "end": "2020-03-16T10:00:00+08:00"}]
_TWO_TARGETS: Json = {"kind": "cancel", "target": {"source_id": "SN-1", "request_id": "r-1"}}

MISTAKES: tuple[Mistake, ...] = (
    Mistake("department task that is not admitted", Reason.NOT_ADMITTED, _with(department_task="unlisted_chore")),
    Mistake("a certificate that no community issues", Reason.NOT_ISSUED, _with(certificate="sample_certificate")),
    Mistake("latin-1 text", Reason.NOT_UTF8, _bytes(lambda text: text[:40] + b"\xff\xfe" + text[40:])),
    Mistake("cut off", Reason.NOT_JSON, _bytes(lambda text: text[: len(text) // 2])),
    Mistake("a list", Reason.NOT_JSON, _bytes(lambda text: b"[" + text + b"]")),
    Mistake("a key twice", Reason.NOT_JSON, _bytes(lambda text: text[:-1] + b', "category": "haircut"}')),
    Mistake("too large", Reason.TOO_LARGE, _with(filler="x" * RECORD_BYTES_MAX)),
    Mistake("category missing", Reason.SCHEMA, _without("category")),
    Mistake("misspelt field", Reason.SCHEMA, _with(beneficary="empty_nest_elderly")),
    Mistake("time without a zone", Reason.SCHEMA, _with(windows=_ZONELESS)),
    Mistake("window ends before it starts", Reason.SCHEMA, _with(windows=_BACKWARDS)),
    Mistake("no window", Reason.SCHEMA, _with(windows=[])),
    Mistake("minutes as text", Reason.SCHEMA, _with(minutes="60")),
    Mistake("latitude and longitude swapped", Reason.SCHEMA, _at(108.25, 27.94)),
    Mistake("cancellation with two targets", Reason.SCHEMA, lambda _: deepcopy(_TWO_TARGETS), kind="cancel"),
    Mistake("unknown type", Reason.UNKNOWN_TYPE, _same, event_type="linli.request.wished.v1"),
    Mistake("unknown version", Reason.UNKNOWN_VERSION, _same, event_type="linli.request.ordered.v9"),
    Mistake("unknown district", Reason.UNKNOWN_DISTRICT, _same, district="999999"),
    Mistake("not on the menu", Reason.NOT_ON_MENU, _with(category="fortune_telling")),
    Mistake("another city", Reason.BAD_GEO, _at(39.9, 116.4)),
    Mistake("no place at all", Reason.UNKNOWN_PLACE, _nowhere),
    Mistake("no consent", Reason.CONSENT_MISSING, _with(consent={"beneficiary": False})),
    Mistake("every window has passed", Reason.EXPIRED, _with(windows=_LONG_AGO)),
)
"""Every way, the first one first: a day's stream takes as many as its share of invalid records allows."""


def malformed(mistake: Mistake, good: Ask, at: datetime, *, by_event: bool = True) -> TimedEvent:
    """Spoil an adult's good order in one way; its number is its own, so that it disturbs no other request.

    Unless ``by_event`` is false, it is another system's event in Kafka and must become a dead letter; otherwise it is
    sent to the gateway, which must refuse it at the door.
    """
    number = f"{good.order.source_id}-x"
    text = good.order.model_copy(update={"source_id": number}).model_dump_json(exclude_none=True)
    spoilt = mistake.twist(json.loads(text))
    value = spoilt if isinstance(spoilt, bytes) else json.dumps(spoilt, ensure_ascii=False).encode()
    return TimedEvent(
        at=at.astimezone(UTC),
        event_id=number,
        event_type=mistake.event_type or TYPE_OF_KIND[mistake.kind],
        source=good.source,
        district=mistake.district or layout().code,
        value=value,
        kind=mistake.kind,
        note=f"invalid: {mistake.name}",
        expected=mistake.reason,
        by_event=by_event or mistake.only_by_event,
    )


def every_mistake(good: Ask) -> list[TimedEvent]:
    """Return one record per way, a minute apart."""
    return [
        malformed(mistake, Ask(good.at, good.source, good.serial, _renumbered(good, i)), good.at + i * MINUTE)
        for i, mistake in enumerate(MISTAKES)
    ]


def _renumbered(good: Ask, i: int) -> Order:
    return good.order.model_copy(update={"source_id": f"{good.order.source_id}-{i}"})
