"""The command ``linli``. Nothing heavy is loaded here, so that ``linli --help`` answers at once.

Of the commands only those of the part that is asked for are loaded: to load and describe all of them takes a tenth of
a second. Whoever asks for none, or for one that is not there, is shown them all.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterable
from importlib import import_module
from typing import Any, Final

import typer

from linli.services.cli.faults import INTERRUPTED, Fault, fault_of
from linli.services.cli.words import TONGUE, both

PARTS: Final[dict[str, tuple[str, ...]]] = {
    "playing": ("demo",),
    "plan": ("plan", "template"),
    "running": ("up", "down", "status", "doctor", "run"),
    "placing": ("submit",),
    "looking": ("show", "explain", "offers", "watch"),
    "desk": (
        *("cancel", "amend", "assign", "confirm", "hold", "mark", "release", "refer", "reschedule", "record", "claim"),
        "rate",
    ),
    "standing": ("standing",),
    "erasing": ("erase",),
    "answers": ("answer",),
    "proving": ("code", "confirm-service", "review", "resolve"),
    "teams": ("teams",),
    "team_news": ("absent", "members", "deputy", "told"),
    "organisation": ("organisation",),
    "tokens": ("tokens",),
    "keys": ("keys",),
    "deliveries": ("deliveries",),
    "letters": ("dead-letters",),
    "lists": ("lists",),
    "referrals": ("answer-referral",),
    "report": ("report",),
    "certificates": ("certificate",),
    "checking": ("audit", "replay"),
    "solving": ("solve",),
    "simulating": ("simulate",),
    "calibrating": ("calibrate",),
    "export": ("export",),
}
"""The modules and which commands each adds, in the order in which a county needs them."""

_PART_OF: Final = {command: part for part, commands in PARTS.items() for command in commands}


def app(parts: Iterable[str] = PARTS) -> typer.Typer:
    """Return the application with the commands of some parts.

    Parameters
    ----------
    parts
        Names of modules in `PARTS`.
    """
    made = typer.Typer(
        name="linli",
        help=both(
            "Linli: requests in, volunteer teams out. A county's orders, dispatch, answers and ratings as a stream.",
            "邻里：群众点单、社区派单、队伍接单、群众评单，一条流水线。",
        ),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    for part in (*parts, "version"):
        module: Any = import_module(f"linli.services.cli.{part}")
        module.add_to(made)
    return made


def _asked_for(arguments: list[str]) -> typer.Typer:
    """Return the application as far as it takes to run what was asked for."""
    part = _PART_OF.get(arguments[0]) if arguments else None
    return app() if part is None else app((part,))


def _speak_chinese() -> None:
    """Have the library's own headings of every help text in Chinese: it can be told of no other language."""
    from linli.services.cli.usage_words import help_in_chinese

    library = typer.Context.__base__
    english = typer.Context.get_help

    def get_help(context: typer.Context) -> str:
        return help_in_chinese(english(context))

    setattr(library, "get_help", get_help)  # noqa: B010 - the library makes contexts of its own base class


if TONGUE == "zh":
    _speak_chinese()


def main() -> None:
    """Run the command that was asked for, and end the process with its exit code."""
    code = run(sys.argv[1:])
    sys.stdout.flush()
    # Python searches all that is left for circles before it ends: some hundredths of a second of everybody's time, for
    # memory that the system takes back anyway. Whatever must be done at the end is still done.
    gc.freeze()
    raise SystemExit(code)


def run(arguments: list[str]) -> int:
    """Run a command; whatever goes wrong becomes one sentence and an exit code.

    Parameters
    ----------
    arguments
        What stands after ``linli``.

    Returns
    -------
    int
        The exit code: 0 if all went well.
    """
    as_json = "--json" in arguments
    try:
        return int(_asked_for(arguments)(args=arguments, prog_name="linli", standalone_mode=False) or 0)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; the interpreter must not complain when it closes standard output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except typer.TyperException as error:
        fault = _usage(error)
    except (
        Exception
    ) as error:  # Nothing is hidden: an error nobody foresaw is written down, named and ends the process.
        fault = fault_of(error)
    fault.tell(as_json=as_json)
    return fault.exit_code


def _usage(error: typer.TyperException) -> Fault:
    if type(error).__name__ == "NoArgsIsHelpError":
        return Fault("usage", error.format_message(), "", 2)
    from linli.schemas.errors import Code, LinliError
    from linli.services.cli.usage_words import in_chinese

    said = error.format_message().rstrip(".")
    return fault_of(LinliError(Code.USAGE, detail=both(said, in_chinese(said))))


if __name__ == "__main__":
    main()
