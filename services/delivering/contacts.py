"""Whom to tell for a team or a node at a moment: its own contact or the deputy's, opened, or why nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import ValidationError

from linli.schemas.deliveries import DeliveryRecord, Purpose
from linli.schemas.organisation import NodeRecord
from linli.schemas.people import Channel, ChannelKind, ContactPart
from linli.schemas.roster import RosterRecord
from linli.schemas.subject_keys import SubjectKey
from linli.streams.codec import decode_as
from linli.streams.delivery.feed import Keys
from linli.streams.sealed.keyring import Keyring, UnsealError
from linli.streams.sealed.mark_uses import MarkUse
from linli.streams.sealed.sealing import unseal

GROUPS = frozenset({ChannelKind.WECOM, ChannelKind.DINGTALK, ChannelKind.FEISHU, ChannelKind.COPY})
"""Channels that end before many eyes, a text that somebody pastes into a chat included."""


USUAL_ZONE = "Asia/Shanghai"
"""The zone of every county there is so far; a team that is known says its own."""


class Nobody(StrEnum):
    """Why a team, or a node of the organisation, cannot be told by a machine."""

    UNKNOWN_TEAM = "unknown_team"
    UNKNOWN_NODE = "unknown_node"
    NO_CONTACT = "no_contact"
    ERASED = "contact_erased"
    UNSEALABLE = "contact_unsealable"
    NO_CHANNEL = "no_channel"


@dataclass(frozen=True, slots=True)
class Way:
    """One channel of a contact, and the mark that stands for its address in records."""

    channel: Channel
    mark: str

    @property
    def kind(self) -> ChannelKind:
        """What sort of channel it is."""
        return self.channel.kind


@dataclass(frozen=True, slots=True)
class Reachable:
    """The ways to somebody, the best first; none, and why, if only a person can do it.

    ``since`` is when the team was last written down: an address that was given up before that is tried again.
    """

    ways: tuple[Way, ...]
    why_none: str
    since: datetime | None


class Contacts:
    """Opens contacts. Nothing that was opened is kept: a contact that is erased is gone with its key.

    Parameters
    ----------
    keyring
        Holds the master key.
    keys
        The keys of sealed parts.
    """

    def __init__(self, keyring: Keyring, keys: Keys) -> None:
        self._keyring = keyring
        self._keys = keys
        self._teams: dict[tuple[str | None, str], RosterRecord] = {}
        self._nodes: dict[tuple[str | None, str], NodeRecord] = {}

    def put(self, written: RosterRecord | NodeRecord) -> None:
        """Note a team, or a node of the organisation, as it was last written."""
        if isinstance(written, RosterRecord):
            self._teams[written.district, written.details.team] = written
        else:
            self._nodes[written.district, written.details.node] = written
        deputy = written.details.deputy
        for sealed in (written.details.sealed_contact, None if deputy is None else deputy.sealed_contact):
            if sealed is not None:
                self._keys.get(sealed.key_id)

    def zone_of(self, district: str, team: str) -> str:
        """Give the zone in which a team's days begin; the county's usual one for a team that is not known."""
        known = self._teams.get((district, team))
        return USUAL_ZONE if known is None else known.details.zone

    def of(self, record: DeliveryRecord, at: datetime) -> Reachable:
        """Give the ways to whoever answers for a team, or a node, at a moment.

        Parameters
        ----------
        record
            What is to be told, to the team or node of that id in its own district; without either only a person can
            tell it. If it is about a child, no group is among the ways.
        at
            Decision time: within a deputy's span the deputy is told; of a day to come, whoever answers for the team
            when its first visit begins, for that is who goes or sees to it that somebody does.
        """
        if record.team is None and record.node is None:
            return Reachable((), "", None)
        known = self._known(record)
        if isinstance(known, Nobody):
            return Reachable((), known, None)
        opened = self._opened(known, _answered_for(record, at))
        if isinstance(opened, Nobody):
            return Reachable((), opened, known.at)
        ways = tuple(
            Way(channel, self._mark(channel))
            for channel in opened.channels
            if not (record.child and channel.kind in GROUPS)
        )
        return Reachable(ways, "" if ways else Nobody.NO_CHANNEL, known.at)

    def _known(self, record: DeliveryRecord) -> RosterRecord | NodeRecord | Nobody:
        if record.node is not None:
            return self._nodes.get((record.district, record.node)) or Nobody.UNKNOWN_NODE
        return self._teams.get((record.district, record.team or "")) or Nobody.UNKNOWN_TEAM

    def _opened(self, known: RosterRecord | NodeRecord, at: datetime) -> ContactPart | Nobody:
        sealed = known.details.contact_at(at)
        if sealed is None:
            return Nobody.NO_CONTACT
        key = self._keys.get(sealed.key_id)
        if key is None:
            return Nobody.ERASED
        try:
            return unseal(sealed, decode_as(SubjectKey, key), self._keyring, ContactPart)
        except (UnsealError, ValidationError):
            return Nobody.UNSEALABLE

    def _mark(self, channel: Channel) -> str:
        if not channel.target:
            return ""
        return self._keyring.mark(MarkUse.DELIVERY_TARGET, f"{channel.kind.value}\x1f{channel.target}".encode())


def _answered_for(record: DeliveryRecord, at: datetime) -> datetime:
    """Give the moment of which the contact is told: now, or the beginning of the day that a list is about."""
    return at if record.purpose is not Purpose.DAY_AHEAD or record.start is None else max(at, record.start)
