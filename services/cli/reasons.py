"""Why this team, or why nobody, and the smallest change that would help: explanations in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from linli.schemas.assignment import AssignmentRecord, Offer, Unmet
from linli.schemas.explanation import SmallestChange, WhyNobody, WhyTeam
from linli.schemas.glossary import detail_in_words, word, word_of
from linli.schemas.policy import Policy
from linli.services.cli.board_lookups import request_meant, team_names, teams_of
from linli.services.cli.here import Here
from linli.services.cli.out import Out, clock
from linli.services.cli.price_list import OF_TERM, price_in_words
from linli.services.cli.request_context import context_of
from linli.services.cli.words import TONGUE, both
from linli.services.county_files import load_policy
from linli.streams.board.reader import Tentative


async def explain_request(here: Here, out: Out, name: str) -> None:
    """Explain how a request stands.

    Raises
    ------
    LinliError
        If there is no such request.
    """
    async with here.board() as board:
        record = await request_meant(board, name)
        tentative = await board.tentative(record.request_id)
        context, policy = await context_of(board, record), load_policy(here.settings)
        teams = teams_of(record) + [one.team for one in tentative] + _explained_teams(record) + context.teams
        names = await team_names(board, teams)
    out.data({**_as_data(record, tentative), **context.as_data(policy)})
    if not out.as_json:
        explain_case(record, tentative, names, out, policy)
        context.say(names, policy, out)


def last_explained(record: AssignmentRecord) -> Offer | None:
    """Return the latest offer that says why its team was chosen."""
    told = [offer for leg in record.legs for offer in leg.offers if offer.why is not None]
    return max(told, key=lambda offer: (offer.offered_at, offer.id), default=None)


def _explained_teams(record: AssignmentRecord) -> list[str]:
    why = record.status.why if isinstance(record.status, Unmet) else None
    series = [one.team for one in record.series]
    examples = [team for rule in why.rules for team in rule.examples] if why else []
    examples += [one.team for one in why.exchanges] if why else []
    helper = [why.change.team] if why and why.change and why.change.team else []
    offer = last_explained(record)
    choices = [offer.why.chosen, *offer.why.next_best] if offer is not None and offer.why is not None else []
    return [*series, *examples, *helper, *(choice.team for choice in choices)]


def _as_data(record: AssignmentRecord, tentative: list[Tentative]) -> dict[str, object]:
    offer = last_explained(record)
    nobody = record.status.why if isinstance(record.status, Unmet) else None
    return {
        "request_id": record.request_id,
        "state": record.state.value,
        "nobody": None if nobody is None else nobody.model_dump(mode="json"),
        "offer": None if offer is None else offer.id,
        "team": None if offer is None or offer.why is None else offer.why.model_dump(mode="json"),
        "series": [one.model_dump(mode="json") for one in record.series],
        "tentative": [{"team": one.team, "leg": one.leg, "start": one.start} for one in tentative],
    }


def explain_case(
    record: AssignmentRecord, tentative: list[Tentative], names: Mapping[str, str], out: Out, policy: Policy
) -> None:
    """Say how a case stands: why nobody goes, why this team, or who would come by the plan as it is."""
    title = f"{record.request_id}  {word_of(record.state, TONGUE)}"
    out.say(title, title)
    for said in _series(record, names):
        out.say(said, said)
    offer = last_explained(record)
    if isinstance(record.status, Unmet):
        _explain_circle(record, record.status.why, out)
        explain_nobody(record.status.why, names, out)
    elif offer is not None and offer.why is not None:
        explain_team(offer, offer.why, names, out, policy)
    elif tentative:
        for one in tentative:
            team, start = names[one.team], clock(one.start)
            out.say(
                f"A window is promised; in the plan {team} would come at {start}. The team is asked shortly before.",
                f"已承诺时段；目前计划由{team}于 {start} 上门，临近时再询问队伍。",
            )
    elif not record.series:
        out.say("There is nothing to explain yet.", "目前没有可解释的内容。")


def _explain_circle(record: AssignmentRecord, why: WhyNobody, out: Out) -> None:
    """Say how far the categories let a team come, where that keeps teams away."""
    if record.details is None or all(rule.rule != "travel_limit" for rule in why.rules):
        return
    limit, metres = record.details.travel_minutes_max, record.details.travel_metres_max
    if limit is not None and metres is not None:
        out.say(
            f"It lies outside the circle of {limit} minutes and {metres} metres.",
            f"位于 {limit} 分钟、{metres} 米圈之外。",
        )
    elif limit is not None:
        out.say(f"It lies outside the {limit}-minute circle.", f"位于 {limit} 分钟圈之外。")
    elif metres is not None:
        out.say(f"It is farther than {metres} metres away.", f"距离超过 {metres} 米。")


def _series(record: AssignmentRecord, names: Mapping[str, str]) -> Iterator[str]:
    """Say what came of it that a team took the whole standing order."""
    for one in record.series:
        team, day = names[one.team], clock(one.since)
        going = record.legs[one.leg].assignment if one.leg < len(record.legs) else None
        if one.refused:
            rule = detail_in_words(one.refused, TONGUE)
            yield both(
                f"{team} took the whole series on {day}, and cannot make this visit: {rule}.",
                f"{team}已于 {day} 接下整个系列，但本次无法上门：{rule}。",
            )
        elif going is not None and going.team == one.team:
            yield both(
                f"{team} goes because it took the whole series on {day}.",
                f"由{team}上门，因为该队已于 {day} 接下整个系列。",
            )
        else:
            yield both(
                f"{team} took the whole series on {day}; this visit was taken back from it or given back.",
                f"{team}已于 {day} 接下整个系列，本次已退回。",
            )


def explain_team(offer: Offer, why: WhyTeam, names: Mapping[str, str], out: Out, policy: Policy) -> None:
    """Say why a team was chosen, what that is made of, and what others would add."""
    team, adds = names[offer.team], minutes(why.chosen.seconds)
    if why.is_least:
        out.say(
            f"{team} was chosen because it adds least to the whole plan: {adds}.",
            f"选择{team}，因为它使整个计划增加得最少：{adds}。",
        )
    else:
        out.say(
            f"{team} was chosen in the plan for all visits together, where it adds {adds}; "
            "for this visit alone another would add less.",
            f"按全部点单的整体计划选择{team}，增加 {adds}；单看此单，另有队伍增加更少。",
        )
    terms = [
        (
            word(f"cost.{term.name}", TONGUE),
            minutes(term.seconds),
            price_in_words(policy, OF_TERM[term.name]) if term.name in OF_TERM else "",
        )
        for term in why.chosen.terms
    ]
    out.table((both("what it costs", "代价构成"), "", both("price in the policy now", "现行策略的价格")), terms)
    others = [(names[choice.team], minutes(choice.seconds)) for choice in why.next_best]
    out.table((both("what others would add", "其他队伍的增加"), ""), others)
    if not others:
        out.say("No other team may go.", "没有其他可去的队伍。")


def explain_nobody(why: WhyNobody, names: Mapping[str, str], out: Out) -> None:
    """Say why nobody goes, what it would cost to serve it after all, and what would help."""
    if why.too_dear is not None:
        dear = why.too_dear
        alone, limit, until = minutes(dear.seconds), minutes(dear.limit), clock(dear.until)
        out.say(
            f"It waits for neighbours: alone it adds {alone}, the price of admission is {limit}. "
            f"Taken at any price from {until}.",
            f"正在等候同方向的需求：单独上门增加 {alone}，接单价格为 {limit}。{until} 起不论代价均安排。",
        )
        return
    outcome = word(f"nobody.{why.outcome}", TONGUE)
    if why.leg is not None:
        out.say(f"Several teams are needed; missing is team {why.leg + 1}.", f"需多支队伍，缺第 {why.leg + 1} 支。")
    out.say(f"Nobody: {outcome}.", f"无人可派：{outcome}。")
    rows = [
        (word(f"rule.{rule.rule}", TONGUE), str(rule.teams), ", ".join(names[team] for team in rule.examples))
        for rule in why.rules
    ]
    out.table((both("kept away by", "受此规则限制"), both("teams", "队伍数"), both("among them", "例如")), rows)
    if why.lost_to:
        taken = ", ".join(why.lost_to)
        out.say(f"Those that may go are taken by {taken}.", f"可去的队伍已排给 {taken}。")
    prices = [
        (one.request, names[one.team], word(f"standing.{one.because}", TONGUE), minutes(one.seconds))
        for one in why.exchanges
    ]
    heads = (
        both("to serve it, give up", "若改派，须放弃"),
        both("team", "队伍"),
        both("which comes first:", "其优先原因"),
    )
    out.table((*heads, both("the plan costs more by", "计划增加")), prices)
    _explain_change(why.change, names, out)


def _explain_change(change: SmallestChange | None, names: Mapping[str, str], out: Out) -> None:
    if change is None:
        out.say("No single change of those tried would serve it.", "所试的单项改动均不能满足。")
        return
    told = change_in_words(change, names)
    if not change.proved:
        out.say(f"A change that would help: {told}.", f"可行的改动：{told}。")
        return
    out.say(f"The smallest change that would help: {told}.", f"最小改动：{told}。")
    if change.whole:
        out.say("No smaller one of the list would, whatever the plan.", "清单中更小的改动，无论如何排班均无效。")
    else:
        out.say(
            "No smaller one of the list would, as long as all other visits keep their teams.",
            "在其他工单不换队伍的前提下，清单中更小的改动均无效。",
        )


def change_in_words(change: SmallestChange, names: Mapping[str, str]) -> str:
    """Say a change in words: what, how much, and at which team."""
    what = word(f"change.{change.change}", TONGUE)
    unit = word(f"unit.{change.unit}", TONGUE)
    amount = minutes(change.amount) if change.unit == "seconds" else f"{change.amount} {unit}"
    team = f" ({names[change.team]})" if change.team else ""
    return f"{what}, {amount}{team}"


def minutes(seconds: int) -> str:
    """Write a cost in seconds as minutes, or hours where it is more."""
    if abs(seconds) < 3_600:
        return both(f"{seconds / 60:.0f} min", f"{seconds / 60:.0f} 分钟")
    length = str(timedelta(minutes=round(seconds / 60)))[:-3]
    return both(f"{length} h", f"{length} 小时")
