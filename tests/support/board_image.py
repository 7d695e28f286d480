"""What the board should be: a fold in plain Python over records, and what it is: a dump of Redis; in the same shape."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from linli.streams.board import keys
from linli.streams.board.entries import Entry, Place, entries_of
from linli.streams.log_reader import LogRecord


@dataclass
class BoardImage:
    """Documents, history lines, sorted sets, and what was added up in documents, without prefix."""

    documents: dict[str, str] = field(default_factory=dict[str, str])
    lines: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    sets: dict[str, dict[str, float]] = field(default_factory=dict[str, dict[str, float]])
    sums: dict[str, dict[str, int]] = field(default_factory=dict[str, dict[str, int]])


def fold(records: Iterable[LogRecord]) -> BoardImage:
    """Fold records, those of each partition in order."""
    return fold_entries(entry for record in records for entry in entries_of(record))


def fold_entries(entries: Iterable[Entry]) -> BoardImage:
    """Fold changes, in order."""
    image, places = BoardImage(), dict[str, tuple[Place, ...]]()
    for entry in entries:
        _apply(image, places, entry)
    return image


def _apply(image: BoardImage, places: dict[str, tuple[Place, ...]], entry: Entry) -> None:
    if entry.value is None:
        _remove(image, places, entry.key)
        return
    _leave(image, places, entry.key)
    image.documents[entry.key], places[entry.key] = entry.value, entry.places
    for where, member, score in entry.places:
        image.sets.setdefault(where, {})[member] = score
    if entry.line is not None:
        text, most = entry.line
        image.lines[entry.key] = [*image.lines.get(entry.key, []), text][-most:]
    if entry.sums:
        sums = image.sums.setdefault(entry.key, {})
        sums.update({f"+{name}": sums.get(f"+{name}", 0) + amount for name, amount in entry.sums.items()})
        if entry.rounds is not None:
            sums.setdefault("first", entry.rounds[0])
            sums["last"] = entry.rounds[1]
    if entry.bound is not None:
        name, most = entry.bound
        surplus = sorted(image.sets[name], key=lambda member: (image.sets[name][member], member.encode()))[:-most]
        for key in surplus:
            _remove(image, places, key)


def _leave(image: BoardImage, places: dict[str, tuple[Place, ...]], key: str) -> None:
    for where, member, _ in places.pop(key, ()):
        image.sets[where].pop(member, None)
        if not image.sets[where]:
            del image.sets[where]


def _remove(image: BoardImage, places: dict[str, tuple[Place, ...]], key: str) -> None:
    _leave(image, places, key)
    image.documents.pop(key, None)
    image.lines.pop(key, None)
    image.sums.pop(key, None)


async def dump(client: Any, cluster: str) -> BoardImage:
    """Read the current board of a cluster whole."""
    prefix = keys.prefix(cluster, await client.get(keys.pointer(cluster)))
    image = BoardImage()
    async for full in client.scan_iter(match=f"{prefix}*"):
        name = full.removeprefix(prefix)
        kind = await client.type(full)
        if name.startswith("doc:"):
            held = await client.hgetall(full)
            image.documents[name.removeprefix("doc:")] = held.pop("value")
            if added := {field: int(text) for field, text in held.items() if field != "places"}:
                image.sums[name.removeprefix("doc:")] = added
        elif kind == "list":
            image.lines[name.removeprefix("lines:")] = await client.lrange(full, 0, -1)
        elif kind == "zset":
            image.sets[name] = dict(await client.zrange(full, 0, -1, withscores=True))
    return image
