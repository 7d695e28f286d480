"""Explanations as sentences in a cell: why this team, what others would cost, why nobody, what would help."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from linli.schemas.explanation import CostTerm, SmallestChange, TeamChoice, WhyNobody, WhyTeam
from linli.schemas.glossary import word
from linli.schemas.orders import Window
from linli.services.sheets.notes import Note, sheet_word

ALTERNATIVES_MAX: Final = 3
"""Other teams named in a cell: what fits and what a person weighs."""

NUMBERS_MAX: Final = 3
"""Other orders named as being in the way."""

RULES_MAX: Final = 3
"""Rules named for an order that nobody can serve, those that keep most teams away first."""

Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class Words:
    """How things are said: the language, the zone of times, names of teams, numbers of orders by our ids."""

    language: Language
    zone: ZoneInfo
    teams: Mapping[str, str]
    numbers: Mapping[str, str]

    def say(self, code: str, **values: object) -> str:
        """Say one of our own words."""
        return sheet_word(code, self.language, **values)

    def word(self, code: str) -> str:
        """Say a word of the glossary."""
        return word(code, self.language)

    def team(self, team: str) -> str:
        """Name a team."""
        return self.teams.get(team, team)

    def minutes(self, seconds: int) -> str:
        """Say a cost in seconds as minutes."""
        return self.say("say.minutes", n=round(seconds / 60))

    def local(self, moment: datetime) -> datetime:
        """Give a moment in the zone of the sheet."""
        return moment.astimezone(self.zone)

    def window(self, window: Window) -> str:
        """Say a window, its day once."""
        start, end = self.local(window.start), self.local(window.end)
        until = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%Y-%m-%d %H:%M}"
        return f"{start:%Y-%m-%d %H:%M}-{until}"

    def note(self, note: Note) -> str:
        """Say a remark on a line."""
        return self.say(f"note.{note.rule}", detail=note.detail)

    @property
    def comma(self) -> str:
        """What stands between the parts of a list."""
        return "，" if self.language == "zh" else ", "


def why_team(why: WhyTeam, words: Words) -> str:
    """Say why a team was chosen."""
    if round(why.chosen.seconds / 60) == 0:
        return words.say("say.adds_nothing")
    terms = _terms(why.chosen.terms, words)
    adds = "say.adds" if why.is_least else "say.adds_together"
    return words.say(adds, total=words.minutes(why.chosen.seconds), terms=terms)


def _terms(terms: tuple[CostTerm, ...], words: Words) -> str:
    told = (one for one in terms if round(one.seconds / 60))
    return words.comma.join(f"{words.word(f'cost.{one.name}')} {words.minutes(one.seconds)}" for one in told)


def alternatives(why: WhyTeam, words: Words) -> str:
    """Say which teams could go as well, and what the plan would cost more with them."""
    if not why.next_best:
        return words.say("say.no_other")
    chosen = why.chosen.seconds
    return words.comma.join(
        f"{words.team(one.team)} +{words.minutes(max(0, one.seconds - chosen))}"
        for one in why.next_best[:ALTERNATIVES_MAX]
    )


def why_nobody(why: WhyNobody, words: Words) -> str:
    """Say why nobody can go."""
    if why.too_dear is not None:
        amount, limit = words.minutes(why.too_dear.seconds), words.minutes(why.too_dear.limit)
        return words.say("say.too_dear", amount=amount, limit=limit)
    outcome = words.word(f"nobody.{why.outcome}")
    if why.lost_to:
        numbers = words.comma.join(words.numbers.get(one, one) for one in why.lost_to[:NUMBERS_MAX])
        return f"{outcome}{words.comma}{words.say('say.lost', numbers=numbers)}"
    rules = words.comma.join(
        words.say("say.rule_teams", rule=words.word(f"rule.{one.rule}"), n=one.teams) for one in why.rules[:RULES_MAX]
    )
    return words.say("say.nobody", outcome=outcome, rules=rules) if rules else outcome


def smallest_change(change: SmallestChange | None, words: Words) -> str:
    """Say what single change would help."""
    if change is None:
        return words.say("say.no_change")
    amount = (
        words.minutes(change.amount)
        if change.unit == "seconds"
        else f"{change.amount} {words.word(f'unit.{change.unit}')}"
    )
    return words.comma.join(
        part
        for part in (
            words.word(f"change.{change.change}"),
            amount,
            words.team(change.team) if change.team else "",
            words.say("say.smallest") if change.proved else "",
        )
        if part
    )


def cost_difference(chosen: TeamChoice, other: TeamChoice, words: Words) -> str:
    """Say what another team would add, term by term as far as they differ."""
    mine = {one.name: one.seconds for one in chosen.terms}
    theirs = {one.name: one.seconds for one in other.terms}
    names = [n for n in dict.fromkeys([*theirs, *mine]) if round((theirs.get(n, 0) - mine.get(n, 0)) / 60)]
    signed: Callable[[int], str] = lambda seconds: f"{round(seconds / 60):+d}"  # noqa: E731
    terms = words.comma.join(
        f"{words.word(f'cost.{name}')} {signed(theirs.get(name, 0) - mine.get(name, 0))}" for name in names
    )
    more = round((other.seconds - chosen.seconds) / 60)
    return words.say("say.dearer", team=words.team(other.team), n=more, terms=terms)
