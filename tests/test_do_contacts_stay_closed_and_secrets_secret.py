"""Are contacts opened only when they are needed, and does nothing that is in them get out?"""

from __future__ import annotations

from typing import Any

import pytest
import standardwebhooks

from linli.schemas.deliveries import DeliveryState
from linli.schemas.people import ChannelKind, SealedPart
from linli.services.delivering import contacts
from linli.streams.sealed.sealing import unseal
from tests.support.delivery_stack import SECRET, DeliveryStack, webhook
from tests.support.providers import Providers, Reply

pytestmark = pytest.mark.broker


async def test_a_contact_is_unsealed_only_to_choose_a_channel_and_to_use_it(
    stack: DeliveryStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests that looking whether something is due opens nothing: once to choose, and once for each of three tries.

    Where the offer is read before the team, somebody looks once more, finds no team yet, and opens nothing.
    """
    unsealed: list[str] = []

    def noting(sealed: SealedPart, *how: Any) -> Any:
        unsealed.append(sealed.key_id)
        return unseal(sealed, *how)

    monkeypatch.setattr(contacts, "unseal", noting)
    stack.rate = 400.0  # three tries take a second; a busy machine has three before the desk hears of it
    async with Providers() as server, stack.delivering(server):
        server.script += [Reply(500), Reply(500)]
        sealed = await stack.seal(webhook(server))
        await stack.register("t1", sealed)
        await stack.offer("1")
        [told] = await stack.settled()
    assert [(one.channel, one.attempt) for one in told.tracks] == [(ChannelKind.WEBHOOK, 3)]
    assert unsealed == [sealed.key_id] * (1 + 3)


async def test_a_contact_that_cannot_be_opened_goes_to_the_desk_and_stops_nobody(stack: DeliveryStack) -> None:
    """Tests poison: a changed seal, an erased key, no contact, none known; the next team is told all the same."""
    async with Providers() as server, stack.delivering(server) as running:
        good = await stack.seal(webhook(server))
        spoilt = (await stack.seal(webhook(server))).model_copy(update={"ciphertext": "?"})
        unknown = good.model_copy(update={"key_id": "k-unknown"})
        for name, sealed in (("t1", spoilt), ("t2", unknown), ("t3", None), ("t4", good)):
            await stack.register(name, sealed, skill=name)
            await stack.offer(name, skill=name)
        waiting = await stack.at_the_desk(3)
        await stack.until(lambda seen: any(one.state is DeliveryState.DELIVERED for one in seen), "the good one")
        assert not running.done()
    assert [one.error for one in waiting] == ["contact_unsealable", "contact_erased", "no_contact"]


async def test_nothing_personal_is_in_the_topic_or_in_a_message(stack: DeliveryStack) -> None:
    """Tests that neither name nor number nor address of a channel, nor any secret, is readable anywhere."""
    async with Providers() as server, stack.delivering(server):
        await stack.register("t1", await stack.seal(webhook(server), phone="13812345678"))
        await stack.offer("1")
        seen = await stack.settled()
    written = "".join(one.model_dump_json() for one in seen) + "".join(one.body.decode() for one in server.received)
    for secret in ("13812345678", "合成队长", "/hook/lead", SECRET, server.address, "one-tap"):
        assert secret not in written


async def test_every_secret_of_an_endpoint_signs_while_one_is_replaced(stack: DeliveryStack) -> None:
    """Tests that a receiver that knows only the old, or only the new secret, can check."""
    fresh = "whsec_" + "ZnJlc2gtc2VjcmV0LTAxMjM0NTY3ODkw"
    async with Providers() as server, stack.delivering(server):
        await stack.register("t1", await stack.seal(webhook(server, secret=f"{SECRET},{fresh}")))
        await stack.offer("1")
        await stack.settled()
    [request] = server.taken
    for secret in (SECRET, fresh):
        standardwebhooks.Webhook(secret).verify(request.body, request.headers)
