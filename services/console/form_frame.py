"""What every page with a form shows beside it: what is to be mended, and why something was not done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import Request

from linli.services.console.forms import FormError
from linli.services.console.rendering import tongue_of
from linli.services.console.sign_in import frame
from linli.services.console.surroundings import Became, Person
from linli.services.console.words import Speech


@dataclass(frozen=True, slots=True)
class Ending:
    """How a form ended: with a problem (a sentence and the label of a field), or with what became of its event.

    Neither: the page is shown for the first time.
    """

    problem: tuple[str, str] | None = None
    became: Became | None = None
    status: int = 200


FRESH: Final = Ending()
"""No form was sent yet."""


def mistake(error: FormError) -> Ending:
    """End with what is to be mended."""
    return Ending(problem=(error.name, error.field), status=error.status)


def refusal(became: Became) -> Ending:
    """End with why it was not done."""
    return Ending(became=became, status=409)


def form_frame(request: Request, person: Person | None, path: str, ending: Ending) -> dict[str, object]:
    """Give the frame of a page with a form.

    Parameters
    ----------
    request, person
        Who looks.
    path
        Where the page is: the answer to a form gives it anew, because nobody can come back to where a form is sent.
    ending
        How the form ended.
    """
    why = "" if ending.became is None else why_not(ending.became, Speech(tongue_of(request)))
    return {**frame(request, person), "path": path, "problem": ending.problem, "why_not": why}


def why_not(became: Became, speech: Speech) -> str:
    """Say in the glossary's words why something was not done."""
    code = speech.code(f"{'dead_letter' if became.refused else 'outcome'}.{became.code}")
    if became.answer is not None:
        return f"{code} ({became.answer.zh if speech.tongue == 'zh' else became.answer.en})"
    if not became.detail:
        return code
    # The detail is a rule, or a state, or a field's path, which has no word of its own.
    for name in ("detail", "rule", "state", "offer", "offer_end"):
        told = speech.code(f"{name}.{became.detail}")
        if told != became.detail.replace("_", " "):
            return f"{code} ({told})"
    return f"{code} ({became.detail})"
