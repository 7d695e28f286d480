"""Turning a template into a page, in the language of whoever looks, with headers that let nothing foreign in."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Final

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from linli.schemas.glossary import Tongue
from linli.services.console.words import Speech

LANGUAGE_COOKIE: Final = "linli_language"

HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
"""What every page says to the browser: nothing from elsewhere, nothing inline, no frame, no copy kept."""

_STYLES_OF_PAGES: Final = "style-src 'self'"

_STYLE: Final = re.compile(r"<style>(.*?)</style>", re.DOTALL)

ASSETS: Final = "/assets"
_ASSET_FOLDERS: Final = ("static", "vendor")
_ASSET_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Make the environment of all templates; a name that is not there is a mistake and not an empty string."""
    made = Environment(
        loader=PackageLoader("linli.services.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["asset"] = asset
    return made


@lru_cache(maxsize=1)
def assets() -> Mapping[str, tuple[bytes, str]]:
    """Read all files that pages load: content and media type by name."""
    found: dict[str, tuple[bytes, str]] = {}
    for folder in _ASSET_FOLDERS:
        for file in files("linli.services.console").joinpath(folder).iterdir():
            kind = _ASSET_TYPES.get("." + file.name.rpartition(".")[2])
            if kind is not None:
                found[file.name] = (file.read_bytes(), kind)
    return found


@lru_cache(maxsize=64)
def asset(name: str) -> str:
    """Give the address of an asset; it changes with the content, so that browsers may keep it for ever."""
    content, _ = assets()[name]
    return f"{ASSETS}/{name}?{hashlib.sha256(content).hexdigest()[:12]}"


def serve_asset(name: str) -> Response:
    """Answer with an asset."""
    known = assets().get(name)
    if known is None:
        return Response(status_code=404, headers=dict(HEADERS))
    content, kind = known
    headers = {**HEADERS, "Cache-Control": "public, max-age=31536000, immutable"}
    return Response(content, media_type=f"{kind}; charset=utf-8", headers=headers)


def paper_headers(paper: str) -> dict[str, str]:
    """Give the headers of a page that also stands by itself as a file: its own styles are let in by their digests.

    Parameters
    ----------
    paper
        The page. What a browser hashes is the text between the tags, byte for byte (CSP Level 3, 6.7.3.3).
    """
    digests = (hashlib.sha256(style.encode()).digest() for style in _STYLE.findall(paper))
    allowed = " ".join(["style-src", *(f"'sha256-{b64encode(one).decode()}'" for one in digests)])
    policy = HEADERS["Content-Security-Policy"].replace(_STYLES_OF_PAGES, allowed)
    return {**HEADERS, "Content-Security-Policy": policy}


def speak(request: Request, tongue: str) -> None:
    """Answer a request in a language that was chosen by it."""
    request.state.tongue = tongue


def tongue_of(request: Request) -> Tongue:
    """Give the language somebody chose, or the one the browser asks for first, or Chinese."""
    chosen = (
        getattr(request.state, "tongue", "")
        or request.cookies.get(LANGUAGE_COOKIE)
        or request.headers.get("accept-language", "zh")
    )
    return "en" if chosen.lower().startswith("en") else "zh"


def page(request: Request, template: str, values: Mapping[str, object], status: int = 200) -> HTMLResponse:
    """Make a page.

    Parameters
    ----------
    request
        Whose language is spoken.
    template
        File name in ``templates/``.
    values
        What the template shows, beside ``w`` (the speech) and ``path`` (where we are; the answer to a form gives it
        anew, because nobody can come back to where a form is sent).
    status
        HTTP status.
    """
    speech = Speech(tongue_of(request))
    text = environment().get_template(template).render({"w": speech, "path": _address(request), **values})
    return HTMLResponse(text, status_code=status, headers={**HEADERS, "Content-Language": speech.tongue})


def _address(request: Request) -> str:
    """Give where we are, with the query, for coming back after switching the language."""
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path
