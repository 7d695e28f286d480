"""Is what the desk writes with its commands sealed on its way, and opened by a key that names the case?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel

from linli.schemas.answers import Reschedule
from linli.schemas.desk import Assign, Confirm, Hold, Mark, Refer
from linli.schemas.orders import Amend, Cancel, Target, Window
from linli.schemas.people import Consent, NotePart
from linli.schemas.proving import Remedy, Resolve
from linli.schemas.sealed_text import CLEAR_CHARS_MAX, part_of, sealed_text
from linli.schemas.standing import ChangeStanding, StandingStep
from linli.services.preparing import prepare
from linli.streams.codec import to_bytes
from linli.streams.intake.judge import CommandOut, DeadOut, judge
from linli.streams.sealed.keyring import Keyring
from linli.streams.sealed.sealing import seal, unseal
from tests.support.inbox import DISTRICT, record, window, world

WHY = "王某住院了，女儿来电（模拟）"
KEYRING = Keyring(bytes(range(32)))
WORLD = world(KEYRING)
ONE = Target(request_id="r-1")
TIME = (Window.model_validate(window(1e6, 1e6 + 1), strict=False),)

WRITTEN: dict[str, BaseModel] = {
    "hold": Hold(target=ONE, reason=WHY, by="desk-1"),
    "mark": Mark(target=ONE, reason=WHY, by="desk-1"),
    "assign": Assign(target=ONE, team="t-1", reason=WHY, by="desk-1"),
    "cancel": Cancel(target=ONE, reason=WHY),
    "resolve": Resolve(target=ONE, remedy=Remedy.EXPLAINED, reason=WHY, by="desk-1"),
    "refer": Refer(target=ONE, office="民政局（模拟）", reason=WHY, by="desk-1"),
    "confirm": Confirm(target=ONE, by="desk-1", note=WHY),
    "amend": Amend(target=ONE, consent=Consent(beneficiary=True), reason=WHY),
    "reschedule": Reschedule(target=ONE, windows=TIME, by="desk", reason=WHY),
    "standing_change": ChangeStanding(standing="r-1", step=StandingStep.PAUSE, reason=WHY),
}
"""One of every command beside which somebody at the desk writes why."""


def written_in(body: BaseModel) -> str:
    return str(getattr(body, "note" if isinstance(body, Confirm) else "reason"))


@pytest.mark.parametrize("kind", WRITTEN)
def test_intake_seals_what_comes_in_clear(kind: str) -> None:
    """Tests that the command says nothing of it, and that its key opens it and names the case."""
    outcome = judge(record(WRITTEN[kind].model_dump(mode="json"), kind), WORLD)
    assert isinstance(outcome, CommandOut)
    assert WHY not in to_bytes(outcome.command).decode()
    [key] = outcome.subject_keys
    assert key.about == "r-1"
    part = part_of(written_in(outcome.command.body))
    assert part is not None
    assert unseal(part, key, KEYRING, NotePart).text == WHY


@pytest.mark.parametrize("kind", WRITTEN)
def test_it_leaves_the_desk_sealed_already(kind: str) -> None:
    """Tests that gateway and command line seal it, and that intake leaves that as it is."""
    event = prepare(WRITTEN[kind], "desk", DISTRICT, WORLD).event
    assert WHY not in to_bytes(event.body).decode()
    [key] = event.subject_keys
    assert key.about == "r-1"
    again = judge(record(to_bytes(event.body), kind), WORLD)
    assert isinstance(again, CommandOut)
    assert again.subject_keys == ()
    assert written_in(again.command.body) == written_in(event.body)


def test_nothing_written_is_nothing_sealed() -> None:
    """Tests that a cancellation without a reason stays without one, and makes no key."""
    event = prepare(Cancel(target=ONE), "desk", DISTRICT, WORLD).event
    assert (written_in(event.body), event.subject_keys) == ("", ())


def test_a_key_that_is_wrapped_anew_still_names_its_case() -> None:
    """Tests that replacing the master key loses nothing of what an erasure needs."""
    [key] = prepare(WRITTEN["hold"], "desk", DISTRICT, WORLD).event.subject_keys
    assert KEYRING.rewrapped(key).about == "r-1"


@pytest.mark.parametrize("sign", ["王", "\x01", "\U00020000"])
def test_the_longest_reason_fits_when_sealed(sign: str) -> None:
    """Tests that the limit in clear is as it was, and that whatever keeps it passes once it is sealed."""
    part, _ = seal(NotePart(text=sign * CLEAR_CHARS_MAX), KEYRING, datetime(2026, 11, 23, tzinfo=UTC))
    assert Hold(target=ONE, reason=sealed_text(part), by="desk-1").reason == sealed_text(part)


@pytest.mark.parametrize("text", ["王" * (CLEAR_CHARS_MAX + 1), "sealed|k|" + "王" * CLEAR_CHARS_MAX])
def test_a_reason_in_clear_may_not_be_longer_than_before(text: str) -> None:
    """Tests that the longer limit of the sealed form lets nothing longer in, and that the refusal is the old one."""
    given: dict[str, Any] = {"target": {"request_id": "r-1"}, "reason": text, "by": "desk-1"}
    outcome = judge(record(given, "hold"), WORLD)
    assert isinstance(outcome, DeadOut)
    assert (outcome.letter.path, outcome.letter.rule) == ("reason", "string_too_long max_length=500")
