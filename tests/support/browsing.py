"""People at the pages, each with a browser of their own, and everything that their browsers asked for."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

DESKTOP, PHONE = (1280, 800), (390, 844)
"""Sizes that people have before them."""

LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}

PATIENCE_MS = 60_000
"""How long anything may take that usually takes a second, on a machine that does other things as well."""

TABS_MAX = 200
"""Presses of the tab key after which a thing counts as out of reach."""

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


class Visitor:
    """Somebody with a browser. ``complaints`` are errors of scripts and of the content policy."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.hosts: set[str] = set()
        self.complaints: list[str] = []
        self._base = base
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _listen(self, message: ConsoleMessage) -> None:
        # A status of 4xx is written to the console as an error; the tests look at those themselves.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def go(self, path: str) -> int:
        """Open a page and give the status of its answer."""
        answer = self.page.goto(self._base + path)
        assert answer is not None
        return answer.status

    def sign_in(self, token: str) -> None:
        """Sign in with a token."""
        self.go("/sign-in")
        self.page.fill("#token", token)
        self.page.click("main button")
        self.page.wait_for_url(lambda address: not address.endswith("/sign-in"))

    def press(self, selector: str) -> None:
        """Press something and wait for the page that comes of it."""
        with self.page.expect_navigation():
            self.page.click(selector)

    def reach(self, selector: str) -> None:
        """Go to something with the tab key alone."""
        for _ in range(TABS_MAX):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
                return
        raise AssertionError(f"{selector} is out of reach of the tab key")

    def faults(self) -> list[str]:
        """List what the page does against WCAG 2.2 AA, as far as a program can see it."""
        axe: Any = Axe()  # It states no types of its own.
        found = axe.run(self.page, options={"runOnly": {"type": "tag", "values": list(RULES)}})
        assert found.response["passes"], "axe looked at nothing"
        return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found.response["violations"]]

    def scrolls_sideways(self) -> bool:
        """Tell whether the page is wider than its screen."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))

    @property
    def text(self) -> str:
        """What can be read."""
        return self.page.inner_text("body")


@contextmanager
def visitor(
    browser: Browser, base: str, *, language: str = "en", size: tuple[int, int] = DESKTOP, scripts: bool = True
) -> Generator[Visitor]:
    """Let somebody in, with nothing kept from before; at the end nothing foreign may have been asked for."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale=LANGUAGES[language],
        java_script_enabled=scripts,
        timezone_id="Asia/Shanghai",
    )
    somebody = Visitor(context, base)
    yield somebody
    context.close()
    assert somebody.hosts <= {urlsplit(base).netloc}
    assert somebody.complaints == []
