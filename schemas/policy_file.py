"""A county's policy as a TOML or JSON file, read strictly: a misspelt word is refused, not ignored."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import cast

from pydantic import ValidationError

from linli.schemas.errors import Both
from linli.schemas.menu import ListError, mistakes, toml_as_json
from linli.schemas.policy import Policy
from linli.schemas.repeated_keys import first_repeated


def parse_policy(text: str) -> Policy:
    """Read a policy from TOML, or from JSON, which begins with a brace as no TOML can.

    Raises
    ------
    ListError
        If it is no policy; one sentence for each mistake.

    Notes
    -----
    The model itself ignores fields that it does not know, because a round of a newer build must stay readable; in a
    file that a person wrote, such a field is a mistake.
    """
    given = text if text.lstrip().startswith("{") else toml_as_json(text)
    try:
        policy = Policy.model_validate_json(given)
    except ValidationError as error:
        raise ListError(*mistakes(error, Both("policy", "策略"))) from None
    twice = first_repeated(given)
    if twice is not None:
        raise ListError(f"{twice.en}.", f"{twice.zh}。")
    kept = policy.model_dump(mode="json", exclude_unset=True)
    unknown = list(_unknown(json.loads(given), kept, ""))
    if unknown:
        named = ", ".join(unknown)
        raise ListError(f"The policy has words that are not known: {named}.", f"策略中有无法识别的字段：{named}。")
    return policy


def _unknown(given: object, kept: object, path: str) -> Iterator[str]:
    """Yield the paths of what was given and is not kept."""
    if isinstance(given, dict) and isinstance(kept, dict):
        known = cast(Mapping[str, object], kept)
        for name, value in cast(Mapping[str, object], given).items():
            if name not in known:
                yield f"{path}{name}"
            else:
                yield from _unknown(value, known[name], f"{path}{name}.")
    elif isinstance(given, list) and isinstance(kept, list):
        pairs = zip(cast(list[object], given), cast(list[object], kept), strict=False)
        for number, (one, other) in enumerate(pairs):
            yield from _unknown(one, other, f"{path}{number}.")


def sample_policy() -> Policy:
    """Return the sample that comes along: a pattern to write one's own by."""
    return parse_policy(files("linli.schemas").joinpath("policy_sample.toml").read_text(encoding="utf-8"))
