"""Whether Laurel is alive, whether it can take events, and which version it is."""

from collections.abc import Mapping
from importlib.metadata import version

from fastapi import APIRouter
from starlette.responses import Response
from typing_extensions import TypedDict

from api.dependencies import DeskOf
from api.responses import ExactJson, no_content

router = APIRouter(tags=["HealthCheck"])
_OPEN: dict[str, object] = {"security": []}


class Alive(TypedDict):
    """The process answers."""

    status: str


class Readiness(TypedDict):
    """What is up; events can be taken while the database is."""

    ready: bool
    database: bool
    temporal: bool
    program: bool


class Version(TypedDict):
    """What runs here."""

    name: str
    version: str


@router.get("/health/live", summary="Is the process alive", response_model=Alive, openapi_extra=_OPEN)
async def live() -> Response:
    """200 as long as requests are answered at all."""
    return ExactJson({"status": "alive"})


@router.get("/health/ready", summary="Can events be taken", response_model=Readiness, openapi_extra=_OPEN)
async def ready(desk: DeskOf) -> Response:
    """200 when events can be taken. Without Temporal they are, and are answered when it is back."""
    up: Mapping[str, bool] = await desk.services.ready()
    has_database = up.get("database", False)
    content: Readiness = {
        "ready": has_database,
        "database": has_database,
        "temporal": up.get("temporal", False),
        "program": has_database and await _has_program(desk),
    }
    return ExactJson(content, status_code=200 if has_database else 503)


@router.get("/api/", summary="Name and version", response_model=Version, openapi_extra=_OPEN)
async def name_and_version() -> Response:
    """What runs here."""
    return ExactJson({"name": "Laurel", "version": version("laurel")})


@router.get("/api/healthcheck", summary="Check", status_code=204, response_class=Response, openapi_extra=_OPEN)
async def check() -> Response:
    """204 as long as requests are answered at all."""
    return no_content()


async def _has_program(desk: DeskOf) -> bool:
    return bool(await desk.services.database.access_read(lambda access: access.stores()))
