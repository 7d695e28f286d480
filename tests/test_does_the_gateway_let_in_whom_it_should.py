"""Does the gateway let in whom it should: every route is in the one table, and what is not in it is denied."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from linli.schemas.roles import Role
from linli.services.gateway.access import POLICY, PUBLIC, Caller, Scope, scope_of
from linli.services.gateway.app import make_app
from linli.services.gateway.description import describe
from linli.services.gateway.tokens import TokenBook

NOW = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def routes() -> set[str]:
    """List the names of all routes of the API."""
    return {
        operation["operationId"] for methods in describe(make_app())["paths"].values() for operation in methods.values()
    }


def test_every_route_is_in_the_table() -> None:
    """Tests that no route was added without saying who may use it."""
    assert routes() <= set(POLICY) | PUBLIC
    assert not set(POLICY) & PUBLIC


def test_what_is_not_in_the_table_is_denied() -> None:
    """Tests that an unknown route is nobody's."""
    assert all(scope_of("a_route_that_somebody_forgot", role) is None for role in Role)
    assert scope_of("order", Role.OFFICER) is None
    assert scope_of("order", Role.PROXY) is Scope.OWN_ORDERS


def test_nobody_can_take_another_senders_name(tmp_path: Path) -> None:
    """Tests that a token's name cannot be the source of a team or of another role."""
    book = TokenBook(tmp_path / "tokens.json")
    with pytest.raises(ValidationError):
        book.issue(Role.DISPATCH_CENTRE, "team:t-01", "520624", now=NOW, expires=LATER)
    assert Caller(Role.TEAM_LEAD, "wang", "520624", team="t-01").source == "team:t-01"
    assert Caller(Role.PROXY, "wang", "520624").source == "proxy:wang"
    assert Caller(Role.DISPATCH_CENTRE, "hotline", "520624").source == "hotline"


def test_a_token_works_until_its_end_or_its_revocation(tmp_path: Path) -> None:
    """Tests the life of a token, read by another process than the one that changes it."""
    desk, gateway = TokenBook(tmp_path / "tokens.json"), TokenBook(tmp_path / "tokens.json")
    token, secret = desk.issue(Role.DISPATCH_CENTRE, "hotline", "520624", now=NOW, expires=LATER)
    assert gateway.caller(secret, NOW) == Caller(Role.DISPATCH_CENTRE, "hotline", "520624", token=token.id)
    assert gateway.caller(secret, LATER) is None
    assert gateway.caller(secret[:-1], NOW) is None
    assert gateway.caller(secret.partition("_")[2], NOW) is None
    assert gateway.caller("", NOW) is None
    desk.revoke(token.id, NOW)
    assert gateway.caller(secret, NOW) is None


def test_a_rotated_token_works_a_little_longer(tmp_path: Path) -> None:
    """Tests that the successor has the same scope, and the former ends after the grace."""
    book = TokenBook(tmp_path / "tokens.json")
    former, old = book.issue(Role.TEAM_LEAD, "lead", "520624", now=NOW, expires=NOW + timedelta(days=90), team="t-01")
    successor, new = book.rotate(former.id, NOW, timedelta(hours=1))
    assert (successor.role, successor.team) == (Role.TEAM_LEAD, "t-01")
    assert book.caller(old, NOW + timedelta(minutes=59)) is not None
    assert book.caller(old, NOW + timedelta(minutes=60)) is None
    assert book.caller(new, NOW + timedelta(days=89)) is not None


def test_the_file_tells_no_token(tmp_path: Path) -> None:
    """Tests that the file holds hashes alone, and is its owner's alone."""
    path = tmp_path / "tokens.json"
    _, secret = TokenBook(path).issue(Role.OPERATOR, "ops", "520624", now=NOW, expires=LATER)
    assert secret.rpartition("_")[2] not in path.read_text(encoding="utf-8")
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("role", [Role.TEAM_LEAD, Role.OFFICER])
def test_a_scope_is_asked_for(role: Role, tmp_path: Path) -> None:
    """Tests that a lead without a team and an officer without a place are not made."""
    with pytest.raises(ValidationError):
        TokenBook(tmp_path / "tokens.json").issue(role, "someone", "520624", now=NOW, expires=LATER)
