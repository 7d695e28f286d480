"""What another policy would have made of the log, in words: both worlds side by side, and what cannot be told."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from linli.matcher.desk.deadlines import next_deadline
from linli.matcher.desk.decide import decide
from linli.schemas.errors import Both, Code, LinliError
from linli.schemas.glossary import word
from linli.schemas.policy_file import parse_policy
from linli.services.cli.here import Here
from linli.services.cli.other_roster import read_roster
from linli.services.cli.out import Out, clock
from linli.services.cli.policy_files import read_policy
from linli.services.cli.second_thoughts import partitions_named
from linli.services.cli.words import TONGUE, both
from linli.services.cli.working import working
from linli.streams.dispatch.round_work import Desk
from linli.streams.replay.what_if import Refusal, Teams, WhatIf, what_if
from linli.streams.replay.world_figures import WINDOW_PASSED, WorldFigures

FINDINGS_TOLD = 10
"""Findings of the checker that are shown: the first ones tell what is wrong."""

_REASONS = {
    "impossible": ("unmet: no team may", "暂无法安排：无合格队伍"),
    "lost": ("unmet: all who may are taken", "暂无法安排：合格队伍均已占用"),
    "stopped": ("unmet: the search was cut", "暂无法安排：搜索中止"),
    WINDOW_PASSED: ("unmet: closed, its time has passed", "暂无法安排：时段已过，已办结"),
}
"""Reasons of unmet requests in both languages."""


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What is other in the other world: a policy file, a file of teams, or both."""

    policy: Path | None
    roster: str | None


async def compare_worlds(
    here: Here, out: Out, partition: int | None, otherwise: Otherwise, *, verify: bool = False
) -> int:
    """Run the log again under a policy or a roster and show both worlds.

    Parameters
    ----------
    here, out
        Where the log is, and where the words go.
    partition
        Only this one; all if ``None``.
    otherwise
        What is other; what a policy file leaves out stays as each round had it, and so do teams that are not named.
    verify
        Whether bytes were to be compared too, which cannot be.

    Raises
    ------
    LinliError
        If the file is no policy, there is no such partition, or both were asked for.
    """
    if verify:
        detail = Both("--verify and --what-if cannot go together", "--verify 与 --what-if 不能同时使用")
        raise LinliError(Code.USAGE, detail=detail)
    given = read_policy(otherwise.policy) if otherwise.policy is not None else parse_policy("")
    teams: Teams = read_roster(otherwise.roster, here.settings) if otherwise.roster is not None else {}
    address = await here.reach_kafka()
    found = WhatIf()
    with working(both("Replaying …", "正在重放……")) as tell:
        for number in await partitions_named(address, partition):

            def progress(done: int, where: int = number) -> None:
                tell(both(f"What if: partition {where}, round {done} …", f"正在推演分区 {where} 第 {done} 轮……"))

            await what_if(address, number, given, Desk(decide, next_deadline), found, progress, teams)
    show_worlds(found, out)
    return 1 if found.refused else 0


def show_worlds(found: WhatIf, out: Out) -> None:
    """Show both worlds as a table and what must be known to read it, or as JSON."""
    recorded, other = found.figures
    out.data(
        {
            "rounds": found.rounds,
            "added": found.added,
            "first_rounds": found.first_rounds,
            "answers": found.answers,
            "answers_without_counterpart": found.without_counterpart,
            "commands_otherwise": found.otherwise,
            "refused": [_as_data(one) for one in found.refused.values()],
            "recorded": asdict(recorded),
            "what_if": asdict(other),
        }
    )
    if out.as_json:
        return
    rows = [(name, one, two, _by(one, two)) for name, one, two in _rows(recorded, other)]
    out.table(("", both("recorded", "记录"), both("what if", "推演"), both("difference", "差异")), _texts(rows))
    _say_what_holds(found, out)


def _as_data(one: Refusal) -> dict[str, object]:
    return {"district": one.district, "round": one.round, "at": one.at, "found": [asdict(v) for v in one.found]}


def _say_refused(one: Refusal, out: Out) -> None:
    """Say where the other world of a district ended, and what its checker found."""
    at = clock(one.at)
    out.say(
        f"District {one.district} ends at round {one.round} ({at}): no plan there keeps the hard rules under this "
        "policy, and everything after it is missing in the figures above. The checker found:",
        f"区划 {one.district} 推演至第 {one.round} 轮（{at}）终止：在此策略下没有任何计划符合硬性规则，"
        "此后的内容未计入上表。检查结果：",
    )
    rows = [
        (word(f"rule.{v.rule}", TONGUE), v.team, v.visit, f"{v.amount} {word('unit.' + v.unit, TONGUE)}")
        for v in one.found[:FINDINGS_TOLD]
    ]
    out.table((both("rule", "规则"), both("team", "队伍"), both("visit", "上门"), both("missed by", "相差")), rows)


def _say_what_holds(found: WhatIf, out: Out) -> None:
    """Say how far the figures can be believed."""
    for one in found.refused.values():
        _say_refused(one, out)
    out.say(
        f"{found.rounds} recorded rounds were run again; {found.added} decisions were added between them, where "
        "something was due in the other world alone.",
        f"重新推演 {found.rounds} 轮；另补 {found.added} 次决策，因推演中有事项先行到期。",
    )
    _say_what_was_answered(found, out)
    if found.otherwise:
        out.say(
            f"{found.otherwise} other commands counted in one world only, such as a confirmation of a team that was "
            "not proposed in the other.",
            f"另有 {found.otherwise} 条命令只在其中一方生效，例如确认了另一方并未建议的队伍。",
        )


def _say_what_was_answered(found: WhatIf, out: Out) -> None:
    """Say how many recorded answers had no offer to answer, and what that does to the figures."""
    if not found.without_counterpart:
        out.say(
            f"All {found.answers} recorded answers found their offer in the other world.",
            f"记录中的 {found.answers} 个答复在推演中均有对应的派单。",
        )
        return
    out.say(
        f"{found.without_counterpart} of {found.answers} answers had no counterpart: the offer was not made, went to "
        "another team, or was not open at that time. Such offers stay open until they expire, for nobody is "
        "simulated. Each answer without counterpart makes the other world look worse than it would have been: fewer "
        "teams that go, more offers, broken promises and unmet requests. What is promised, and the way, says most.",
        f"{found.answers} 个答复中有 {found.without_counterpart} 个在推演中没有对应的派单："
        "未派、派给他队或当时不在待答复。此类派单会一直等到超时，因为不模拟任何人。"
        "每缺一个对应，推演结果就会显得更差：接单更少，派单、未兑现的承诺和暂无法安排更多。最可信的是排期数和路程。",
    )


def _rows(one: WorldFigures, two: WorldFigures) -> list[tuple[str, float, float]]:
    rows: list[tuple[str, float, float]] = [
        (both("requests", "点单"), one.requests, two.requests),
        (both("promised", "已排期"), one.promised, two.promised),
        (both("a team was asked", "已派单"), one.offered, two.offered),
        (both("a team goes", "已接单"), one.committed, two.committed),
        (both("offers sent", "发出派单"), one.offers_sent, two.offers_sent),
        (both("offers expired", "超时未答复"), one.offers_expired, two.offers_expired),
        (both("promises broken", "未兑现的承诺"), one.promises_broken, two.promises_broken),
    ]
    rows += [(both(*words), one.unmet.get(key, 0), two.unmet.get(key, 0)) for key, words in _REASONS.items()]
    minutes = both("minutes on the way to a visit when promised", "排期时平均单程（分钟）")
    return [*rows, (minutes, _minutes_a_way(one), _minutes_a_way(two))]


def _minutes_a_way(one: WorldFigures) -> float:
    return round(one.way_seconds / 60 / one.ways, 1) if one.ways else 0


def _by(one: float, two: float) -> str:
    return "" if one == two else f"{two - one:+g}"


def _texts(rows: list[tuple[str, float, float, str]]) -> list[tuple[str, str, str, str]]:
    return [(name, f"{one:g}", f"{two:g}", by) for name, one, two, by in rows]
