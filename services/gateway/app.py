"""The application: routes, the policy in front of them, problems, and the pages for people."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute

from linli.services.console.mounting import mount_pages
from linli.services.gateway import (
    action_routes,
    claim_routes,
    consent_routes,
    feed_routes,
    house_routes,
    node_routes,
    order_routes,
    report_routes,
    request_routes,
    resident_routes,
    service_routes,
    standing_routes,
    team_routes,
)
from linli.services.gateway.description import describe
from linli.services.gateway.middleware import AroundEverything
from linli.services.gateway.problems import add_problems
from linli.services.gateway.session import admit

VERSION: Final = "1"
"""Of the API: a change that breaks a client is a new one, beside this."""


_PARTS: Final = (
    *(house_routes, order_routes, request_routes, team_routes, node_routes, action_routes),
    *(claim_routes, consent_routes, resident_routes, feed_routes, report_routes),
    *(service_routes, standing_routes),
)


def make_app() -> FastAPI:
    """Build the application; `linli.services.gateway.installation.put_into` gives it what it works with."""
    app = FastAPI(
        title="Linli",
        summary="Orders in, volunteer teams out.",
        version=VERSION,
        dependencies=[Depends(admit)],
        generate_unique_id_function=_name_of,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    for part in _PARTS:
        app.include_router(part.router)
    app.include_router(_description_router(app))
    add_problems(app)
    # Last, because what stands at the root answers whatever nothing before it has.
    mount_pages(app)
    app.add_middleware(AroundEverything)
    return app


def _name_of(route: APIRoute) -> str:
    """Name an operation as the policy does."""
    return route.name


def _description_router(app: FastAPI) -> APIRouter:
    router = APIRouter(tags=["house"])

    @router.get("/v1/openapi.json")
    async def description() -> dict[str, Any]:
        """Describe this API."""
        return describe(app)

    return router
