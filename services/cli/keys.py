"""``keys``: replace the master key, wrap by it what the former one wrapped, and retire the former one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from linli.services.cli.options import AsJson, By
from linli.services.cli.words import both

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from linli.services.cli.here import Here
    from linli.services.cli.out import Out
    from linli.streams.sealed.rewrapping import Rewrapped

TOLD_EVERY: Final = 10_000
"""Keys between two words on how far it is: some seconds of work."""

Codes = Annotated[
    bool,
    typer.Option(
        "--codes",
        help=both(
            "Replace codes and links as well: those that are out stop working. For a key that somebody has seen.",
            "同时更换口令、验证码和链接，已发出的随即失效；用于密钥已外泄的情形。",
        ),
    ),
]
Sure = Annotated[
    bool,
    typer.Option(
        "--yes",
        help=both(
            "Every machine has the new file, and a copy is kept: say so.",
            "确认各机器已换新文件并已备份，须明确同意。",
        ),
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    keys = typer.Typer(
        help=both("The master key: replace it, step by step.", "主密钥：分步更换。"), no_args_is_help=True
    )
    keys.command("list", help=both("Say which master key wraps how much.", "列出各主密钥及其封装的数量。"))(list_keys)
    keys.command("rotate", help=both("Make the next master key.", "生成新的主密钥。"))(rotate)
    keys.command("rewrap", help=both("Wrap all by the present master key.", "用现行主密钥重新封装。"))(rewrap)
    keys.command("retire", help=both("Take former master keys out.", "移除旧主密钥。"))(retire)
    app.add_typer(keys, name="keys")


def list_keys(as_json: AsJson = False) -> int:
    """List the master keys, never their secrets."""
    from linli.services.cli.here import Here, run
    from linli.services.cli.out import Out
    from linli.services.wiring import keyring_of

    out, here = Out(as_json), Here.look()
    keyring = keyring_of(here.settings)
    used = run(_used(here))
    states = {keyring.master_id: both("present", "现行"), **dict.fromkeys(keyring.older_ids, both("former", "旧"))}
    names = [*states, *sorted(set(used) - set(states))]
    for name in names:
        held = "present" if name == keyring.master_id else "former" if name in states else "not_here"
        out.data({"master": name, "state": held, "keys": used[name]})
    missing = both("not in this file", "本文件中没有")
    rows = [(name, states.get(name, missing), f"{used[name]:,}") for name in names]
    out.table((both("master key", "主密钥"), both("state", "状态"), both("wraps", "封装数量")), rows)
    return 0


def rotate(codes: Codes = False, as_json: AsJson = False) -> int:
    """Make the next master key; the former stays in the file and opens what it wrapped."""
    from linli.services.cli.here import Here
    from linli.services.cli.out import Out
    from linli.streams.sealed.master_key_file import rotate_master_key

    out, file = Out(as_json), Here.look().settings.master_key_file
    made = rotate_master_key(file, codes=codes)
    out.data({"master": made.master_id, "former": list(made.older_ids), "codes_replaced": codes, "file": str(file)})
    out.say(
        f"The master key is {made.master_id} now; {made.older_ids[0]} still opens what it wrapped. Processes on this "
        f"machine follow by themselves.\n1. Keep a copy of {file}, and put it wherever else Linli runs.\n"
        "2. linli keys rewrap\n3. linli keys retire --yes",
        f"主密钥现为 {made.master_id}，{made.older_ids[0]} 仍可打开其封装的内容。本机各进程自动跟随。\n"
        f"1. 备份 {file}，并复制到其他运行邻里的机器。\n2. linli keys rewrap\n3. linli keys retire --yes",
    )
    return 0


def rewrap(by: By = "desk", as_json: AsJson = False) -> int:
    """Wrap every sealed part's key by the present master key; harmless when repeated."""
    from linli.services.cli.here import Here, run
    from linli.services.cli.out import Out

    out = Out(as_json)
    done = run(_rewrap(Here.look(), by, _progress(out)))
    out.data(
        {
            "wrapped": done.wrapped,
            "kept": done.kept,
            "erased_again": done.erased_again,
            "unopened": dict(done.unopened),
        }
    )
    out.say(
        f"{done.wrapped:,} keys wrapped anew, {done.kept:,} were already.",
        f"已重新封装 {done.wrapped:,} 个密钥，{done.kept:,} 个此前已完成。",
    )
    if done.erased_again:
        out.say(
            f"{done.erased_again} were erased meanwhile, and stay erased.",
            f"其间有 {done.erased_again} 个被删除，保持删除。",
        )
    for master, count in sorted(done.unopened.items()):
        out.warn(
            f"{count:,} keys name the master key {master}, which does not open them: put its copy into the file.",
            f"{count:,} 个密钥由主密钥 {master} 封装，无法打开：请将其备份放回文件。",
        )
    return 1 if done.unopened else 0


def retire(yes: Sure = False, as_json: AsJson = False) -> int:
    """Take former master keys out of the file, except those that still wrap something."""
    from linli.schemas.errors import Code, LinliError
    from linli.services.cli.here import Here, run
    from linli.services.cli.out import Out
    from linli.services.wiring import keyring_of
    from linli.streams.sealed.master_key_file import retire_master_keys

    if not yes:
        sure = both("a key that is gone is gone; say --yes if it is meant", "移除后不可恢复，确认请加 --yes")
        raise LinliError(Code.USAGE, detail=sure)
    out, here = Out(as_json), Here.look()
    used = run(_used(here))
    gone = retire_master_keys(here.settings.master_key_file, used)
    left = {name: used[name] for name in keyring_of(here.settings).older_ids}
    out.data({"retired": list(gone), "still_needed": left})
    out.say(
        "Retired: " + (", ".join(gone) or "none") + ".",
        "已移除：" + ("、".join(gone) or "无") + "。",
    )
    for name, count in left.items():
        out.warn(
            f"{name} still wraps {count:,} keys and stays: run linli keys rewrap first.",
            f"{name} 仍封装 {count:,} 个密钥，予以保留：请先运行 linli keys rewrap。",
        )
    return 1 if left else 0


async def _used(here: Here) -> Counter[str]:
    from linli.streams.ground_facts import read_facts
    from linli.streams.sealed.rewrapping import masters_in_use

    address = await here.reach_kafka()
    return await masters_in_use(address, (await read_facts(address)).district_map.partitions)


async def _rewrap(here: Here, by: str, told: Callable[[Rewrapped], None]) -> Rewrapped:
    from linli.services.wiring import keyring_of
    from linli.streams.ground_facts import read_facts
    from linli.streams.sealed import rewrapping

    address = await here.reach_kafka()
    partitions = (await read_facts(address)).district_map.partitions
    return await rewrapping.rewrap(address, partitions, keyring_of(here.settings), by, told)


def _progress(out: Out) -> Callable[[Rewrapped], None]:
    """Give what says every now and then how far it is, to a person alone."""
    from linli.streams.sealed.rewrapping import BATCH

    def told(done: Rewrapped) -> None:
        if done.wrapped % TOLD_EVERY < BATCH and done.wrapped >= TOLD_EVERY:
            out.warn(f"{done.wrapped:,} keys ...", f"已完成 {done.wrapped:,} 个…")

    return told
