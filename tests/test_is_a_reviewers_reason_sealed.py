"""Is what a reviewer writes about a visit sealed on its way and where it stays, and can it be opened with its key?"""

from __future__ import annotations

import pytest

from linli.schemas.judging import Verdict
from linli.schemas.orders import Target
from linli.schemas.people import NotePart, SealedPart
from linli.schemas.proving import ReviewService
from linli.services.preparing import prepare
from linli.streams.codec import to_bytes
from linli.streams.intake.judge import CommandOut, judge
from linli.streams.sealed.keyring import Keyring
from linli.streams.sealed.sealing import unseal
from tests.support.inbox import record, world

WHY = "王某说人没来（模拟）"
KEYRING = Keyring(bytes(range(32)))
WORLD = world(KEYRING)
GIVEN = {"target": {"request_id": "r-1"}, "verdict": "refused", "reason": WHY, "by": "office-1"}


def test_intake_seals_it_before_anything_is_written() -> None:
    """Tests that the command says nothing of it, and that the key that is written first opens it."""
    outcome = judge(record(GIVEN, "review_service"), WORLD)
    assert isinstance(outcome, CommandOut)
    body = outcome.command.body
    assert isinstance(body, ReviewService)
    assert WHY not in to_bytes(outcome.command).decode()
    (key,) = outcome.subject_keys
    assert body.sealed_reason is not None
    assert unseal(body.sealed_reason, key, KEYRING, NotePart).text == WHY


def test_it_leaves_the_desk_sealed_already() -> None:
    """Tests that gateway and command line seal it, and that intake leaves that as it is."""
    body = ReviewService(target=Target(request_id="r-1"), verdict=Verdict.ACCEPTED, reason=WHY, by="office-1")
    prepared = prepare(body, "desk", next(iter(WORLD.districts)), WORLD)
    assert WHY not in to_bytes(prepared.event.body).decode()
    assert len(prepared.event.subject_keys) == 1
    assert isinstance(prepared.command.body, ReviewService)
    assert prepared.command.body.sealed_reason == prepared.event.body.sealed_reason  # type: ignore[attr-defined]


@pytest.mark.parametrize("given", [{"reason": " "}, {"reason": WHY, "sealed_reason": {"key_id": "k"}}])
def test_a_reason_is_given_once(given: dict[str, object]) -> None:
    """Tests that neither none nor two are taken."""
    sealed = SealedPart(key_id="k", nonce="", ciphertext="x") if "sealed_reason" in given else None
    with pytest.raises(ValueError, match="reason"):
        ReviewService(
            target=Target(request_id="r-1"),
            verdict=Verdict.ACCEPTED,
            reason=str(given["reason"]),
            sealed_reason=sealed,
            by="office-1",
        )
