"""The policy's prices, one a line: how much, of what, in which unit."""

from __future__ import annotations

from linli.schemas.glossary import word
from linli.schemas.policy import Policy
from linli.services.cli.here import Here
from linli.services.cli.out import Out
from linli.services.cli.words import TONGUE, both
from linli.services.county_files import load_policy

OF_TERM = {
    "travel": "travel",
    "lateness": "lateness",
    "moves": "move",
    "continuity": "continuity",
    "reoffers": "reoffer",
    "load": "load",
    "notifications": "notification",
    "scarcity": "scarcity",
}
"""Which price a term of a cost is made with."""


def write_prices(here: Here, out: Out) -> None:
    """Write every price of the policy in force."""
    policy = load_policy(here.settings)
    prices = policy.prices.model_dump(mode="json")
    out.data({"unit": "seconds of travel", "prices": prices})
    rows = [(name, price_in_words(policy, name), word(f"price.{name}", TONGUE)) for name in prices]
    out.table((both("price", "名称"), both("how much", "数值"), both("for what", "含义")), rows)
    out.say(
        "A price is in seconds of travel. Urgency and waiting count before every price: prices only choose between "
        "plans that serve the same. They stand under [prices] in the policy file (LINLI_POLICY).",
        "价格以路程秒数计。紧急程度和等待先于一切价格：价格只在服务对象相同的计划之间作取舍。"
        "在策略文件（LINLI_POLICY）的 [prices] 下设置。",
    )


def price_in_words(policy: Policy, name: str) -> str:
    """Say how much a price is, with its unit."""
    if name == "waiting_hours":
        amount = ", ".join(map(str, policy.prices.waiting_hours))
    else:
        amount = str(getattr(policy.prices, name))
    return f"{amount} {word('price_unit.' + name, TONGUE)}"
