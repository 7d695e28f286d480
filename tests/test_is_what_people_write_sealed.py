"""Is what desk, teams and offices write sealed on its way, and opened by a key that names the case?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Final, cast

import pytest
from aiokafka.errors import KafkaConnectionError
from pydantic import BaseModel

from linli.schemas.answers import Decline, DeclineReason, FailedReason, FailedVisit, Reschedule, Withdraw
from linli.schemas.desk import ApplyRecord, Assign, Confirm, Hold, Mark, RecordVisit, Refer, Told, ToldOutcome
from linli.schemas.judging import Remedy, Verdict
from linli.schemas.orders import Amend, Cancel, Target, Window
from linli.schemas.people import Consent, NotePart
from linli.schemas.proving import ConfirmService, Resolve, ReviewService
from linli.schemas.referrals import AnswerReferral, ReferralOutcome
from linli.schemas.sealed_text import CLEAR_CHARS_MAX, part_of, sealed_text
from linli.schemas.standing import ChangeStanding, StandingStep
from linli.schemas.team_changes import Absent
from linli.services.console.case_sheet import Written
from linli.services.console.mounting import GatewaySurroundings
from linli.services.console.words import Speech
from linli.services.preparing import prepare
from linli.streams.codec import to_bytes
from linli.streams.intake.inbox_record import InboxRecord
from linli.streams.intake.judge import CommandOut, DeadOut, judge
from linli.streams.sealed.keyring import Keyring
from linli.streams.sealed.sealing import seal, unseal
from linli.streams.sealed.written_reasons import FIELDS
from tests.support.inbox import DISTRICT, Json, record, world

WHY = "王某住院了，女儿来电（模拟）"
KEYRING = Keyring(bytes(range(32)))
WORLD = world(KEYRING)
ONE = Target(request_id="r-1")
TODAY = datetime.now(UTC)
TIME = (Window(start=TODAY + timedelta(days=1), end=TODAY + timedelta(days=1, hours=1)),)
"""Ahead of the clock that the desk goes by; what intake reads of it was appended today, too."""

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
    "record": RecordVisit(target=ONE, team="t-1", start=TIME[0].start, minutes=60, reason=WHY, by="desk-1"),
    "decline": Decline(offer="r-1.0.1", team="t-1", reason=DeclineReason.OTHER, note=WHY),
    "withdraw": Withdraw(offer="r-1.0.1", team="t-1", reason=WHY),
    "failed_visit": FailedVisit(offer="r-1.0.1", team="t-1", reason=FailedReason.UNSAFE, note=WHY),
    "referral_answer": AnswerReferral(target=ONE, outcome=ReferralOutcome.RETURNED, note=WHY, by="office-1"),
    "confirm_service": ConfirmService(target=ONE, by="grid-1", note=WHY),
    "told": Told(delivery="d-1", outcome=ToldOutcome.REFUSED, by="desk-1", note=WHY),
    "absent": Absent(team="t-1", start=TIME[0].start, end=TIME[0].end, reason=WHY, by="t-1"),
}
"""One of every command beside which somebody writes why."""

OF_ANOTHER: Final = {"told": "d-1", "absent": "t-1"}
"""What is not about a request, and what its key names."""


def written_in(body: BaseModel) -> str:
    return str(getattr(body, FIELDS[type(body)]))


def test_no_command_with_a_sentence_is_left_out() -> None:
    """Tests that every command that is sealed is tried here; a record of help given is one in two forms."""
    assert {type(body) for body in WRITTEN.values()} == set(FIELDS) - {ApplyRecord}


def _today(data: Json | bytes, kind: str) -> InboxRecord:
    """Return a record that is appended now."""
    return replace(record(data, kind), appended_at=TODAY)


@pytest.mark.parametrize("kind", WRITTEN)
def test_intake_seals_what_comes_in_clear(kind: str) -> None:
    """Tests that the command says nothing of it, and that its key opens it and names the case."""
    outcome = judge(_today(WRITTEN[kind].model_dump(mode="json"), kind), WORLD)
    assert isinstance(outcome, CommandOut)
    assert WHY not in to_bytes(outcome.command).decode()
    [key] = outcome.subject_keys
    assert key.about == OF_ANOTHER.get(kind, "r-1")
    part = part_of(written_in(outcome.command.body))
    assert part is not None
    assert unseal(part, key, KEYRING, NotePart).text == WHY


@pytest.mark.parametrize("kind", WRITTEN)
def test_it_leaves_the_desk_sealed_already(kind: str) -> None:
    """Tests that gateway and command line seal it, and that intake leaves that as it is."""
    event = prepare(WRITTEN[kind], "desk", DISTRICT, WORLD).event
    assert WHY not in to_bytes(event.body).decode()
    [key] = event.subject_keys
    assert key.about == OF_ANOTHER.get(kind, "r-1")
    again = judge(_today(to_bytes(event.body), kind), WORLD)
    assert isinstance(again, CommandOut)
    assert again.subject_keys == ()
    assert written_in(again.command.body) == written_in(event.body)


def test_a_reviewers_reason_is_found_by_an_erasure_too() -> None:
    """Tests that its key names the case, whoever seals it."""
    body = ReviewService(target=ONE, verdict=Verdict.REFUSED, reason=WHY, by="office-1")
    given = body.model_dump(mode="json", exclude={"sealed_reason"})
    taken, sent = judge(record(given, "review_service"), WORLD), prepare(body, "desk", DISTRICT, WORLD).event
    assert isinstance(taken, CommandOut)
    assert [key.about for key in (*taken.subject_keys, *sent.subject_keys)] == ["r-1", "r-1"]


def sealed_word(text: str = WHY) -> tuple[str, str]:
    """Give a sealed sentence and the id of its key."""
    part, key = seal(NotePart(text=text), KEYRING, datetime(2026, 11, 23, tzinfo=UTC))
    return sealed_text(part), key.key_id


class Keys:
    """Stands in for the index of keys: knows some, or does not answer."""

    def __init__(self, known: set[str], error: Exception | None = None) -> None:
        self._known, self._error = known, error

    async def find(self, key_id: str) -> str | None:
        """Find a key."""
        if self._error is not None:
            raise self._error
        return key_id if key_id in self._known else None


async def erased(texts: list[str], keys: Keys) -> frozenset[str]:
    """Ask the pages' surroundings what of some sentences was erased."""
    here = cast(GatewaySurroundings, SimpleNamespace(_here=SimpleNamespace(keys=keys)))
    return await GatewaySurroundings.erased(here, texts)


async def test_what_was_erased_is_called_so_on_the_page() -> None:
    """Tests an opened, an erased and a clear sentence; and that nothing is called erased that nobody could look up."""
    (kept, key), (gone, _) = sealed_word(), sealed_word()
    found = await erased([kept, gone, WHY], Keys({key}))
    assert found == {gone}
    shown = [Written(Speech("en"), found).shown(text) for text in (kept, gone, WHY)]
    assert shown == [Speech("en")("case.sealed"), "(erased)", WHY]
    assert await erased([kept, gone], Keys(set(), KafkaConnectionError())) == frozenset()


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
