"""Two synthetic sheets as a county's hands would write them: titles on top, dates in many styles, some lines broken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from linli.schemas.glossary import word, word_of
from linli.schemas.menu import ServiceMenu
from linli.schemas.orders import Order
from linli.schemas.roster import Member, RegisterTeam
from linli.services.demo.county import distance_km, grids_by_code, layout, sinan
from linli.services.demo.demand import Scenario, ask
from linli.services.demo.teams import roster
from linli.services.demo.timed import chance
from linli.services.sheets.writing import Value, writing

ORDERS: Final = "工单.xlsx"
TEAMS: Final = "队伍.xlsx"

TITLE: Final = "志愿服务工单汇总表（模拟数据，人名电话均为虚构）"
TEAM_TITLE: Final = "志愿服务队伍登记表（模拟数据）"

ORDER_HEADER: Final = (
    *("序号", "工单编号", "登记时间", "服务项目", "服务对象", "姓名", "联系电话", "所在村居", "家庭住址"),
    *("预约日期", "预约时段", "诉求内容", "本人同意", "监护人同意", "代点人身份", "是否紧急", "拟派队伍"),
)
TEAM_HEADER: Final = (
    *("队伍编号", "队伍名称", "队伍类别", "服务技能", "驻地", "上门小组数", "服务时间", "队员人数", "女队员人数"),
    *("已查询人数", "查询机关", "查询有效期", "已投保人数", "保险有效期", "会说的语言", "联系人", "联系电话"),
)

FREE_WORDS: Final = {
    "haircut": "帮老人剪头发",
    "shopping": "代买米和油",
    "medicine": "去医院帮忙拿药",
    "cleaning": "打扫房间",
    "repair": "水龙头漏水",
    "company": "陪老人聊天",
    "follow_up": "量血压",
}
"""What people write instead of the menu's names."""

FREE_SHARE: Final = 0.12
BROKEN_EVERY: Final = 29
"""One line in so many is broken on purpose, each time in another way."""


def write_samples(folder: Path, count: int, seed: int, day: date, menu: ServiceMenu, *, overwrite: bool) -> list[Path]:
    """Write both sheets into a folder.

    Parameters
    ----------
    folder
        Where to; made if it is not there.
    count
        Lines of orders.
    seed
        The same seed gives the same sheets.
    day
        The day they are for; they were written down the day before.
    menu
        Whose names the orders use.
    overwrite
        Whether files of those names are replaced.

    Raises
    ------
    LinliError
        If they cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    teams = roster(day)
    with writing(folder / ORDERS, overwrite=overwrite) as book:
        table = book.table("工单", [TITLE])
        table.row([f"填报日期：{day - timedelta(days=1):%Y年%m月%d日}"])
        table.row(ORDER_HEADER)
        for row in _orders(count, seed, day, menu, teams):
            table.row(row)
    with writing(folder / TEAMS, overwrite=overwrite) as book:
        table = book.table("队伍", [TEAM_TITLE])
        table.row(TEAM_HEADER)
        for team in teams:
            table.row(_team_row(team))
    return [folder / ORDERS, folder / TEAMS]


def _orders(
    count: int, seed: int, day: date, menu: ServiceMenu, teams: Sequence[RegisterTeam]
) -> Iterator[list[Value]]:
    dice = chance(seed, "sheets", day.isoformat())
    grids = {grid.code: grid.name for grid in sinan().grids}
    for serial in range(1, count + 1):
        order = ask(dice, day, serial, Scenario.CALM).order
        row = _order_row(dice, serial, order, day, grids[order.grid or ""], menu, teams)
        yield _broken(row, serial // BROKEN_EVERY) if serial % BROKEN_EVERY == 0 else row


def _order_row(
    dice: Random, serial: int, order: Order, day: date, place: str, menu: ServiceMenu, teams: Sequence[RegisterTeam]
) -> list[Value]:
    item = menu.item(order.category)
    person, written = order.personal, day - timedelta(days=1)
    free = FREE_WORDS.get(order.category) if dice.random() < FREE_SHARE else None
    when, part = _when(dice, order.windows[0].start.astimezone(ZoneInfo(layout().zone)), written)
    return [
        serial,
        order.source_id,
        f"{written:%Y-%m-%d} {8 + serial % 9:02}:{serial % 60:02}",
        free or (item.zh if item is not None else order.category),
        word_of(order.beneficiary, "zh"),
        person.name if person else "",
        person.phone if person else "",
        place,
        person.address_line if person else "",
        when,
        part,
        (person.detail if person else "") or "",
        "是",
        "是" if order.consent.guardian else "",
        word_of(order.requester, "zh"),
        "紧急" if order.urgent else "",
        _own_choice(dice, order, menu, teams),
    ]


def _when(dice: Random, start: datetime, written: date) -> tuple[str, str]:
    """Write a day and a time of day in one of the styles that hands and programs use."""
    day, hour = start.date(), min(max(start.hour, 8), 17)
    styles = [
        f"{day:%Y-%m-%d}",
        f"{day:%Y/%m/%d}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.month}月{day.day}日",
    ]
    if (day - written).days in (1, 2):
        styles.append(("明天", "后天")[(day - written).days - 1])
    half = "上午" if hour < 12 else "下午"
    spoken = f"{half}{_spoken(hour)}点到{_spoken(hour + 2)}点"
    times = [half, f"{hour}:00-{hour + 2}:00", *([] if 10 < hour < 13 else [spoken])]
    return dice.choice(styles), dice.choice(times)


def _spoken(hour: int) -> int:
    """Give an hour as it is said beside 上午 and 下午."""
    return hour if hour <= 12 else hour - 12


def _own_choice(dice: Random, order: Order, menu: ServiceMenu, teams: Sequence[RegisterTeam]) -> str:
    """Name the team that a desk would send by habit: the nearest that knows how, for about half of the lines."""
    item = menu.item(order.category)
    if item is None or dice.random() < 0.5:
        return ""
    skills = {need.skill for need in item.skills}
    able = [
        team for team in teams if skills <= {one.skill for one in team.skills} and team.team_kind in item.team_kinds
    ]
    home = grids_by_code()[order.grid or ""]
    bases = {team.team: grids_by_code()[team.grid or ""] for team in able}
    near = sorted(
        able, key=lambda team: distance_km((home.lat, home.lon), (bases[team.team].lat, bases[team.team].lon))
    )
    return dice.choice(near[:2]).name if near else ""


def _broken(row: list[Value], which: int) -> list[Value]:
    """Break a line in one of the ways that sheets are broken."""
    ways: tuple[tuple[str, Value], ...] = (
        ("联系电话", "1.38E+10"),
        ("预约日期", "05.11.2026"),
        ("所在村居", "许家坝镇"),
        ("本人同意", "否"),
        ("服务项目", "法律咨询"),
        ("预约日期", "2026-02-30"),
    )
    header, value = ways[which % len(ways)]
    broken = list(row)
    broken[ORDER_HEADER.index(header)] = value
    if header == "服务项目":
        broken[ORDER_HEADER.index("诉求内容")] = "想问问赡养费的事（虚构）"
    return broken


_DAYS: Final = "一二三四五六日"


def _team_row(team: RegisterTeam) -> list[Value]:
    grids = {grid.code: grid.name for grid in sinan().grids}
    adults = [member for member in team.members if member.adult]
    vetted = [member for member in adults if _is_vetted(member)]
    insured = [member for member in adults if member.insured_until is not None]
    skills = "、".join(
        word(f"skill.{one.skill}", "zh")
        + (
            f"（{'+'.join(word(f'qualification.{q}', 'zh') for q in one.qualifications)}）"
            if one.qualifications
            else ""
        )
        for one in team.skills
    )
    hours = "；".join(
        f"周{_DAYS[one.days[0]]}至周{_DAYS[one.days[-1]]} {one.start:%H:%M}-{one.end:%H:%M}" for one in team.hours
    )
    return [
        team.team,
        team.name,
        word_of(team.team_kind, "zh"),
        skills,
        grids[team.grid or ""],
        team.crews,
        hours,
        len(adults),
        sum(member.gender == "female" for member in adults),
        len(vetted),
        vetted[0].vetting.authority if vetted and vetted[0].vetting else "",
        _earliest([m.vetting.valid_until for m in vetted if m.vetting]),
        len(insured),
        _earliest([m.insured_until for m in insured if m.insured_until]),
        "、".join(word(f"language.{one}", "zh") for one in team.languages),
        team.contact.name if team.contact else "",
        (team.contact.phone or "") if team.contact else "",
    ]


def _is_vetted(member: Member) -> bool:
    return member.vetting is not None and member.vetting.passed


def _earliest(until: Sequence[datetime]) -> str:
    return f"{min(until):%Y-%m-%d}" if until else ""
