"""The words people read: every code in English and Chinese, from ``glossary.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Final, Literal

from linli.schemas.admission import Admitted
from linli.schemas.answers import DeclineReason, FailedReason
from linli.schemas.assignment import Audience
from linli.schemas.choices import ChosenBy
from linli.schemas.dead_letters import Reason
from linli.schemas.deliveries import DeliveryState, Purpose
from linli.schemas.desk import ToldOutcome
from linli.schemas.double_registration import Deed, QuotaPeriod
from linli.schemas.escalation import Awaited, Pool
from linli.schemas.judging import Remedy, Verdict
from linli.schemas.lifecycle import OfferEnd, OfferState, State
from linli.schemas.list_files import ListKind
from linli.schemas.orders import Together
from linli.schemas.people import AgeBand, Beneficiary, ChannelKind, Requester
from linli.schemas.places import Terrain
from linli.schemas.policy import Mode
from linli.schemas.recurrence import Frequency, HolidayRule
from linli.schemas.referrals import ReferralOutcome
from linli.schemas.roles import Role
from linli.schemas.roster import TeamKind
from linli.schemas.rounds import OutcomeCode
from linli.schemas.service import Anomaly, ProofWay
from linli.schemas.standing import StandingStep, Visiting
from linli.schemas.stream_window import StreamWindow
from linli.schemas.telling import Tell
from linli.schemas.ways import Unmeasured

Tongue = Literal["en", "zh"]
"""The languages that are spoken."""

LIST_OF: Final[dict[type[StrEnum], str]] = {
    State: "state",
    OfferState: "offer",
    OutcomeCode: "outcome",
    Reason: "dead_letter",
    Unmeasured: "unmeasured",
    DeclineReason: "decline",
    FailedReason: "failed",
    Beneficiary: "beneficiary",
    AgeBand: "age",
    Requester: "requester",
    TeamKind: "team_kind",
    Mode: "mode",
    Admitted: "admitted",
    Terrain: "terrain",
    DeliveryState: "delivery",
    Purpose: "purpose",
    Role: "role",
    OfferEnd: "offer_end",
    ChannelKind: "channel",
    Audience: "audience",
    ChosenBy: "chosen_by",
    Tell: "tell",
    ToldOutcome: "told",
    Awaited: "awaited",
    Pool: "pool",
    ReferralOutcome: "referral_outcome",
    ListKind: "county_list",
    Together: "together",
    QuotaPeriod: "quota_period",
    Deed: "deed",
    ProofWay: "proof",
    Anomaly: "anomaly",
    Verdict: "verdict",
    Remedy: "remedy",
    Frequency: "frequency",
    HolidayRule: "holidays",
    StandingStep: "standing_step",
    Visiting: "visiting",
    StreamWindow: "stream_window",
}
"""Which list of the glossary names the values of an enumeration."""


@lru_cache(maxsize=1)
def glossary() -> Mapping[str, tuple[str, str]]:
    """Return every word as (English, Chinese) by ``list.code``."""
    text = files("linli.schemas").joinpath("glossary.toml").read_text(encoding="utf-8")
    return {
        f"{name}.{code}": (english, chinese)
        for name, words in tomllib.loads(text).items()
        for code, (english, chinese) in words.items()
    }


def word(code: str, language: Tongue) -> str:
    """Return the word for a code such as ``state.promised``.

    A code that the glossary does not have is returned as it is, without its list: a newer build's state must not stop
    an older screen.

    Parameters
    ----------
    code
        List and code, joined by a full stop.
    language
        ``en`` or ``zh``.
    """
    known = glossary().get(code)
    if known is None:
        return code.rpartition(".")[2].replace("_", " ")
    return known[1] if language == "zh" else known[0]


def word_of(value: StrEnum, language: Tongue) -> str:
    """Return the word for a value of one of our enumerations.

    Raises
    ------
    KeyError
        If the enumeration has no list in the glossary.
    """
    return word(f"{LIST_OF[type(value)]}.{value.value}", language)


_DETAILS: Final = ("detail", "rule", "offer_end", "offer", "state", "mode")
"""Lists in which the detail of an outcome may stand, the most telling first."""


def detail_in_words(detail: str, language: Tongue) -> str:
    """Return the words for an outcome's detail: a rule that was broken, what became of an offer, a state."""
    found = next((name for name in _DETAILS if f"{name}.{detail}" in glossary()), _DETAILS[0])
    return word(f"{found}.{detail}", language)


def words(name: str) -> Mapping[str, tuple[str, str]]:
    """Return one list of the glossary: code to (English, Chinese)."""
    prefix = f"{name}."
    return {code.removeprefix(prefix): both for code, both in glossary().items() if code.startswith(prefix)}
