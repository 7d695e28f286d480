"""Every channel under one roof: a delivery and a way in, what came of it out."""

from __future__ import annotations

from typing import Final

from linli.schemas.deliveries import DeliveryRecord
from linli.schemas.people import ChannelKind
from linli.services.delivering.contacts import Way
from linli.services.delivering.letters import Letters
from linli.services.delivering.mail import Mail
from linli.services.delivering.posting import Poster
from linli.services.delivering.robots import DingTalk, Feishu, Robot, WeCom
from linli.services.delivering.sent import How, Sent
from linli.services.delivering.sms import SmsProvider, TextMessages
from linli.services.delivering.targets import Targets
from linli.services.delivering.webhooks import Webhooks

ROBOTS: Final[dict[ChannelKind, type[Robot]]] = {
    ChannelKind.WECOM: WeCom,
    ChannelKind.DINGTALK: DingTalk,
    ChannelKind.FEISHU: Feishu,
}


class Channels:
    """Sends by whatever channel is asked for.

    Parameters
    ----------
    poster, targets
        How to send over HTTP, and where one may.
    letters
        Writes what is said.
    sms
        The county's provider of text messages, if it has one.
    mail
        Mail and named services.
    """

    def __init__(self, poster: Poster, targets: Targets, letters: Letters, sms: SmsProvider | None, mail: Mail) -> None:
        self._letters = letters
        self._webhooks = Webhooks(poster, targets)
        self._robots = {kind: robot(poster, targets) for kind, robot in ROBOTS.items()}
        self._texts = TextMessages(poster, targets, sms, letters)
        self._mail = mail

    async def send(self, way: Way, record: DeliveryRecord) -> Sent:
        """Send one delivery one way."""
        letters = self._letters
        match way.kind:
            case ChannelKind.WEBHOOK:
                return await self._webhooks.send(way.channel, record.id, letters.body(record))
            case ChannelKind.WECOM | ChannelKind.DINGTALK | ChannelKind.FEISHU:
                return await self.say(way, letters.short(record))
            case ChannelKind.SMS:
                return await self._texts.send(way.channel, record)
            case ChannelKind.MAIL:
                return await self._mail.send(way.channel, letters.subject(record), letters.short(record))
            case ChannelKind.DESK | ChannelKind.COPY:
                return Sent(How.NEVER, "by_hand")

    async def say(self, way: Way, text: str) -> Sent:
        """Say something in a robot's group."""
        return await self._robots[way.kind].send(way.channel, text)
