"""Is every name documented: each code people may see has its words in both languages."""

from __future__ import annotations

import re
from dataclasses import fields
from enum import StrEnum
from importlib import import_module
from inspect import getsource
from pkgutil import iter_modules, walk_packages
from typing import get_args

import pytest

import linli.matcher
import linli.schemas
from linli.matcher.insertion.exchanges import STANDINGS
from linli.matcher.objective import CostTerms
from linli.matcher.rules import RULES
from linli.schemas.answers import Rate
from linli.schemas.errors import Code, Fault, faults
from linli.schemas.explanation import Standing, WhyNobody
from linli.schemas.glossary import LIST_OF, glossary, word, word_of, words
from linli.schemas.lifecycle import OfferState, State
from linli.schemas.menu import shipped_menu
from linli.schemas.metrics import METRICS, Kind
from linli.schemas.policy import Prices
from linli.services.cli.price_list import OF_TERM
from linli.services.demo.behaviour import behaviour
from linli.services.demo.demand import Scenario, demand
from linli.services.demo.residents import TAGS
from linli.services.demo.teams import shares

HAN = re.compile(r"[\u4e00-\u9fff]")

PUBLISHED = {
    "state.submitted": "已提交",
    "state.registered": "已受理",
    "state.promised": "已排期",
    "state.offered": "已派单",
    "state.committed": "已接单",
    "offer.declined": "婉拒",
    "offer.expired": "超时未接",
    "state.withdrawn": "退单",
    "state.rescheduled": "改约",
    "state.under_way": "服务中",
    "state.done": "已完成",
    "state.rated": "已评价",
    "state.closed": "办结",
    "state.failed_visit": "上门未果",
    "state.on_hold": "挂起",
    "state.referred": "转办",
    "state.cancelled": "取消",
    "state.unmet": "暂无法安排",
    "term.escalated": "提级办理",
    "state.recorded_afterwards": "补录",
    "state.claimed": "主动接单",
    "term.dead_letter": "异常件",
    "term.crew": "上门小组",
    "term.vetting": "从业查询",
    "term.task_admission": "准入",
    "rated_by.call_back": "回访",
}
"""The words that were agreed on for the screens of the county."""


def _enumerations() -> list[type[StrEnum]]:
    """Return every enumeration that the words define."""
    found: set[type[StrEnum]] = set()
    for module in iter_modules(linli.schemas.__path__):
        for value in vars(import_module(f"linli.schemas.{module.name}")).values():
            if isinstance(value, type) and issubclass(value, StrEnum) and value is not StrEnum:
                found.add(value)
    return sorted(found, key=lambda enumeration: enumeration.__name__)


NEVER_SHOWN = {"Crs", "Code", "Kind", "Operation", "Resource"}
"""Coordinate systems have names of their own; error codes and metric kinds have their own registries; rights on Kafka
are named in Kafka's own words."""


@pytest.mark.parametrize("enumeration", _enumerations(), ids=lambda enumeration: enumeration.__name__)
def test_every_value_has_words_in_both_languages(enumeration: type[StrEnum]) -> None:
    """Tests that no state, reason or group was added without its words, and that no word is left over."""
    if enumeration.__name__ in NEVER_SHOWN:
        assert enumeration not in LIST_OF
        return
    assert {value.value for value in enumeration} == set(words(LIST_OF[enumeration]))


def test_every_word_is_there_twice() -> None:
    """Tests that the first word is English and the second Chinese."""
    for code, (english, chinese) in glossary().items():
        assert english.strip(), code
        assert not HAN.search(english), code
        assert HAN.search(chinese), code


def test_screens_say_the_words_that_were_agreed_on() -> None:
    """Tests the Chinese words of the county's screens."""
    assert {code: word(code, "zh") for code in PUBLISHED} == PUBLISHED


def test_states_cannot_be_mistaken_for_each_other() -> None:
    """Tests that within the lists shown side by side no word stands for two codes."""
    for name in ("state", "dead_letter", "outcome", "rule", "change"):
        for language in (0, 1):
            said = [both[language] for both in words(name).values()]
            assert len(said) == len(set(said)), name


def test_an_unknown_code_is_shown_as_it_is() -> None:
    """Tests that a newer build's code does not stop an older screen."""
    assert word("state.sent_by_balloon", "zh") == "sent by balloon"


def test_values_of_enumerations_are_words() -> None:
    """Tests the short way from a value to its word."""
    assert word_of(State.PROMISED, "zh") == "已排期"
    assert word_of(OfferState.EXPIRED, "en") == "expired"


def test_hard_rules_have_the_matchers_own_names() -> None:
    """Tests that glossary and matcher call the rules the same."""
    assert {code: (rule.english, rule.chinese) for code, rule in RULES.items()} == dict(words("rule"))


def test_every_part_of_an_explanation_has_words() -> None:
    """Tests outcomes, cost terms, changes and their units against the matcher."""
    source = getsource(import_module("linli.matcher.reasons.change_list"))
    changes = re.findall(r'Change\(\s*"(\w+)",[^,]*, ("\w+"|[\w.]+)', source)
    assert {kind for kind, _ in changes} == set(words("change"))
    assert {unit.strip('"') for _, unit in changes if unit.startswith('"')} <= set(words("unit"))
    assert {field.name for field in fields(CostTerms)} == set(words("cost"))
    assert set(get_args(WhyNobody.model_fields["outcome"].annotation)) == set(words("nobody"))
    assert set(Prices.model_fields) == set(words("price")) == set(words("price_unit"))
    assert {field.name for field in fields(CostTerms)} == set(OF_TERM)
    assert set(STANDINGS) == set(words("standing")) == set(get_args(Standing))
    assert set(get_args(Rate.model_fields["by"].annotation)) == set(words("rated_by"))


def test_every_cause_of_a_transition_has_words() -> None:
    """Tests the causes that the desk writes against the glossary."""
    found: set[str] = set()
    for module in walk_packages(linli.matcher.__path__, "linli.matcher."):
        source = getsource(import_module(module.name))
        found |= set(re.findall(r'\.step\(\s*[^"]*?"(\w+)"', source))
        found |= set(re.findall(r'cause="(\w+)"', source))
    assert found
    assert found <= set(words("cause"))


def test_everything_on_the_menu_has_words() -> None:
    """Tests skills and qualifications of the menu that comes with Linli, and of the demo's teams."""
    needs = [need for item in shipped_menu().items for need in item.skills]
    assert {need.skill for need in needs} <= set(words("skill"))
    assert {need.qualification for need in needs if need.qualification} <= set(words("qualification"))
    offered = {skill.partition(":")[0] for profile in shares().profile for skill in profile.skills}
    assert offered == set(words("skill"))


def test_the_demo_orders_only_what_is_on_the_menu() -> None:
    """Tests that each category is on the menu for its group, and has its invented detail."""
    for beneficiary, categories in demand().categories.items():
        for code in categories:
            item = shipped_menu().item(code)
            assert item is not None
            assert item.is_for(beneficiary)
            assert code in demand().details


def test_the_demos_own_codes_have_words() -> None:
    """Tests scenarios, tags of ratings and reasons that simulated leads give."""
    assert set(Scenario) == set(words("scenario"))
    assert {tag for tags in TAGS.values() for tag in tags} == set(words("tag"))
    assert set(behaviour().declines) <= set(words("decline"))


def test_every_error_says_what_to_do_in_both_languages() -> None:
    """Tests that each code has one entry with meaning and remedy, in English and Chinese, and an exit code."""
    assert set(faults()) == set(Code)
    for code, fault in faults().items():
        assert isinstance(fault, Fault)
        assert fault.exit_code in range(1, 126), code
        for english, chinese in (fault.meaning, fault.what_to_do):
            assert english.endswith("."), code
            assert HAN.search(chinese), code
            assert chinese.endswith("。"), code
            assert set(re.findall(r"{(\w+)}", english)) == set(re.findall(r"{(\w+)}", chinese)), code


def test_every_metric_is_named_as_prometheus_asks() -> None:
    """Tests prefixes, endings, labels and meanings of the metric registry."""
    for name, metric in METRICS.items():
        assert re.fullmatch(r"linli_[a-z_]+", name)
        assert name == metric.name
        assert metric.meaning.endswith(".")
        assert (metric.kind is Kind.COUNTER) == name.endswith("_total")
        assert (metric.kind is not Kind.HISTOGRAM) or name.endswith(("_seconds", "_bytes", "_ratio", "_records"))
        assert not {"name", "phone", "request", "request_id", "household"} & set(metric.labels)
