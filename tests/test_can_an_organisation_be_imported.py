"""Can an organisation be imported from a county's own sheet: in any order, and with its mistakes named line by line?"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from linli.matcher.ledger.organisation import Tree
from linli.schemas.organisation import NodeDetails
from linli.services.cli import main
from linli.services.demo.county import sinan
from linli.services.demo.organisation import organisation
from linli.services.sheets.node_columns import in_tree_order
from linli.services.sheets.reading import Line

HEADER = "组织编号,上级组织编号,层级,组织名称,所辖网格,联系人,联系电话,代理联系人,代理人电话,代理开始日期,代理结束日期"
GRID = sinan().grids[0].code


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be set and nothing run here."""
    for name in list(os.environ):
        if name.startswith("LINLI_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def _checked(*lines: str, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    Path("tree.csv").write_text("\n".join((HEADER, *lines)), encoding="utf-8")
    main.run(["organisation", "import", "tree.csv", "--check", "--json"])
    said: dict[str, object] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return said


def test_the_sample_goes_in_whatever_its_order(capsys: pytest.CaptureFixture[str]) -> None:
    """Tests that every line of the sample passes, and passes backwards as well."""
    main.run(["export", "sample-organisation"])
    header, *lines = capsys.readouterr().out.splitlines()
    for ordered in (lines, lines[::-1]):
        Path("tree.csv").write_text("\n".join((header, *ordered)), encoding="utf-8")
        assert main.run(["organisation", "import", "tree.csv", "--check", "--json"]) == 0
        said = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert (said["checked"], said["refused"]) == (len(organisation()), 0)


def test_every_mistake_is_named_with_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Tests one line of each mistake, and that the sound lines are not held up by them."""
    said = _checked(
        "n-1,,县委,示例县委,,测试,100-0000-0001,,,,",
        "n-2,n-1,街道党工委,示例街道,,,,,,,",
        f"n-3,n-2,社区党组织,示例社区,{GRID},测试,100-0000-0002,测试代理,100-0000-0003,2026-12-01,2026-12-05",
        f"n-5,n-2,社区党组织,重复网格,{GRID},,,,,,",
        "n-6,n-7,小区党支部,成环一,,,,,,,",
        "n-7,n-6,小区党支部,成环二,,,,,,,",
        "n-8,,县委,第二个根,,,,,,,",
        "n-10,n-2,某级,未知层级,,,,,,,",
        "n-11,n-2,社区党组织,未知网格,g-nowhere,,,,,,",
        "n-12,n-2,社区党组织,代理缺日期,,,,测试代理,,,",
        capsys=capsys,
    )
    lines = said["refused_lines"]
    assert isinstance(lines, list)
    found = {one["line"]: (one["field"], one["rule"].partition(":")[0]) for one in lines}  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    assert found == {
        5: ("places", "place_taken"),
        6: ("parent", "cycle"),
        7: ("parent", "cycle"),
        8: ("parent", "second_root"),
        9: ("level", "one_of"),
        10: ("places", "unknown_grid"),
        11: ("deputy_from", "missing"),
    }
    assert said["checked"] == 3


def test_a_parent_must_be_known_or_in_the_file() -> None:
    """Tests that a line whose parent is nowhere is refused where the whole tree is known."""
    body = organisation()[-1]
    (refused,) = in_tree_order(Tree(), whole=True)([Line(2, body)])
    assert refused.refused is not None
    assert (refused.refused.path, refused.refused.rule) == ("parent", "unknown_parent")
    parent = NodeDetails(node=body.parent or "", parent=None, level="town", name="Synthetic")
    (taken,) = in_tree_order(Tree([parent]), whole=True)([Line(2, body)])
    assert taken.body is body


def test_the_sample_is_the_countys_published_figures() -> None:
    """Tests levels, places and contacts: five levels in town, 27 advisers, 29 officials, every grid in one node."""
    nodes = organisation()
    tree = Tree(NodeDetails(**one.model_dump(include={"node", "parent", "level", "name", "places"})) for one in nodes)
    depth = {grid.code: len(tree.responsible(grid.code, grid.community)) for grid in sinan().grids}
    assert set(depth.values()) == {3, 4, 5}
    assert sum(levels == 5 for levels in depth.values()) == 209
    told = [one.level for one in nodes if one.contact is not None]
    assert told.count("community") == 27
    assert len(told) - 27 == 29
    assert all("模拟" in one.name for one in nodes)
