"""Does a hotline's sheet in suggest mode send nothing: the desk chooses as always, and the report compares."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from pathlib import Path

from tests.support.story_case import Case
from tests.support.story_county import SUGGESTING, ZONE
from tests.support.story_telling import Story, to_the_north
from tests.support.terminal import Json
from tests.support.waiting import eventually

MAP = """
name = "热线导出（合成样例）"
kind = "order"
encoding = "gb18030"
ignore = ["坐席工号"]

[columns]
"受理单号" = "source_id"
"问题归类" = "category"
"诉求人类型" = "beneficiary"
"最早上门时刻" = "window_start"
"最晚上门时刻" = "window_end"
"所属片区" = "grid"
"来电人" = "name"
"来电号码" = "phone"
"用语" = "language"

[defaults]
requester = "hotline"
consent = "yes"

[values.category]
"生活照料-代购" = "shopping"

[values.beneficiary]
"老年群体" = "empty_nest_elderly"
"""

HEADERS = [
    "受理单号",
    "问题归类",
    "诉求人类型",
    "最早上门时刻",
    "最晚上门时刻",
    "所属片区",
    "来电人",
    "来电号码",
    "用语",
    "坐席工号",
]


def test_nothing_is_sent_and_the_report_compares(story: Story, tmp_path: Path) -> None:
    """Tests three lines of a hotline: chosen as proposed, chosen otherwise at a price, and one that was returned."""
    near, far = story.lead(), story.lead(base=to_the_north(0.04))
    returned = tmp_path / "returned.csv"
    sheet, numbers = hotlines_sheet(story, tmp_path)
    terminal = story.county.terminal
    options = ("--map", str(tmp_path / "map.toml"), "--source", "hotline", "--returned", str(returned))
    said = terminal.run("submit", str(sheet), *options)
    assert said.returncode == 1, said
    assert returned.read_bytes().decode("utf-8-sig").count("\n") >= 2
    first, second = (proposed(story, f"hotline/{number}", near.team) for number in numbers)
    story.desk.assigns(first, near, "as proposed", near.members[0]).went_well()
    story.desk.assigns(second, far, "know the family", far.members[0]).went_well()
    for case in (first, second):
        case.is_("committed")
        assert near.heard(case) == far.heard(case) == []
        assert terminal.lines("deliveries", "list", "--request", case.id) == []
    report = json.loads(terminal.ok("report", "suggest", "--json"))
    assert (report["total"]["agreed"], report["total"]["disagreed"], report["total"]["rate"]) == (1, 1, 0.5)
    [other] = report["disagreements"]
    assert (other["proposed"], other["chosen"], other["reason"]) == (near.team, far.team, "know the family")
    assert other["seconds"] > 60
    assert sum(term["seconds"] for term in other["terms"]) == other["seconds"]
    assert "know the family" in terminal.ok("report", "suggest")


def hotlines_sheet(story: Story, folder: Path) -> tuple[Path, list[str]]:
    """Write the hotline's export and its mapping: two good lines, and one whose time cannot be read."""
    start = (story.county.now() + timedelta(hours=10)).astimezone(ZONE)
    window = [f"{moment:%Y-%m-%d %H:%M}" for moment in (start, start + timedelta(hours=4))]
    numbers = [story.county.new_name("12345") for _ in range(3)]
    rest = [f"{SUGGESTING}-01", "赵无人某", "13100003333", story.language, "07"]
    lines = [[number, "生活照料-代购", "老年群体", *window, *rest] for number in numbers]
    lines[2][3] = "尽快"
    file = folder / "热线导出.csv"
    with file.open("w", encoding="gb18030", newline="") as opened:
        csv.writer(opened).writerows([HEADERS, *lines])
    (folder / "map.toml").write_text(MAP, encoding="utf-8")
    return file, numbers[:2]


def proposed(story: Story, name: str, team: str) -> Case:
    """Wait until a team is proposed for a line, and give its case."""

    def look() -> Json | None:
        found: list[Json] = story.desk.client.get("/v1/requests", params={"number": name}).json()["requests"]
        return next((one for one in found if proposals(one) == [team]), None)

    return Case(eventually(look, f"{team} to be proposed for {name}")["request_id"], story.desk, story.leads)


def proposals(request: Json) -> list[str]:
    """List the teams that are proposed for a request."""
    return [one["team"] for one in request["offers"] if one["state"] == "proposed"]
