"""Records of the inbox for tests: a small made-up county, a good order, and every way to get it wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from linli.schemas.admission import shipped_admission
from linli.schemas.dead_letters import Reason
from linli.schemas.event_types import TYPE_OF_KIND
from linli.schemas.menu import shipped_menu
from linli.schemas.places import District, Grid, Terrain
from linli.schemas.topics import RECORD_BYTES_MAX
from linli.streams.codec import headers_of
from linli.streams.gazetteer import Gazetteer
from linli.streams.intake.admit import World
from linli.streams.intake.inbox_record import InboxRecord
from linli.streams.sealed.keyring import Keyring

Json = dict[str, Any]

DISTRICT = "520624"
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""Nine in the morning in Sinan."""

SECRETS = (
    "王秘密某",
    "13900007777",
    "暗号巷3号楼",
    "隐藏的病情",
    "监护人密某",
    "13900008888",
    "代办人密某",
    "口令细节",
    "108.2543219",
    "27.9387651",
)
"""What identifies the person of `good_order`; none of it may ever be seen outside a sealed part."""

NAME, PHONE, ADDRESS, HEALTH, GUARDIAN, GUARDIAN_PHONE, PROXY, DETAIL, LON, LAT = SECRETS


def county() -> District:
    """A county with three grids, its real extent and nothing else real."""
    spots = (("g1", 27.938, 108.254, Terrain.SEAT), ("g2", 27.80, 108.10, Terrain.HILL))
    grids = [
        Grid(code=code, name=f"网格{code}", community=f"c-{code}", lat=lat, lon=lon, terrain=terrain)
        for code, lat, lon, terrain in (*spots, ("g3", 28.05, 108.40, Terrain.MOUNTAIN))
    ]
    return District(
        code=DISTRICT,
        name="试验县",
        zone="Asia/Shanghai",
        synthetic=True,
        west=107.86,
        south=27.53,
        east=108.47,
        north=28.17,
        grids=tuple(grids),
    )


def world(keyring: Keyring | None = None) -> World:
    """Everything judging depends on; decision time is real time."""
    return World(
        districts={DISTRICT: Gazetteer(county())},
        menu=shipped_menu(),
        admission=shipped_admission(),
        at=lambda real: real,
        keyring=keyring or Keyring(bytes(range(32))),
        digits=3,
    )


def window(start_hours: float = 3, end_hours: float = 5) -> Json:
    """A window so many hours from `NOW`, in the county's zone."""
    start, end = (NOW + timedelta(hours=hours) for hours in (start_hours, end_hours))
    return {"start": start.isoformat(), "end": end.isoformat()}


def good_order() -> Json:
    """An order that is admitted, with every personal field filled."""
    return {
        "source_id": "SN-1",
        "category": "company",
        "beneficiary": "empty_nest_elderly",
        "requester": "trained_proxy",
        "windows": [window()],
        "grid": "g1",
        "consent": {"beneficiary": True},
        "personal": {
            "name": NAME,
            "phone": PHONE,
            "address_line": ADDRESS,
            "location": {"crs": "wgs84", "lat": float(LAT), "lon": float(LON)},
            "health_note": HEALTH,
            "guardian": {"name": GUARDIAN, "phone": GUARDIAN_PHONE},
            "requester_name": PROXY,
            "detail": DETAIL,
        },
    }


def good_team() -> Json:
    """A team that is admitted, its contact in clear."""
    return {
        "team": "t-1",
        "name": "试验服务队",
        "team_kind": "volunteer",
        "skills": [{"skill": "company"}],
        "base": {"crs": "gcj02", "lat": 27.936, "lon": 108.258},
        "hours": [{"days": [0, 1], "start": "08:00:00", "end": "18:00:00"}],
        "members": [{"ref": "t-1-m1", "adult": True}],
        "contact": {"name": NAME, "phone": PHONE, "endpoint": "https://example.invalid/" + DETAIL},
    }


def record(
    data: Json | bytes | None, kind: str = "order", *, event_type: str | None = None, offset: int = 7
) -> InboxRecord:
    """A record in binary mode from the sender ``hotline``."""
    headers = headers_of(
        event_type=event_type or TYPE_OF_KIND[kind], source="hotline", event_id=f"e-{offset}", time=NOW
    )
    value = json.dumps(data, ensure_ascii=False).encode() if isinstance(data, dict) else data
    return InboxRecord("inbox", 0, offset, DISTRICT.encode(), tuple(headers), value, NOW)


def structured(data: Json, **attributes: object) -> InboxRecord:
    """The same order as one JSON object, without a header."""
    envelope = {"specversion": "1.0", "id": "e-1", "source": "hotline", "type": TYPE_OF_KIND["order"]}
    value = json.dumps(envelope | attributes | {"data": data}).encode()
    return InboxRecord(
        "inbox", 0, 7, DISTRICT.encode(), (("content-type", b"application/cloudevents+json"),), value, NOW
    )


@dataclass(frozen=True)
class Broken:
    """A record that cannot be acted on, and what intake must say about it."""

    name: str
    record: InboxRecord
    reason: Reason
    path: str


def _changed(**fields: object) -> InboxRecord:
    return record(good_order() | fields)


def _person(**fields: object) -> InboxRecord:
    order = good_order()
    order["personal"] = order["personal"] | fields
    return record(order)


def _without(*path: str) -> InboxRecord:
    order = deepcopy(good_order())
    inner: Json = order
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return record(order)


def _text(change: Callable[[str], str]) -> InboxRecord:
    return record(change(json.dumps(good_order(), ensure_ascii=False)).encode())


def _headers(change: Callable[[dict[str, bytes]], None]) -> InboxRecord:
    good = record(good_order())
    headers = dict(good.headers)
    change(headers)
    return replace(good, headers=tuple(headers.items()))


def _header(name: str, value: bytes) -> InboxRecord:
    return _headers(lambda headers: headers.update({name: value}))


def _lost(name: str) -> InboxRecord:
    def lose(headers: dict[str, bytes]) -> None:
        del headers[name]

    return _headers(lose)


_TWICE = replace(
    record(good_order()), headers=(*record(good_order()).headers, ("ce_type", b"linli.request.ordered.v1"))
)
_PAST = {"start": "2026-11-20T09:00:00+08:00", "end": "2026-11-20T10:00:00+08:00"}
_NEXT_CENTURY = {"start": "2126-11-24T09:00:00+08:00", "end": "2126-11-24T10:00:00+08:00"}
_CALENDARS_END = {"start": "2026-11-24T09:00:00+08:00", "end": "9999-12-31T23:59:59-14:00"}
_ZONELESS = {"start": "2026-11-20T09:00:00+08:00", "end": "2026-11-20T10:00:00"}
_LATE = {"target": {"source_id": "SN-1"}, "windows": [_PAST]}
_BEIJING = {"crs": "wgs84", "lat": 39.9, "lon": 116.4}
_SWAPPED = {"crs": "wgs84", "lat": 108.2, "lon": 27.9}
_YOUTH = {"beneficiary": "left_behind_child", "age_band": "14_to_17"}
_GUARDIAN_ALONE = {"beneficiary": False, "guardian": True}
_SEALED = {"key_id": "k-1", "nonce": "", "ciphertext": ""}
_MARKS = {"content": "0" * 32}
_FAR = {"lat": 39.9, "lon": 116.4, "grid": "g1", "terrain": "seat", "coarse": False}
_ELSEWHERE = {"lat": 27.938, "lon": 108.254, "grid": "g9", "terrain": "seat", "coarse": False}


def _presealed(**fields: object) -> InboxRecord:
    order = good_order() | {"sealed": _SEALED, "marks": _MARKS} | fields
    del order["personal"]
    return record(order)


def _nowhere(**fields: object) -> InboxRecord:
    order: Json = good_order() | fields
    order["personal"] = {**order["personal"], "location": None}
    if not fields:
        del order["grid"]
    return record(order)


R = Reason

BROKEN: tuple[Broken, ...] = (
    Broken("no value", record(None), R.NOT_JSON, ""),
    Broken("empty", record(b""), R.NOT_JSON, ""),
    Broken("not UTF-8", record(b'{"source_id": "\xff"}'), R.NOT_UTF8, ""),
    Broken("UTF-16", record("{}".encode("utf-16")), R.NOT_UTF8, ""),
    Broken("header not UTF-8", _header("ce_type", b"\xff\xfe"), R.NOT_UTF8, "ce_type"),
    Broken("cut off", _text(lambda text: text[:-9]), R.NOT_JSON, ""),
    Broken("a byte order mark", _text(lambda text: "\ufeff" + text), R.NOT_JSON, ""),
    Broken("a list", _text(lambda text: f"[{text}]"), R.NOT_JSON, ""),
    Broken("NaN", _text(lambda text: text.replace(LAT, "NaN")), R.NOT_JSON, ""),
    Broken("Infinity", _text(lambda text: text.replace(LAT, "-Infinity")), R.NOT_JSON, ""),
    Broken("a number without end", _text(lambda text: text.replace(LAT, "1e999")), R.NOT_JSON, ""),
    Broken("half a character", _text(lambda text: text.replace(NAME, "\\ud800")), R.NOT_JSON, ""),
    Broken("a key twice", _text(lambda text: text[:-1] + ', "grid": "g1"}'), R.NOT_JSON, ""),
    Broken("an inner key twice", _text(lambda text: text.replace('"crs"', '"lat": 1, "crs"')), R.NOT_JSON, ""),
    Broken("nested too deep", _text(lambda text: text[:-1] + ', "x": ' + "[" * 40 + "]" * 40 + "}"), R.NOT_JSON, ""),
    Broken("nested without end", record(b'{"x": ' + b"[" * 100_000), R.NOT_JSON, ""),
    Broken("too large", _changed(note="x" * RECORD_BYTES_MAX), R.TOO_LARGE, ""),
    Broken("no type", _lost("ce_type"), R.UNKNOWN_TYPE, "ce_type"),
    Broken("no envelope", replace(record(good_order()), headers=()), R.UNKNOWN_TYPE, "ce_type"),
    Broken("unknown type", record(good_order(), event_type="linli.request.wished.v1"), R.UNKNOWN_TYPE, "ce_type"),
    Broken("one of our own types", record(good_order(), event_type="linli.command.v1"), R.UNKNOWN_TYPE, "ce_type"),
    Broken("a name as type", record(good_order(), event_type=NAME), R.UNKNOWN_TYPE, "ce_type"),
    Broken("no version", record(good_order(), event_type="linli.request.ordered"), R.UNKNOWN_TYPE, "ce_type"),
    Broken(
        "unknown version", record(good_order(), event_type="linli.request.ordered.v9"), R.UNKNOWN_VERSION, "ce_type"
    ),
    Broken("another CloudEvents", _header("ce_specversion", b"0.3"), R.UNKNOWN_VERSION, "ce_specversion"),
    Broken("no source", _lost("ce_source"), R.SCHEMA, "ce_source"),
    Broken("empty source", _header("ce_source", b""), R.SCHEMA, "ce_source"),
    Broken("a name as source", _header("ce_source", NAME.encode()), R.SCHEMA, "ce_source"),
    Broken("no id", _lost("ce_id"), R.SCHEMA, "ce_id"),
    Broken("time without a zone", _header("ce_time", b"2026-11-23T09:00:00"), R.SCHEMA, "ce_time"),
    Broken("a name as attribute", _header(f"ce_{NAME}", b"1"), R.SCHEMA, "ce_?"),
    Broken("a header twice", _TWICE, R.SCHEMA, "ce_type"),
    Broken("structured without data", structured({}, type="linli.request.ordered.v1"), R.SCHEMA, "source_id"),
    Broken("no key", replace(record(good_order()), key=None), R.UNKNOWN_DISTRICT, "key"),
    Broken("unknown district", replace(record(good_order()), key=b"999999"), R.UNKNOWN_DISTRICT, "key"),
    Broken("a phone as key", replace(record(good_order()), key=PHONE.encode()), R.UNKNOWN_DISTRICT, "key"),
    Broken("bytes as key", replace(record(good_order()), key=b"\xff"), R.UNKNOWN_DISTRICT, "key"),
    Broken("field missing", _without("category"), R.SCHEMA, "category"),
    Broken("inner field missing", _without("personal", "name"), R.SCHEMA, "personal.name"),
    Broken("no person", _without("personal"), R.SCHEMA, ""),
    Broken("misspelt field", _changed(beneficary="other"), R.SCHEMA, "beneficary"),
    Broken("a name as field", _changed(**{NAME: 1}), R.SCHEMA, "?"),
    Broken("a phone as field", _person(**{PHONE: 1}), R.SCHEMA, "personal.?"),
    Broken("another kind than its type", _changed(kind="cancel"), R.SCHEMA, "kind"),
    Broken("number as text", _changed(minutes="60"), R.SCHEMA, "minutes"),
    Broken("minutes beyond a day", _changed(minutes=10_000), R.SCHEMA, "minutes"),
    Broken("not one of the list", _changed(beneficiary=NAME), R.SCHEMA, "beneficiary"),
    Broken("no window", _changed(windows=[]), R.SCHEMA, "windows"),
    Broken("window without a zone", _changed(windows=[_ZONELESS]), R.SCHEMA, "windows.0.end"),
    Broken("window backwards", _changed(windows=[window(5, 3)]), R.SCHEMA, "windows.0"),
    Broken("phone of letters", _person(phone=NAME), R.SCHEMA, "personal.phone"),
    Broken("latitude too large", _person(location=_SWAPPED), R.SCHEMA, "personal.location.lat"),
    Broken("no coordinate system", _person(location={"lat": 27.9, "lon": 108.2}), R.SCHEMA, "personal.location.crs"),
    Broken("text turned around", _person(detail="\u202e" + DETAIL), R.SCHEMA, "personal.detail"),
    Broken("control character", _person(name=NAME + "\x1b[2J"), R.SCHEMA, "personal.name"),
    Broken("sealed without place", _presealed(), R.SCHEMA, ""),
    Broken("two targets", record({"target": {"source_id": NAME, "request_id": "r-1"}}, "cancel"), R.SCHEMA, "target"),
    Broken("amendment of nothing", record({"target": {"source_id": "SN-1"}}, "amend"), R.SCHEMA, ""),
    Broken("no consent", _changed(consent={"beneficiary": False}), R.CONSENT_MISSING, "consent.beneficiary"),
    Broken(
        "no consent of a youth",
        _changed(**_YOUTH, consent=_GUARDIAN_ALONE),
        R.CONSENT_MISSING,
        "consent.beneficiary",
    ),
    Broken("task not listed", _changed(department_task="unlisted"), R.NOT_ADMITTED, "department_task"),
    Broken("task not admitted", _changed(department_task="sample_refused"), R.NOT_ADMITTED, "department_task"),
    Broken("a certificate", _changed(certificate="sample_certificate"), R.NOT_ISSUED, "certificate"),
    Broken("department without a task", _changed(requester="department"), R.NOT_ADMITTED, "department_task"),
    Broken("not on the menu", _changed(category="fortune_telling"), R.NOT_ON_MENU, "category"),
    Broken("not for this person", _changed(category="homework"), R.NOT_ON_MENU, "category"),
    Broken("another city", _person(location=_BEIJING), R.BAD_GEO, "personal.location"),
    Broken("sealed in another city", _presealed(place=_FAR), R.BAD_GEO, "place"),
    Broken("team in another city", record(good_team() | {"base": _BEIJING}, "team"), R.BAD_GEO, "base"),
    Broken("no place", _nowhere(), R.UNKNOWN_PLACE, "grid"),
    Broken("an unknown grid", _nowhere(grid="g9"), R.UNKNOWN_PLACE, "grid"),
    Broken("sealed in an unknown grid", _presealed(place=_ELSEWHERE), R.UNKNOWN_PLACE, "place.grid"),
    Broken("every window passed", _changed(windows=[_PAST]), R.EXPIRED, "windows"),
    Broken("a window in the next century", _changed(windows=[_NEXT_CENTURY]), R.SCHEMA, "windows"),
    Broken("a window at the calendar's end", _changed(windows=[_CALENDARS_END]), R.SCHEMA, "windows.0.end"),
    Broken("new windows passed", record(_LATE, "amend"), R.EXPIRED, "windows"),
)
"""Every way, with the reason and path it must get."""
