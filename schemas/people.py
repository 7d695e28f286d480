"""Who needs help, who ordered it, and the one sub-model that may identify them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from linli.schemas.base import Edge, Inside, Ref
from linli.schemas.places import Location

PersonName = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 \-]{4,19}$")]
AddressLine = Annotated[str, StringConstraints(min_length=1, max_length=200)]
HealthNote = Annotated[str, StringConstraints(max_length=500)]


class Beneficiary(StrEnum):
    """Who receives the help; ``public``: nobody in particular, of an activity for many (群众活动)."""

    EMPTY_NEST_ELDERLY = "empty_nest_elderly"
    DISABLED_RESIDENT = "disabled_resident"
    LEFT_BEHIND_CHILD = "left_behind_child"
    OTHER = "other"
    PUBLIC = "public"


class AgeBand(StrEnum):
    """Age as a band: a birth date is never asked for. Under 14 is the law's line for sensitive data."""

    UNDER_14 = "under_14"
    FROM_14_TO_17 = "14_to_17"
    ADULT = "adult"


def is_child(beneficiary: Beneficiary, age: AgeBand) -> bool:
    """Tell whether the help is for a child; a left-behind child is one whatever age the sender forgot to state."""
    return beneficiary is Beneficiary.LEFT_BEHIND_CHILD or age is not AgeBand.ADULT


class Requester(StrEnum):
    """Who placed the order. Many of those who need help cannot order themselves (代点单)."""

    BENEFICIARY = "beneficiary"
    FAMILY = "family"
    GRID_WORKER = "grid_worker"
    HOUSEHOLD_GROUP_HEAD = "household_group_head"
    TRAINED_PROXY = "trained_proxy"
    HOTLINE = "hotline"
    DEPARTMENT = "department"


class Guardian(Edge):
    """A child's guardian."""

    name: PersonName
    phone: Phone | None = None


class PersonalPart(Edge):
    """Everything that identifies a person, and nothing else. It leaves the edge only sealed."""

    name: PersonName
    phone: Phone | None = None
    address_line: AddressLine | None = None
    location: Location | None = None
    health_note: HealthNote | None = None
    guardian: Guardian | None = None
    requester_name: PersonName | None = None
    requester_phone: Phone | None = None
    detail: HealthNote | None = None


class ChannelKind(StrEnum):
    """How a team lead can be told: by a program, a group robot, mail, text message, or by a person."""

    WEBHOOK = "webhook"
    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"
    MAIL = "mail"
    SMS = "sms"
    DESK = "desk"
    COPY = "copy"


CHANNELS_MAX = 6
"""Channels of one contact, tried one after another: more would only keep the desk from hearing that none works."""


class Channel(Edge):
    """One way to reach somebody: an address or number, and the secret that signs what is sent there.

    Control characters are refused: an address has none, and the longest contact must fit into a sealed part.
    """

    kind: ChannelKind
    target: Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    secret: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")] | None = None


class ContactPart(Edge):
    """How a team's lead is reached, the best channel first; sealed like a resident's personal part."""

    name: PersonName
    phone: Phone | None = None
    endpoint: Annotated[str, StringConstraints(max_length=300)] | None = None
    channels: tuple[Channel, ...] = Field(default=(), max_length=CHANNELS_MAX)


class NotePart(Edge):
    """What a person wrote about a case, where it is kept for long: it may name somebody, so it is kept sealed."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=500)]


class SealedPart(Inside):
    """A personal part as it travels: AES-256-GCM under a key that exists for this event alone.

    ``nonce`` and ``ciphertext`` are base64; the associated data is the key id, so a sealed part cannot be moved to
    another key. The key itself, wrapped by the master key, is in the topic ``subject-keys``.
    """

    key_id: Ref
    nonce: Annotated[str, StringConstraints(max_length=24)]
    ciphertext: Annotated[str, StringConstraints(max_length=16_384)]


class Marks(Inside):
    """Keyed HMACs that let equal things be seen as equal without telling what they are (hex, 128 bits each).

    ``household``: same phone or address; ``content``: the whole order as it was given.
    """

    household: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")] | None = None
    content: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]


class Consent(Edge):
    """What was agreed to. A child under 14 needs the guardian's consent as well."""

    beneficiary: bool
    guardian: bool = False


class Flags(Edge):
    """Warnings that keep a request away from volunteers. A word list may raise them; nothing clears them."""

    danger_to_life: bool = False
    suspected_harm: bool = False


class Wishes(Edge):
    """What the resident asked for about who comes."""

    gender: Annotated[str, StringConstraints(pattern=r"^(female|male)$")] | None = None
    language: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_\-]{0,47}$")] | None = None
    excluded_teams: tuple[Ref, ...] = Field(default=(), max_length=20)
