"""A price has its default in the policy, in the matcher and in the sample that counties copy: one figure."""

from __future__ import annotations

from dataclasses import replace

from linli.matcher.problem import Weights
from linli.matcher.rounds.translate import weights_of
from linli.schemas.policy import Prices
from linli.schemas.policy_file import sample_policy


def test_the_matcher_and_the_policy_price_alike() -> None:
    """Tests all prices; how long who waits counts more is a county's own and none of the matcher's defaults."""
    assert replace(weights_of(Prices()), waiting=()) == Weights()


def test_the_sample_shows_the_defaults() -> None:
    """Tests that whoever copies the sample has changed nothing yet."""
    assert sample_policy().prices == Prices()
