"""Health checks, and the version of this server; none needs a login."""

from collections.abc import Mapping
from importlib.metadata import version

from fastapi import APIRouter
from starlette.responses import Response

from api.health.schemas import Liveness, Readiness, Version
from api.http.responses import ExactJson, no_content
from api.state.dependencies import AppState, CurrentState

router = APIRouter(tags=["HealthCheck"])
_NO_LOGIN_NEEDED: dict[str, object] = {"security": []}


@router.get("/health/live", summary="Is the process alive", response_model=Liveness, openapi_extra=_NO_LOGIN_NEEDED)
async def live() -> Response:
    """200 as long as the process answers requests."""
    return ExactJson({"status": "alive"})


@router.get("/health/ready", summary="Can events be accepted", response_model=Readiness, openapi_extra=_NO_LOGIN_NEEDED)
async def ready(state: CurrentState) -> Response:
    """200 when events can be accepted. Without Temporal they can: their workflows start when it is back."""
    up: Mapping[str, bool] = await state.services.ready()
    has_database = up.get("database", False)
    content: Readiness = {
        "ready": has_database,
        "database": has_database,
        "temporal": up.get("temporal", False),
        "program": has_database and await _has_program(state),
    }
    return ExactJson(content, status_code=200 if has_database else 503)


@router.get("/api/", summary="Name and version", response_model=Version, openapi_extra=_NO_LOGIN_NEEDED)
async def name_and_version() -> Response:
    """The name and version of this server."""
    return ExactJson({"name": "Laurel", "version": version("laurel")})


@router.get(
    "/api/healthcheck", summary="Health check", status_code=204, response_class=Response, openapi_extra=_NO_LOGIN_NEEDED
)
async def check() -> Response:
    """204 as long as the process answers requests."""
    return no_content()


async def _has_program(state: AppState) -> bool:
    return bool(await state.services.database.access_read(lambda access: access.stores()))
