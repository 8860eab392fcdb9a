"""Reset the password of an administrator who cannot log in."""

import contextlib
from datetime import UTC, datetime

import structlog
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.administrators.operations import reset_password
from api.administrators.schemas import PostAdministratorReset, PostResetRequest
from api.authentication.tokens import digest
from api.http.requests import address_of, read_body, request_body
from api.http.responses import no_content
from api.state.dependencies import CurrentState
from database.audit_log import AuditEntry
from loyalty.ids import new_id

MAX_BYTES = 16 * 1024

router = APIRouter(prefix="/api/admin/password/reset", tags=["Admin"])
log = structlog.get_logger(__name__)

_NO_LOGIN_NEEDED: dict[str, object] = {"security": []}
_RESET = {"token": "THE-CODE", "reset": {"plainPassword": "battery staple"}}


class _Counted(Exception):
    """Raised to end a request that counts for the rate limit, as a failed login does."""


@router.post(
    "/request",
    summary="Request a password reset",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(PostResetRequest, {"username": "kim"}) | _NO_LOGIN_NEEDED,
)
async def request_reset(request: Request, state: CurrentState) -> Response:
    """Record, in the log and the audit log, that an administrator cannot log in.

    Laurel sends no mail: an operator creates the code with `laurel admin reset NAME`, and hands it over. The response
    is the same for an unknown name.
    """
    posted = await read_body(request, PostResetRequest, max_bytes=MAX_BYTES)
    address = address_of(request)
    with contextlib.suppress(_Counted):
        async with state.login_rate_limiter.attempt("reset", posted.username, address):
            admin = await state.services.database.access_read(lambda access: access.admins.named(posted.username))
            if admin is not None and admin.active:
                entry = _entry("POST /api/admin/password/reset/request", admin.id, admin.username, address)
                await state.services.database.access_write(lambda access: access.audit_log.add(entry))
                log.warning("an administrator asks for a password reset: run `laurel admin reset NAME`", admin=admin.id)
            raise _Counted
    return no_content()


@router.post(
    "",
    summary="Reset a password",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(PostAdministratorReset, _RESET) | _NO_LOGIN_NEEDED,
)
async def reset(request: Request, state: CurrentState) -> Response:
    """Set the password of the administrator for whom the code was created, once. All their sessions end."""
    posted = await read_body(request, PostAdministratorReset, max_bytes=MAX_BYTES)
    address, now = address_of(request), datetime.now(UTC)
    async with state.login_rate_limiter.attempt("reset-code", digest(posted.token), address):
        password_hash = await state.passwords.hash(posted.reset.plain_password)
        admin_id = await state.services.database.access_write(
            lambda access: reset_password(access, digest(posted.token), password_hash, now=now)
        )
        entry = _entry("POST /api/admin/password/reset", admin_id, "laurel", address)
        await state.services.database.access_write(lambda access: access.audit_log.add(entry))
    state.authenticator.clear_cache()
    return no_content()


def _entry(event_type: str, admin_id: str, username: str, address: str) -> AuditEntry:
    return AuditEntry(
        id=new_id(),
        created_at=datetime.now(UTC),
        store=None,
        event_type=event_type,
        entity_type="ADMIN",
        entity_id=admin_id,
        user_id=admin_id,
        username=username,
        user_type="system",
        api_key=None,
        address=address or None,
        outcome="done",
        status=204,
        details=None,
    )
