"""Do the pages speak both languages: one catalogue, complete in Chinese and English, and no sentence anywhere else."""

from __future__ import annotations

import hashlib
import re
import string
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from jinja2 import nodes

from linli.matcher.desk.orders import OFFICES
from linli.schemas.glossary import words
from linli.schemas.menu import shipped_menu
from linli.services.console.desk_actions import ACTIONS
from linli.services.console.rendering import environment
from linli.services.console.words import Speech, catalogue
from linli.services.offices import office_name

CONSOLE = Path(__file__).parent.parent / "services" / "console"
TEMPLATES = sorted(file.name for file in (CONSOLE / "templates").glob("*.html"))

CHINESE = re.compile(r"[\u4e00-\u9fff]")
LATIN = re.compile(r"[A-Za-z]{2,}")
READ_ALOUD = ("aria-label", "title", "placeholder", "alt", "content", "data-label")
"""Attributes that people read or hear."""

MADE_UP = re.compile(
    r"order\.step_\d|desk\.urgency_\d|resident\.star_\d|story\.\w+|said\.\w+|team\.thanks_\w+|why\.series\w*"
)
"""Names that are put together in templates and code: ``star_1`` of ``star_%d``."""


def braces(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("code", sorted(OFFICES))
def test_is_an_office_named_in_the_readers_language_alone(code: str) -> None:
    """Tests that the ledger's name, which is in both, is not what somebody reads, and that others stay as written."""
    assert not LATIN.search(office_name(OFFICES[code], shipped_menu(), "zh"))
    assert not CHINESE.search(office_name(OFFICES[code], shipped_menu(), "en"))
    assert office_name("civil-affairs", shipped_menu(), "zh") == "civil-affairs"


def test_is_every_sentence_there_twice() -> None:
    """Tests that each sentence has both languages, with the same braces, and that the Chinese one is Chinese."""
    for name, (english, chinese) in catalogue().items():
        assert english.strip(), name
        assert chinese.strip(), name
        assert braces(english) == braces(chinese), name
        switch = name.startswith("app.language")
        assert switch or not CHINESE.search(english), name
        assert switch or CHINESE.search(chinese) or not LATIN.search(re.sub(r"\{\w+\}", "", english)), name


def test_has_every_cause_a_sentence() -> None:
    """Tests that each cause of a transition is told in a sentence of its own in the story of a case."""
    missing = {f"story.{cause}" for cause in words("cause")} - set(catalogue())
    assert not missing


@pytest.mark.parametrize("name", TEMPLATES)
def test_is_every_name_in_the_catalogue(name: str) -> None:
    """Tests that a template asks only for sentences that exist."""
    source = (CONSOLE / "templates" / name).read_text(encoding="utf-8")
    asked = [
        call.args[0].value
        for call in environment().parse(source).find_all(nodes.Call)
        if isinstance(call.node, nodes.Name)
        and call.node.name == "w"
        and call.args
        and isinstance(call.args[0], nodes.Const)
    ]
    assert set(asked) <= set(catalogue())


def test_is_every_sentence_used() -> None:
    """Tests that no sentence stands in the catalogue that nothing says."""
    texts = [file.read_text(encoding="utf-8") for file in (*CONSOLE.glob("*.py"), *CONSOLE.glob("templates/*.html"))]
    said = "\n".join(texts)
    actions = {f"action.{action}" for action in ACTIONS}
    unused = {name for name in catalogue() if f'"{name}"' not in said and f"'{name}'" not in said}
    assert {name for name in unused if not MADE_UP.fullmatch(name) and name not in actions} == set()


@pytest.mark.parametrize("name", TEMPLATES)
def test_does_no_template_hold_bare_text(name: str) -> None:
    """Tests that outside of tags a template has no letters of its own, and none in what a screen reader reads."""
    source = (CONSOLE / "templates" / name).read_text(encoding="utf-8")
    # The width of a page is a class and no text.
    source = re.sub(r"\{% block width %\}.*?\{% endblock %\}", "", source)
    without = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", source, flags=re.DOTALL)
    read = [
        text
        for attribute in READ_ALOUD
        for text in re.findall(rf'\s{attribute}="([^"]*)"', without)
        if text and attribute != "content"
    ]
    bare = re.sub(r"<[^>]*>", " ", without)
    assert not LATIN.search(bare), bare
    assert not CHINESE.search(without)
    assert not any(LATIN.search(text) for text in read), read


def test_are_amounts_and_times_written_as_people_read_them() -> None:
    """Tests minutes, hours and savings in both languages."""
    english, chinese = Speech("en"), Speech("zh")
    assert [english.amount(seconds) for seconds in (0, 900, 7_200, -600)] == ["0 min", "15 min", "2.0 h", "10 min less"]
    assert [chinese.amount(seconds) for seconds in (900, 7_200, -600)] == ["15 分钟", "2.0 小时", "减少 10 分钟"]


def test_is_what_others_wrote_unchanged() -> None:
    """Tests that the manifest names everything in the folder, with a licence and the right checksum."""
    folder = files("linli.services.console").joinpath("vendor")
    manifest = tomllib.loads(folder.joinpath("vendored.toml").read_text(encoding="utf-8"))
    there = {file.name for file in folder.iterdir() if file.name != "vendored.toml"}
    assert set(manifest) == there
    for name, entry in manifest.items():
        assert hashlib.sha256(folder.joinpath(name).read_bytes()).hexdigest() == entry["sha256"]
        assert entry["name"]
        assert entry["version"]
        assert entry["licence"]


def test_do_the_pages_name_no_outside_host() -> None:
    """Tests that neither a template nor a script or style sheet, those of others included, names another host."""
    for file in sorted(file for kind in ("html", "js", "css", "py") for file in CONSOLE.rglob(f"*.{kind}")):
        assert not re.search(r"(?:https?:)?//[a-z0-9-]+\.[a-z]", file.read_text(encoding="utf-8")), file
    drawn = (CONSOLE / "static" / "linli.svg").read_text(encoding="utf-8")
    assert re.findall(r"https?://[^\"]+", drawn) == ["http://www.w3.org/2000/svg"]
