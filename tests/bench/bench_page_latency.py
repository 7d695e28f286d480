"""How soon an event is on an open page of the desk: through the gateway, Kafka, intake, dispatcher, board and browser.

    make bench BENCH=tests/bench/bench_page_latency.py ARGS="--orders 60"

One desk looks at the list of urgent cases in Debian's Chromium. Orders come one after another by HTTP, and each is
cancelled once it was seen. Measured is the real time from the moment at which the broker has acknowledged an order (the
gateway's 202) until its row is in the page, by the clock of this one machine. A house of its own, with the 54 synthetic
teams.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from playwright.sync_api import sync_playwright

from linli.services.demo.county import urban_communities
from linli.services.demo.tally import percentile
from tests.support.browsing import Visitor, visitor
from tests.support.chromium import NO_CHROMIUM, chromium
from tests.support.gateway import address_of, client_of, token_for
from tests.support.house import House

AIM_S: Final = 1.0
"""What 95 of 100 events may take."""

WATCH: Final = """
() => {
  window.rows = {};
  new MutationObserver(() => {
    for (const row of document.querySelectorAll("tbody tr")) {
      const number = row.lastElementChild.textContent.trim();
      window.rows[number] = window.rows[number] || Date.now();
    }
  }).observe(document.body, { childList: true, subtree: true });
}
"""
"""Notes when a row is in the page for the first time."""


def order(number: str) -> dict[str, Any]:
    """Write a synthetic urgent order."""
    start = datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(hours=2)
    return {
        "source_id": number,
        "category": "company",
        "beneficiary": "empty_nest_elderly",
        "urgent": True,
        "windows": [{"start": start.isoformat(), "end": (start + timedelta(hours=4)).isoformat()}],
        "grid": f"{urban_communities()[0].code}-01",
        "consent": {"beneficiary": True},
        "personal": {"name": "无人某", "phone": "13100000000"},
    }


def measure(desk: Visitor, client: Any, count: int) -> list[float]:
    """Order and cancel, one after another; give the seconds until each row was there."""
    found: list[float] = []
    for serial in range(count):
        number = f"latency-{serial}"
        taken = client.post("/v1/requests", json=order(number))
        acknowledged = time.time()
        desk.page.wait_for_function("number => window.rows[number]", arg=number)
        seen = float(desk.page.evaluate("number => window.rows[number]", number)) / 1000
        found.append(max(0.0, seen - acknowledged))
        case = taken.json()["request_id"]
        desk.page.wait_for_timeout(900)  # News are bundled; the next order must not wait for this one's.
        client.post(f"/v1/requests/{case}/cancel", json={"reason": "bench"})
        desk.page.wait_for_timeout(900)
    return found


def run(count: int) -> dict[str, object]:
    """Start a house, look at the desk, and measure."""
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder, House(Path(folder)) as house:
        teams = house.linli("export", "sample-teams").stdout
        house.linli("teams", "import", "-", given=teams)
        token, base = token_for(house, "dispatch_centre", "bench"), address_of(house)
        with sync_playwright() as playwright, client_of(house, token) as client:
            browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            with visitor(browser, base) as desk:
                desk.sign_in(token)
                desk.go("/desk?urgency=0")
                desk.page.evaluate(WATCH)
                found = sorted(measure(desk, client, count))
            browser.close()
    return {
        "orders": count,
        "p50_s": round(percentile(found, 0.50) or 0.0, 3),
        "p95_s": round(percentile(found, 0.95) or 0.0, 3),
        "max_s": round(found[-1], 3),
        "aim_met": (percentile(found, 0.95) or 0.0) <= AIM_S,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=60)
    if chromium() is None:
        parser.error(NO_CHROMIUM)
    print(json.dumps(run(parser.parse_args().orders)))
