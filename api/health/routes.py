"""Health checks, and the version of this server, without authentication."""

from datetime import UTC, datetime
from importlib.metadata import version
from typing import cast

from fastapi import APIRouter
from starlette.responses import Response

from api.health.checks import Check, checks_of
from api.health.schemas import CheckResult, Liveness, Readiness, Version
from api.http.responses import ExactJson, no_content
from api.state.dependencies import CurrentState

router = APIRouter(tags=["HealthCheck"])
_NO_LOGIN_NEEDED: dict[str, object] = {"security": []}


@router.get("/health/live", summary="Check liveness", response_model=Liveness, openapi_extra=_NO_LOGIN_NEEDED)
async def live() -> Response:
    """Answer 200 as long as the process answers requests."""
    return ExactJson({"status": "alive"})


@router.get("/health/ready", summary="Check readiness", response_model=Readiness, openapi_extra=_NO_LOGIN_NEEDED)
async def ready(state: CurrentState) -> Response:
    """Answer 200 when events can be accepted: the database answers and can be written.

    `checks` has the state of all parts. A check that is `degraded` or `unknown` does not make the response 503: without
    Temporal or workers, events are accepted, and run when those are back.
    """
    now = datetime.now(UTC)
    system = await state.services.system_state()
    checks = checks_of(system, now=now)
    is_ready = all(check.status != "failing" for check in checks)
    content: Readiness = {
        "ready": is_ready,
        "database": is_ready,
        "temporal": system.has_temporal,
        "program": system.is_readable and bool(system.backlog),
        "degraded": [check.name for check in checks if check.status != "ok"],
        "checks": {check.name: _check_view(check) for check in checks},
    }
    return ExactJson(content, status_code=200 if is_ready else 503)


def _check_view(check: Check) -> CheckResult:
    message = {"message": check.message} if check.message else {}
    return cast("CheckResult", {"status": check.status, **message, **check.numbers})


@router.get("/api/", summary="Show the name and version", response_model=Version, openapi_extra=_NO_LOGIN_NEEDED)
async def name_and_version() -> Response:
    """Return the name and version of this server."""
    return ExactJson({"name": "Laurel", "version": version("laurel")})


@router.get(
    "/api/healthcheck", summary="Health check", status_code=204, response_class=Response, openapi_extra=_NO_LOGIN_NEEDED
)
async def check() -> Response:
    """Answer 204 as long as the process answers requests."""
    return no_content()
