"""``linli demo``: a synthetic day of the whole loop on a real Kafka and a real Valkey, and the truth about it."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from linli.services.demo.callers import Callers
from linli.services.demo.options import DemoOptions
from linli.services.demo.phones import Phones
from linli.services.demo.post import Post
from linli.services.demo.report import Outcome, table_of
from linli.services.demo.run import DayRun
from linli.services.demo.sentences import say
from linli.services.demo.serving import again_line, serve
from linli.services.demo.stage import open_stage
from linli.services.demo.story import Teller
from linli.services.demo.tally import Tally
from linli.services.language import Language


def run_demo(options: DemoOptions) -> int:
    """Run the demo and print what it came to.

    Returns
    -------
    int
        0 if every guarantee held, else 1.
    """
    if options.state is not None:
        return asyncio.run(_demo(options, options.state))
    with tempfile.TemporaryDirectory(prefix="linli-demo-") as folder:
        return asyncio.run(_demo(options, Path(folder)))


async def _demo(options: DemoOptions, state: Path) -> int:
    began = time.monotonic()
    console = Console(stderr=True)
    console.print(say("synthetic", options.language))
    tally, broken = Tally(), list[str]()
    async with (
        Phones() as phones,
        open_stage(options, state, lambda line: console.print(f"  {line}"), phones.address) as stage,
    ):
        run = DayRun(options, stage, tally, console, phones, Callers(state))

        async def afterwards(post: Post) -> None:
            outcome = await run.judge(time.monotonic() - began)
            _print(options, tally, outcome, run.story_request)
            broken.extend(outcome.guarantees_broken)
            if options.serve:
                await serve(run, post)

        await run.play(afterwards)
    if options.serve:
        console.print(again_line(options), highlight=False, soft_wrap=True)
    return 1 if broken else 0


def _print(options: DemoOptions, tally: Tally, outcome: Outcome, story_request: str) -> None:
    """Print the stories, the table and what to try next; or one JSON object as the last line."""
    console = Console(stderr=options.as_json)
    teller = Teller(tally, options.language)
    for title, lines in (("story_title", teller.story(story_request)), ("unmet_title", teller.unmet())):
        console.print(f"\n[bold]{say(title, options.language)}[/bold]")
        for line in lines:
            console.print(f"  {line}", highlight=False, soft_wrap=True)
    console.print()
    console.print(table_of(outcome, options.language))
    console.print(f"\n{say('next', options.language)}", highlight=False, soft_wrap=True)
    console.print(_verdict(outcome, options.language))
    if options.as_json:
        sys.stdout.write(json.dumps(outcome.as_dict(), ensure_ascii=False) + "\n")


def _verdict(outcome: Outcome, language: Language) -> str:
    broken = outcome.guarantees_broken
    if broken:
        return "\n".join([f"[red]{say('broken', language, count=len(broken))}[/red]", *broken])
    return f"[green]{say('held', language, checks=outcome.guarantees_checked)}[/green]"
