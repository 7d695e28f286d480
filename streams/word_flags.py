"""Words that raise a warning: read in what was told about a request, at the edge, before it is sealed.

A word can only raise a flag. It never clears one, so the list may be long-eared: a flag raised in error costs a look
by a person at the desk, a flag missed may cost a life.

Notes
-----
The list is short, ours, and not reviewed by doctors or child protection officers; a county should have it reviewed.
It knows Mandarin and English. Chronic conditions (a stroke years ago) are left out on purpose: they are why people
order help at all.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from linli.schemas.people import Flags, PersonalPart

DANGER_ZH: Final = """
昏迷，晕倒，晕过去，不省人事，没有意识，失去意识，叫不醒，没有呼吸，停止呼吸，呼吸困难，喘不过气，喘不上气，窒息，
胸痛，胸口痛，胸口疼，心口痛，大出血，血流不止，止不住血，吐血，抽搐，突发中风，突发心梗，突发脑梗，心脏骤停，
摔倒起不来，跌倒起不来，煤气中毒，一氧化碳，食物中毒，喝农药，触电，溺水，落水了，掉进水里，着火，失火，家里起火，
爆炸，自杀，轻生，寻死，不想活，活不下去，割腕，跳楼，上吊，救命，快不行了，生命危险
"""
"""Signs of danger to life, in Chinese; found anywhere in the text."""

DANGER_EN: Final = """
unconscious, not breathing, can't breathe, cannot breathe, trouble breathing, chest pain, choking, heavy bleeding,
bleeding heavily, seizure, cardiac arrest, carbon monoxide, gas leak, poisoned, overdose, electrocuted, drowning,
on fire, suicide, suicidal, kill myself, kill herself, kill himself, want to die, wants to die,
fallen and cannot get up, fallen and can't get up, fell and cannot get up, fell and can't get up
"""
"""Signs of danger to life, in English; found as whole words."""

HARM_ZH: Final = """
虐待，家暴，家庭暴力，殴打，毒打，暴打，被打伤，挨打，性侵，猥亵，强奸，性骚扰，遗弃，不给饭吃，不给吃饭，拐卖
"""
"""Signs that somebody is being harmed, in Chinese."""

HARM_EN: Final = """
abuse, abused, abusive, molest, molested, beaten, beats him, beats her, beats them, rape, raped, starved
"""
"""Signs that somebody is being harmed, in English."""

CHILD_HARM_ZH: Final = "打骂，体罚，骚扰，抛弃，关在家里，锁在家里，浑身是伤，身上有伤，伤痕，淤青，霸凌，欺凌，拐骗"
"""Signs that count when it is a child: an old person has bruises for many reasons, a child should have none."""

CHILD_HARM_EN: Final = "bruise, bruises, bruised, neglected, locked in, locked up, abandoned, bullied, trafficked"
"""The same in English."""


def _listed(words: str) -> tuple[str, ...]:
    return tuple(" ".join(word.split()) for word in words.replace("，", ",").split(","))


def _anywhere(words: str) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in _listed(words)))


def _whole_words(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_anywhere(words).pattern})\b")


_DANGER = (_anywhere(DANGER_ZH), _whole_words(DANGER_EN))
_HARM = (_anywhere(HARM_ZH), _whole_words(HARM_EN))
_CHILD_HARM = (_anywhere(CHILD_HARM_ZH), _whole_words(CHILD_HARM_EN))

_NO_CHARACTER = re.compile(r"[\W_]+")
"""Spaces and signs: they may stand between Chinese characters and hide nothing."""


def raised(flags: Flags, personal: PersonalPart, *, child: bool) -> Flags:
    """Return the flags with those added that the words of the personal part raise.

    Parameters
    ----------
    flags
        What the sender stated; what is raised stays raised.
    personal
        ``detail`` and ``health_note`` are read, each by itself.
    child
        Whether the help is for a child: then more words tell of harm.
    """
    told = [text for text in (personal.detail, personal.health_note) if text]
    return Flags(
        danger_to_life=flags.danger_to_life or any(tells_of_danger(text) for text in told),
        suspected_harm=flags.suspected_harm or any(tells_of_harm(text, child=child) for text in told),
    )


def tells_of_danger(text: str) -> bool:
    """Tell whether a text has a sign of danger to life."""
    return _tells_of(text, *_DANGER)


def tells_of_harm(text: str, *, child: bool) -> bool:
    """Tell whether a text has a sign that somebody, or a child, is being harmed."""
    return _tells_of(text, *_HARM) or (child and _tells_of(text, *_CHILD_HARM))


def _tells_of(text: str, chinese: re.Pattern[str], english: re.Pattern[str]) -> bool:
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    found = chinese.search(_NO_CHARACTER.sub("", plain)) or english.search(" ".join(plain.split()))
    return found is not None
