"""Writing what is listed once: schemas, topics, menu, admission list, columns."""

from __future__ import annotations

import json
import sys
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Literal

from linli.schemas.errors import Code, LinliError
from linli.schemas.json_schemas import as_text, json_schemas
from linli.schemas.system_words import refused_by_system
from linli.schemas.topics import TOPICS, Topic
from linli.services.cli.out import Out
from linli.services.cli.words import both
from linli.services.sheets.node_columns import NODE_COLUMNS
from linli.services.sheets.order_columns import ORDER_COLUMNS
from linli.services.sheets.team_columns import TEAM_COLUMNS


def write_schemas(folder: Path | None, *, as_json: bool) -> None:
    """Write the JSON Schemas to standard output, or each to a file of its own.

    Raises
    ------
    LinliError
        If the folder cannot be written.
    """
    made = json_schemas()
    if folder is None:
        sys.stdout.write(json.dumps(made, ensure_ascii=False, indent=None if as_json else 2) + "\n")
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, schema in made.items():
            (folder / f"{name}.json").write_text(as_text(schema), encoding="utf-8")
    except OSError as error:
        raise LinliError(Code.FILE_UNWRITABLE, path=folder, detail=refused_by_system(error)) from None
    out = Out(as_json)
    out.data({"folder": str(folder), "files": sorted(f"{name}.json" for name in made)})
    out.say(f"{len(made)} schemas are in {folder}.", f"已将 {len(made)} 个模式写入 {folder}。")


def write_topics(out: Out) -> None:
    """Write the topic registry."""
    out.data([_topic(topic) for topic in TOPICS])
    rows = [(topic.name, topic.key, ", ".join(topic.writers), _kept(topic)) for topic in TOPICS]
    out.table((both("topic", "主题"), both("key", "键"), both("written by", "写入者"), both("kept", "保留")), rows)


def _topic(topic: Topic) -> dict[str, object]:
    return {
        "name": topic.name,
        "key": topic.key,
        "writers": list(topic.writers),
        "districted": topic.districted,
        "value": None if topic.value is None else topic.value.__name__,
        "settings": topic.settings(),
    }


def _kept(topic: Topic) -> str:
    if topic.retention is not None:
        return both(f"{topic.retention.days} days", f"{topic.retention.days} 天")
    return both("compacted", "压缩保留")


def write_list(name: str, *, as_json: bool) -> None:
    """Write a list that comes with Linli, as it is or as JSON."""
    text = files("linli.schemas").joinpath(name).read_text(encoding="utf-8")
    sys.stdout.write(json.dumps(tomllib.loads(text), ensure_ascii=False) + "\n" if as_json else text)


def write_sample_map(*, as_json: bool) -> None:
    """Write the mapping file that comes with Linli."""
    text = files("linli.services.sheets").joinpath("hotline_map.toml").read_text(encoding="utf-8")
    sys.stdout.write(json.dumps(tomllib.loads(text), ensure_ascii=False) + "\n" if as_json else text)


def write_columns(which: Literal["orders", "teams", "organisation"], out: Out) -> None:
    """Write the columns of a spreadsheet."""
    every = {"orders": ORDER_COLUMNS, "teams": TEAM_COLUMNS, "organisation": NODE_COLUMNS}[which]
    listed = [
        {
            "name": one.name,
            "aliases": list(every.aliases(one)),
            "required": one.required,
            "meaning": both(*one.meaning),
        }
        for one in every.all
    ]
    out.data(listed)
    needed = both("needed", "必填")
    rows = [
        (one.name, "、".join(every.aliases(one)), needed if one.required else "", both(*one.meaning))
        for one in every.all
    ]
    out.table((both("column", "列名"), both("or", "别名"), "", both("meaning", "含义")), rows)
