"""What went wrong, over HTTP: RFC 9457 problems with our closed codes, in the caller's language, without values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi_problem.error import Problem
from redis.exceptions import RedisError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from linli.schemas.dead_letters import MEANING, Reason
from linli.schemas.errors import Code, LinliError
from linli.schemas.glossary import Tongue, word_of
from linli.streams.board.reader import BoardMissingError, BoardUnreadableError
from linli.streams.intake.inbox_record import RefusedError
from linli.streams.sealed.keyring import UnsealError

TYPE: Final = "urn:linli:problem:{type}"
"""The type of a problem: a name that stays, not an address that may move."""

PROBLEM_JSON: Final = "application/problem+json"

RETRY_S: Final = 5
"""What Retry-After says where nobody knows better: a broker or a Redis that restarts is back in ten seconds."""

STATUS: Final[Mapping[Code, int]] = {
    Code.UNAUTHENTICATED: 401,
    Code.FORBIDDEN: 403,
    Code.CONTACT_TOO_EARLY: 403,
    Code.CASE_CODE: 403,
    Code.NOT_FOUND: 404,
    Code.UNKNOWN_REQUEST: 404,
    Code.UNKNOWN_OFFER: 404,
    Code.UNKNOWN_TEAM: 404,
    Code.UNKNOWN_STANDING: 404,
    Code.UNKNOWN_NODE: 404,
    Code.UNKNOWN_COMMAND: 404,
    Code.UNKNOWN_DISTRICT: 404,
    Code.METHOD_NOT_ALLOWED: 405,
    Code.NOT_APPLIED: 409,
    Code.IN_PROGRESS: 409,
    Code.ERASED: 410,
    Code.TOO_LARGE: 413,
    Code.MEDIA_TYPE: 415,
    Code.NOT_VALID: 422,
    Code.KEY_REUSED: 422,
    Code.COLUMNS_MISSING: 422,
    Code.COLUMNS_UNKNOWN: 422,
    Code.FILE_FORMAT: 422,
    Code.FILE_ENCODING: 422,
    Code.NOTHING_TO_DO: 422,
    Code.SHEET_MISSING: 422,
    Code.SHEET_LIMIT: 422,
    Code.SHEET_DAMAGED: 422,
    Code.SHEET_LOCKED: 422,
    Code.SHEET_OLD: 422,
    Code.SHEET_WEB_PAGE: 422,
    Code.SHEET_KIND: 422,
    Code.TOO_MANY: 429,
    Code.OVERLOADED: 503,
    Code.REPORT_LIMIT: 503,
    Code.NOT_ACKNOWLEDGED: 503,
    Code.BOARD_MISSING: 503,
    Code.STORE_UNREACHABLE: 503,
    Code.BROKER_UNREACHABLE: 503,
}
"""The status of every code that can be answered; any other is our own fault, 500."""

TRY_AGAIN: Final = frozenset({429, 503})
"""Statuses after which the same request may go well."""


class ProblemError(LinliError):
    """An error with more to say: members that are added to the problem.

    Parameters
    ----------
    code
        Which error.
    more
        Added to the problem; never a value of a person.
    retry
        Seconds for Retry-After; ``None`` for the usual.
    values
        What the sentence names.
    """

    def __init__(
        self, code: Code, more: Mapping[str, Any] | None = None, retry: int | None = None, **values: object
    ) -> None:
        super().__init__(code, **values)
        self.more = dict(more or {})
        self.retry = retry


def tongue_of(request: Request) -> Tongue:
    """Give the language of an answer: Chinese where the caller asks for it."""
    wanted = request.headers.get("accept-language", "").strip().lower()
    return "zh" if wanted.startswith("zh") else "en"


def add_problems(app: FastAPI) -> None:
    """Answer every error with a problem."""
    for kind in (*_MAKERS, Exception):
        app.add_exception_handler(kind, _answer)


async def _answer(request: Request, error: Exception) -> JSONResponse:
    return as_response(problem_of(error, request))


def as_response(problem: Problem) -> JSONResponse:
    """Send a problem."""
    headers = {**(problem.headers or {}), "content-type": PROBLEM_JSON}
    return JSONResponse(problem.marshal(uri=TYPE), problem.status, headers)


def problem_of(error: Exception, request: Request) -> Problem:
    """Turn an error into a problem; of one that nobody foresaw only the kind is told, its text may quote a value."""
    for kind, make in _MAKERS.items():
        if isinstance(error, kind):
            return make(request, error)
    return _of_ours(request, LinliError(Code.INTERNAL, detail=type(error).__name__))


def _of_ours(request: Request, error: LinliError) -> Problem:
    request.state.problem = error.code.value
    status = STATUS.get(error.code, 500)
    more: dict[str, Any] = error.more if isinstance(error, ProblemError) else {}
    return Problem(
        title=error.sentence(tongue_of(request)),
        type_=error.code.value,
        status=status,
        headers=_headers(status, error.retry if isinstance(error, ProblemError) else None),
        code=error.code.value,
        what_to_do=error.what_to_do(tongue_of(request)),
        **more,
    )


def _headers(status: int, retry: int | None) -> dict[str, str]:
    if status in TRY_AGAIN:
        return {"retry-after": str(retry or RETRY_S)}
    return {"www-authenticate": "Bearer"} if status == 401 else {}


def refused(error: RefusedError, request: Request) -> dict[str, str]:
    """Say why an event is refused: the reason, the field, the rule, who handles it instead; never a value."""
    answer = {} if error.answer is None else {"answer_en": error.answer.en, "answer_zh": error.answer.zh}
    return {
        **answer,
        "reason": error.reason.value,
        "field": error.path,
        "rule": error.rule,
        "message": word_of(error.reason, tongue_of(request)),
    }


def _of_refusal(request: Request, error: RefusedError) -> Problem:
    if error.reason is Reason.TOO_LARGE:
        return _of_ours(request, LinliError(Code.TOO_LARGE, limit=error.rule.replace("_", " ")))
    answer = "" if error.answer is None else getattr(error.answer, tongue_of(request))
    parts = (word_of(error.reason, tongue_of(request)), error.path, answer)
    detail = ": ".join(part for part in parts if part)
    more = {"refused": refused(error, request), "remedy": MEANING[error.reason][1]}
    return _of_ours(request, ProblemError(Code.NOT_VALID, more, detail=detail))


def _of_board(request: Request, _: Exception) -> Problem:
    return _of_ours(request, LinliError(Code.BOARD_MISSING))


def _of_store(request: Request, error: Exception) -> Problem:
    return _of_ours(request, LinliError(Code.STORE_UNREACHABLE, address=type(error).__name__))


def _of_seal(request: Request, _: Exception) -> Problem:
    return _of_ours(request, LinliError(Code.INTERNAL, detail="unseal"))


def _of_http(request: Request, error: HTTPException) -> Problem:
    code = {404: Code.NOT_FOUND, 405: Code.METHOD_NOT_ALLOWED}.get(error.status_code)
    if code is None:
        return _of_ours(request, LinliError(Code.NOT_VALID, detail=f"HTTP {error.status_code}"))
    problem = _of_ours(request, LinliError(code))
    problem.headers = {**(problem.headers or {}), **(error.headers or {})}
    return problem


def _of_validation(request: Request, error: RequestValidationError) -> Problem:
    """Name the parameters and rules; what was given stays with the caller."""
    wrong = [{"field": ".".join(map(str, one["loc"])), "rule": str(one["type"])} for one in error.errors()]
    # What is expected instead is a word of our own lists, never what was given.
    allowed = [str(one.get("ctx", {}).get("expected", "")) for one in error.errors()]
    said = [f"{one['rule']}: {words}" if words else one["rule"] for one, words in zip(wrong, allowed, strict=True)]
    detail = ", ".join(f"{one['field']} ({rule})" for one, rule in zip(wrong, said, strict=True))
    return _of_ours(request, ProblemError(Code.NOT_VALID, {"fields": wrong}, detail=detail))


_MAKERS: Final[Mapping[type[Exception], Callable[[Request, Any], Problem]]] = {
    LinliError: _of_ours,
    RefusedError: _of_refusal,
    BoardMissingError: _of_board,
    BoardUnreadableError: _of_store,
    RedisError: _of_store,
    UnsealError: _of_seal,
    HTTPException: _of_http,
    RequestValidationError: _of_validation,
}
"""How each kind of error becomes a problem."""
