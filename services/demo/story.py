"""Telling one request's whole story, and one that nobody could go to, in plain words from the ledger alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from linli.schemas.assignment import AssignmentRecord, DoneState, Offer, Rated, Unmet
from linli.schemas.explanation import SmallestChange, WhyNobody
from linli.schemas.glossary import Tongue, word, word_of
from linli.schemas.lifecycle import OfferState, State
from linli.schemas.menu import shipped_menu
from linli.services.demo.sentences import say
from linli.services.demo.tally import Tally
from linli.services.language import Language

ZONE = ZoneInfo("Asia/Shanghai")

_NO_RECORDS: list[AssignmentRecord] = []


class Teller:
    """Puts ledger records into sentences.

    Parameters
    ----------
    tally
        The day.
    language
        Of the sentences.
    """

    def __init__(self, tally: Tally, language: Language) -> None:
        self._tally = tally
        self._language = language.resolved()

    def story(self, wanted: str) -> list[str]:
        """Tell a request from order to rating: the wanted one, else one like it that was declined, done and rated."""
        records = self._tally.history.get(wanted, [])
        if not _ends_well(records):
            records = next((one for one in self._tally.history.values() if _ends_well(one)), _NO_RECORDS)
        return list(self._sentences(records)) if records else [self._say("no_story")]

    def unmet(self) -> list[str]:
        """Tell why nobody could go to a request and what would have helped: one with a change that helps, if any."""
        found = [records for records in self._tally.history.values() if _why_unmet(records) is not None]
        found.sort(key=lambda records: (_change(records) is None, records[-1].request_id))
        return self._unmet(found[0]) if found else []

    def _sentences(self, records: Sequence[AssignmentRecord]) -> Iterator[str]:
        yield self._ordered(records[0])
        before: AssignmentRecord | None = None
        for record in records:
            yield from self._step(record, before)
            before = record

    def _ordered(self, record: AssignmentRecord) -> str:
        details = record.details
        if details is None:
            return ""
        return self._say(
            "story_ordered",
            time=_clock(record.at),
            requester=self._word_of(details.requester),
            category=category_name(details.category, self._language),
            beneficiary=self._word_of(details.beneficiary),
            id=record.request_id,
        )

    def _step(self, record: AssignmentRecord, before: AssignmentRecord | None) -> Iterator[str]:
        time = _clock(record.at)
        yield from self._declines(record, before)
        match record.status:
            case DoneState(minutes=minutes):
                yield self._say("story_done", time=time, minutes=minutes)
            case Rated(stars=stars):
                yield self._say("story_rated", time=time, stars=stars)
            case _ if record.state is State.PROMISED and record.promise is not None:
                window = record.promise
                yield self._say("story_promised", time=time, start=_clock(window.start), end=_clock(window.end))
            case _ if record.state is State.OFFERED:
                yield from self._asked(record, before)
            case _ if record.state is State.COMMITTED:
                going = next(leg.assignment for leg in record.legs if leg.assignment is not None)
                team, count = self._team(going.team), len(going.members)
                yield self._say("story_committed", time=time, team=team, count=count)
            case _ if record.state is State.UNDER_WAY:
                yield self._say("story_under_way", time=time)
            case _ if record.state not in (State.REGISTERED, State.CLOSED):
                yield self._say("story_other", time=time, state=self._word_of(record.state))
            case _:
                return

    def _declines(self, record: AssignmentRecord, before: AssignmentRecord | None) -> Iterator[str]:
        known = {o.id for o in _offers(before) if o.state is OfferState.DECLINED}
        for offer in _offers(record):
            if offer.state is OfferState.DECLINED and offer.id not in known:
                reason = self._word_of(offer.declined) if offer.declined else ""
                team = self._team(offer.team)
                yield self._say("story_declined", time=_clock(record.at), team=team, reason=reason)

    def _asked(self, record: AssignmentRecord, before: AssignmentRecord | None) -> Iterator[str]:
        known = {offer.id for offer in _offers(before)}
        for offer in _offers(record):
            if offer.id in known or offer.state is not OfferState.OPEN:
                continue
            time, team = _clock(record.at), self._team(offer.team)
            if offer.why is None or not offer.why.next_best:
                yield self._say("story_offered_only", time=time, team=team)
                continue
            other = offer.why.next_best[0]
            yield self._say(
                "story_offered",
                time=time,
                team=team,
                seconds=self._minutes(offer.why.chosen.seconds),
                other=self._team(other.team),
                more=self._minutes(other.seconds),
            )

    def _unmet(self, records: Sequence[AssignmentRecord]) -> list[str]:
        why, details = _why_unmet(records), records[0].details
        if why is None or details is None:
            return []
        window = details.windows[0]
        lines = [
            self._say(
                "unmet_ordered",
                category=category_name(details.category, self._language),
                beneficiary=self._word_of(details.beneficiary),
                id=records[0].request_id,
                start=_clock(window.start),
                end=_clock(window.end),
            )
        ]
        if why.rules:
            rules = " · ".join(f"{self._word('rule.' + rule.rule)} {rule.teams}" for rule in why.rules)
            lines.append(self._say("unmet_rules", rules=rules))
        if why.lost_to:
            lines.append(self._say("unmet_lost", requests=", ".join(why.lost_to)))
        lines.append(self._helps(why.change))
        return lines

    def _helps(self, change: SmallestChange | None) -> str:
        if change is None:
            return self._say("unmet_no_change")
        words = [self._word("change." + change.change)]
        if change.unit == "seconds":
            words.append(self._minutes(change.amount))
        elif change.unit != "choice":
            words.append(f"{change.amount} {self._word('unit.' + change.unit)}")
        if change.team is not None:
            words.append(f"({self._team(change.team)})")
        return self._say("unmet_change", change=" ".join(words))

    def _minutes(self, seconds: int) -> str:
        return self._say("minutes", minutes=round(seconds / 60))

    def _team(self, team: str) -> str:
        known = self._tally.roster.get(team)
        return known.details.name if known else team

    def _word(self, code: str) -> str:
        return word(code, tongue(self._language))

    def _word_of(self, value: StrEnum) -> str:
        return word_of(value, tongue(self._language))

    def _say(self, key: str, **values: object) -> str:
        return say(key, self._language, **values)


def tongue(language: Language) -> Tongue:
    """Return the glossary's name of a language."""
    return "zh" if language.resolved() is Language.CHINESE else "en"


def category_name(code: str, language: Language) -> str:
    """Return a category's name from the service menu."""
    item = shipped_menu().item(code)
    if item is None:
        return code
    return item.zh if tongue(language) == "zh" else item.en


def _offers(record: AssignmentRecord | None) -> list[Offer]:
    return [offer for leg in record.legs for offer in leg.offers] if record is not None else []


def _ends_well(records: Sequence[AssignmentRecord]) -> bool:
    """Say whether a request was declined by one team, done by another, and rated."""
    if not records or not any(record.state is State.RATED for record in records):
        return False
    return any(offer.state is OfferState.DECLINED for offer in _offers(records[-1]))


def _why_unmet(records: Sequence[AssignmentRecord]) -> WhyNobody | None:
    told = [record.status.why for record in records if isinstance(record.status, Unmet)]
    return next((why for why in told if why.outcome != "stopped"), None)


def _change(records: Sequence[AssignmentRecord]) -> SmallestChange | None:
    why = _why_unmet(records)
    return why.change if why is not None else None


def _clock(moment: datetime) -> str:
    return moment.astimezone(ZONE).strftime("%H:%M")
