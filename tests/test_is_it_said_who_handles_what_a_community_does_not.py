"""Is it said who handles what a community does not: a department's task, a certificate, to everybody who asks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from linli.schemas.admission import TaskAdmission, parse_admission, shipped_admission
from linli.schemas.dead_letters import DeadLetter, Reason
from linli.schemas.menu import ListError
from linli.streams.intake.judge import DeadOut, judge
from tests.support.days_ahead import order_ahead
from tests.support.gateway import client_of, token_for
from tests.support.house import House, environment, linli
from tests.support.inbox import good_order, record, world

ASKED = {
    "department_task": ("sample_refused", Reason.NOT_ADMITTED, "样例部门二"),
    "certificate": ("sample_certificate", Reason.NOT_ISSUED, "样例部门三"),
}


def judged_order(fields: dict[str, str]) -> DeadLetter | None:
    """Judge an order with some fields changed."""
    outcome = judge(record({**good_order(), **fields}), world())
    return outcome.letter if isinstance(outcome, DeadOut) else None


@pytest.mark.parametrize("field", ASKED)
def test_a_dead_letter_says_who_handles_it(field: str) -> None:
    """Tests intake: reason, path, and the list's entry in both languages; a code that is not listed names nobody."""
    code, reason, office = ASKED[field]
    letter = judged_order({field: code})
    assert letter is not None
    assert (letter.reason, letter.path) == (reason, field)
    assert letter.answer is not None
    english, chinese = letter.answer
    assert office in english
    assert "handled by" in english
    assert "办理" in chinese


def test_what_the_list_does_not_name_goes_its_way() -> None:
    """Tests that a certificate of no list is an order as any, and that an unknown task names nobody."""
    assert judged_order({"certificate": "another"}) is None
    letter = judged_order({"department_task": "another"})
    assert letter is not None
    assert letter.answer is None


def test_the_sample_says_that_it_is_one() -> None:
    """Tests that certificates are of the list, each once, and that the sample's are synthetic."""
    sample = shipped_admission()
    assert sample.certificates
    assert all("模拟" in one.zh and "synthetic" in one.en for one in sample.certificates)
    assert sample.certificate("no_such") is None
    entry = 'code = "c"\nzh = "证"\nen = "c"\nhandled_by = "x"\n'
    twice = 'name = "l"\nsynthetic = true\ntasks = []\n' + 2 * f"[[certificates]]\n{entry}"
    with pytest.raises(ListError, match="once"):
        parse_admission(twice)
    assert TaskAdmission(name="old", synthetic=True, tasks=()).certificates == ()


@pytest.mark.parametrize("field", ASKED)
def test_the_gateway_says_it(house: House, field: str) -> None:
    """Tests what an orderer reads by HTTP, in both languages."""
    code, reason, office = ASKED[field]
    order = {**order_ahead(house, f"who-{field}"), field: code}
    token = token_for(house, "dispatch_centre", f"who-handles-{field.replace('_', '-')}")
    for tongue in ("en", "zh"):
        with client_of(house, token, **{"accept-language": tongue}) as client:
            refused = client.post("/v1/requests", json=order)
        assert refused.status_code == 422
        assert refused.json()["refused"]["reason"] == reason
        assert office in refused.json()["title"]
        assert office in refused.json()["refused"][f"answer_{tongue}"]


@pytest.mark.parametrize("field", ASKED)
def test_the_command_line_says_it(tmp_path: Path, field: str) -> None:
    """Tests a file of orders, checked without anything running: what is told to people and to programs."""
    code, reason, office = ASKED[field]
    env = environment(tmp_path)
    line = linli("export", "sample-orders", "--count", "1", "--json", env=env).stdout.splitlines()[0]
    order = {**json.loads(line), field: code}
    done = linli("submit", "-", "--check", "--json", env=env, given=json.dumps(order, ensure_ascii=False))
    assert done.returncode == 1
    [refused] = json.loads(done.stdout.splitlines()[-1])["refused_lines"]
    assert (refused["reason"], office in refused["answer_zh"]) == (reason, True)
    assert office in done.stderr
