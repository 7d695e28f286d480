"""Proves that no smaller listed change than the one found would serve an unserved visit, as far as the work allows.

Every smaller one is to be refuted: by the pair rules, which holds for every plan; or because no team that may go has
room, in whatever order it makes the visits it has, which holds as long as every other visit stays with its team. What
cannot be refuted leaves a change "found", not "smallest".

A proof that runs out of work can be gone on with later, from what it has refuted so far. So many proofs can share what
may be spent with the cheapest first: each gets little, then those that are still open get more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from linli.matcher.model import Model
from linli.matcher.problem import Team, Visit
from linli.matcher.reasons.change_list import KINDS, Candidate
from linli.matcher.reasons.changes import Asked, Served, near
from linli.matcher.reasons.lasting import lasting
from linli.matcher.reasons.no_room import Labels, Rooms, Windows, has_no_room
from linli.matcher.rules import FOREVER

LABELS_MAX = 20_000
"""Labels that may be looked at to prove that changes are the smallest, for all explanations of one round together: some
milliseconds of machine code; in plain Python, before that is loaded, a fifth of a second."""

LABELS_EACH = 2_000
"""Labels for one change: tours of up to nine visits rarely need more, longer ones tens of thousands."""


def prove_all(proofs: Sequence[Proof], labels: Labels) -> None:
    """Go on with many proofs, by what each gets in turn, until all are decided or what may be spent is gone."""
    for part in labels.parts:
        for proof in proofs:
            if labels.until():
                return
            if proof.is_open:
                mine = labels.part(-(-labels.each // part))
                proof.go_on(mine)
                labels.left -= mine.used
        # Once they are gone, only what needs none is refuted, and that the first time.
        if labels.left < 1:
            return


class _Claim(NamedTuple):
    """That one team has no room for the visit within these windows, with the time it takes in a model."""

    team: int
    windows: Windows
    changed: Team | None
    model: Model


class Proof:
    """What is to be refuted before a change that was found may be called the smallest.

    Parameters
    ----------
    asked
        The visit.
    served
        The change, and the smaller ones.

    Attributes
    ----------
    change : Change
        The change, with what is proved of it.
    is_open : bool
        Whether more labels might still prove it.
    """

    def __init__(self, asked: Asked, served: Served) -> None:
        self._asked, self.change = asked, served.by.change
        self._smaller = [one for one in served.before if one.size < served.by.size]
        self._refuted = _Refuted(asked.rooms, asked.visit)
        self._whole, self._claims = True, self._to_refute()
        self.is_open = not (self._is_entangled() or self._has_lost_waits() or self._has_unlisted())
        self._claim = self._next() if self.is_open else None

    def go_on(self, labels: Labels) -> None:
        """Refute what is left, until the labels are gone or something cannot be refuted."""
        while self._claim is not None:
            if not self._refuted.is_refuted(self._claim, labels):
                self.is_open = labels.is_spent
                return
            self._claim = self._next()

    def _next(self) -> _Claim | None:
        """Return what is to be refuted next; where nothing is left, the change is the smallest."""
        claim = next(self._claims, None)
        if claim is None:
            self.is_open, self.change = False, replace(self.change, proved=True, whole=self._whole)
        else:
            self._whole = self._whole and not claim.windows
        return claim

    def _to_refute(self) -> Iterator[_Claim]:
        """Yield every team and time at which a smaller change, or none at all, might serve the visit."""
        present = Candidate(self.change, self._asked.model.visits[self._asked.visit])
        contained = frozenset[int]()
        # The larger first: where that finds no room, what is contained in it needs no look.
        for one in [*reversed(self._smaller), present]:
            if id(one) in contained:
                continue
            if one.change.kind == "widen_window" and self._widens_alone():
                contained = frozenset(
                    id(each) for each in (*self._smaller, present) if each is not one and self._widens(each)
                )
            model = lasting(self._asked.model, self._asked.visit, one.wanted)
            for t, team in self._asked.teams(one):
                yield _Claim(t, _windows(model, t, team, one.wanted), one.changed, model)

    def _widens(self, one: Candidate) -> bool:
        """Say whether a change is a wider window, or none at all."""
        itself = self._asked.model.visits[self._asked.visit]
        return one.team is None and (one.change.kind == "widen_window" or one.wanted is itself)

    def _widens_alone(self) -> bool:
        """Say whether wider windows only ever allow more, to any team: no start and no asking counts against them."""
        model = self._asked.model
        wanted = model.visits[self._asked.visit]
        asked = wanted.urgency != 0 and any(model.teams[t].asked_enough_until is not None for t in self._asked.movable)
        return wanted.told is None and wanted.fetch is None and not asked

    def _is_entangled(self) -> bool:
        """Say whether the visit belongs to others of its request: what serves it alone may not serve them."""
        visits = self._asked.model.visits
        request = visits[self._asked.visit].request
        return sum(visit.request == request for visit in visits) > 1

    def _has_lost_waits(self) -> bool:
        """Say whether several waits for what is fetched are possible: all but the least were lost (`lead_of`)."""
        wanted = self._asked.model.visits[self._asked.visit]
        return wanted.fetch is not None and len(wanted.fetch.windows) > 1 and len(wanted.windows) > 1

    def _has_unlisted(self) -> bool:
        """Say whether clearing people longer, which is no change of the list, might do what only larger ones do."""
        model = self._asked.model
        wanted = model.visits[self._asked.visit]
        small = KINDS.index(self.change.kind) <= KINDS.index("clear_members")
        if small or not (wanted.safeguarding or wanted.gender):
            return False
        late = {"working_hours", "time_window"}
        return any(
            late & {one.rule for one in found} and model.cleared_until(wanted, team) < FOREVER
            for found, team in zip(self._asked.broken, model.teams, strict=True)
        )


def _windows(model: Model, team: int, who: Team, wanted: Visit) -> Windows:
    """Return when a variant of the visit may start on the team's duties; every crew counts as the first."""
    pinned = wanted.pin is not None and wanted.pin.crew is not None
    found = {d: model.cut(wanted, who, d, model.duties[d].crew if pinned else 0) for d in near(model, team, wanted)}
    return {duty: fit.windows for duty, fit in found.items() if fit is not None}


class _Refuted:
    """For which windows which team was found to have no room."""

    def __init__(self, rooms: Rooms, visit: int) -> None:
        self._rooms, self._visit = rooms, visit
        self._refuted: dict[tuple[int, int], list[Windows]] = {}

    def is_refuted(self, claim: _Claim, labels: Labels) -> bool:
        """Say whether it is proved that the team, itself changed or not, has no room."""
        rooms = self._rooms.seen_by(claim.model)
        if claim.changed is not None:
            return has_no_room(rooms, self._visit, claim.windows, claim.changed, labels)
        # What lasts longer, waiting for what is fetched, says nothing of what does not.
        known = self._refuted.setdefault((claim.team, claim.model.duration[self._visit]), [])
        if any(_contains(wider, claim.windows) for wider in known):
            return True
        if not has_no_room(rooms, self._visit, claim.windows, claim.model.teams[claim.team], labels):
            return False
        known.append(claim.windows)
        return True


def _contains(wider: Windows, windows: Windows) -> bool:
    return all(
        any(lo <= one[0] and one[1] <= hi for lo, hi in wider.get(duty, ()))
        for duty, mine in windows.items()
        for one in mine
    )
