"""Asks whether menu and admission list say what a county needs, and say clearly what is wrong with them."""

from __future__ import annotations

import pytest

from linli.schemas.admission import Admitted, parse_admission, shipped_admission
from linli.schemas.menu import ListError, parse_menu, shipped_menu
from linli.schemas.people import Beneficiary
from linli.schemas.roster import TeamKind
from linli.services.demo.teams import shares

ITEM = """
[[items]]
code = "haircut"
zh = "理发"
en = "Haircut"
skills = [{ skill = "haircut" }]
minutes = 30
urgency = 2
beneficiaries = ["other"]
team_kinds = ["volunteer"]
"""
TOP = 'name = "m"\nsynthetic = true\n'


def test_the_menu_that_comes_along_serves_every_group() -> None:
    """Tests the shipped menu: visits for everybody, medical work for the qualified alone, and what offices do."""
    menu = shipped_menu()
    assert len([item for item in menu.items if item.office is None]) == 18
    assert {item.office for item in menu.items} - {None} == {office.code for office in menu.offices}
    assert all("模拟" in office.zh and "synthetic" in office.en for office in menu.offices)
    assert menu.synthetic
    for beneficiary in Beneficiary:
        activities = beneficiary is Beneficiary.PUBLIC
        assert sum(item.is_for(beneficiary) for item in menu.items) >= (3 if activities else 5)
    for item in (item for item in menu.items if item.office is None):
        qualified = [need.qualification for need in item.skills if need.qualification]
        assert (item.team_kinds == (TeamKind.MEDICAL,)) is bool(qualified)


def test_the_demos_teams_can_do_everything_on_the_menu() -> None:
    """Tests that no category asks for a skill or qualification that no demo team has."""
    offered = {skill for profile in shares().profile for skill in profile.skills}
    for item in shipped_menu().items:
        for need in item.skills:
            wanted = need.skill if need.qualification is None else f"{need.skill}:{need.qualification}"
            assert wanted in offered


def test_the_medical_circle_is_a_limit_of_the_menu() -> None:
    """Tests that the follow-up of chronic diseases has its fifteen minutes, and that homework takes two adults."""
    menu = shipped_menu()
    follow_up, homework = menu.item("follow_up"), menu.item("homework")
    assert follow_up is not None
    assert homework is not None
    assert (follow_up.travel_minutes_max, homework.adults, menu.item("no_such")) == (15, 2, None)


def test_the_admission_sample_says_that_it_is_one() -> None:
    """Tests that every entry of the sample is marked synthetic and that what is not listed is not admitted."""
    sample = shipped_admission()
    assert sample.synthetic
    assert all("模拟" in task.zh and "synthetic" in task.en for task in sample.tasks)
    assert {task.admitted for task in sample.tasks} == set(Admitted)
    admitted = [sample.admits(f"sample_{name}") for name in ("statutory", "assisted", "refused")]
    assert admitted == [True, True, False]
    assert not sample.admits("unlisted")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name = ", "not TOML"),
        ("when = 2026-01-01\n", "date"),
        (TOP + "items = []", "at items"),
        (TOP + ITEM + ITEM, "more than once stand haircut"),
        (TOP + ITEM.replace("30", "3"), "items.0.minutes"),
        (TOP + ITEM.replace("30", '"30"'), "items.0.minutes"),
        (TOP + ITEM.replace("urgency = 2", "urgency = 3"), "items.0.urgency"),
        (TOP + ITEM.replace('"other"', '"everybody"'), "items.0.beneficiaries.0"),
        (TOP + ITEM.replace("minutes", "minuets"), "items.0.minuets"),
    ],
)
def test_a_broken_menu_says_where(text: str, words: str) -> None:
    """Tests that each mistake of a menu is named with its place."""
    with pytest.raises(ListError, match=words):
        parse_menu(text)


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ('code = "a"\nzh = "甲"\nen = "A"\nadmitted = "maybe"\nhandled_by = "B"', "tasks.0.admitted"),
        ('code = "A b"\nzh = "甲"\nen = "A"\nadmitted = "no"\nhandled_by = "B"', "tasks.0.code"),
        ('code = "a"\nzh = "甲"\nen = "A"\nadmitted = "no"', "tasks.0.handled_by"),
    ],
)
def test_a_broken_admission_list_says_where(task: str, words: str) -> None:
    """Tests that each mistake of an admission list is named with its place."""
    with pytest.raises(ListError, match=words):
        parse_admission(TOP + "[[tasks]]\n" + task)
