"""Log in, refresh tokens, log out."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.authentication.tokens import TokenPair
from api.http.errors import NotAuthenticated
from api.http.requests import address_of, read_body, request_body
from api.http.responses import ExactJson, no_content
from api.login.schemas import Login, Refresh
from api.state.dependencies import AppState, CurrentCaller, CurrentState, StoreCode
from database import ReadTransaction
from database.administrators import Admin
from loyalty.store.members import Identity

BAD_CREDENTIALS = "Bad credentials."

MAX_LOGIN_BYTES = 16 * 1024
"""The most bytes that are read from a client without a login."""

router = APIRouter(prefix="/api", tags=["Authorization"])

_LOGIN = {"username": "admin", "password": "password"}
_MEMBER_LOGIN = {"username": "anna@example.com", "password": "password"}
_REFRESH = {"refresh_token": "THE-ONE-THAT-CAME-WITH-THE-TOKEN"}
_NO_LOGIN_NEEDED: dict[str, object] = {"security": []}


@router.post(
    "/admin/login_check",
    summary="Log in as an administrator",
    response_model=TokenPair,
    openapi_extra=request_body(Login, _LOGIN) | _NO_LOGIN_NEEDED,
)
async def log_admin_in(request: Request, state: CurrentState) -> Response:
    """Return a token for an hour, and a refresh token for the next one."""
    login = await read_body(request, Login, max_bytes=MAX_LOGIN_BYTES)
    address = address_of(request)
    admin = await admin_with_password(state, login.username, login.password, address)
    return ExactJson(await state.tokens.issue_to_admin(admin.id, password_hash=admin.password_hash, address=address))


@router.post(
    "/{storeCode}/member/login_check",
    summary="Log in as a member",
    response_model=TokenPair,
    openapi_extra=request_body(Login, _MEMBER_LOGIN) | _NO_LOGIN_NEEDED,
)
async def log_member_in(request: Request, state: CurrentState, store: StoreCode) -> Response:
    """Log a member in by email, phone or card number, with their password."""
    login = await read_body(request, Login, max_bytes=MAX_LOGIN_BYTES)
    _, program = await state.services.programs.current(store)  # raises UnknownStore before anything is counted
    async with state.login_rate_limiter.attempt(store, login.username, address_of(request)) as is_known:
        member_id, password_hash = await state.services.database.store(store).read(
            lambda tx: _member_with_password(tx, login.username, program.region)
        )
        is_right = await state.passwords.verify(password_hash, login.password, is_known=is_known)
        if member_id is None or not is_right:
            raise NotAuthenticated(BAD_CREDENTIALS)
    return ExactJson(
        await state.tokens.issue_to_member(member_id, store, password_hash=password_hash, address=address_of(request))
    )


@router.post(
    "/token/refresh",
    summary="Refresh an administrator's token",
    response_model=TokenPair,
    openapi_extra=request_body(Refresh, _REFRESH) | _NO_LOGIN_NEEDED,
)
async def refresh_admin(request: Request, state: CurrentState) -> Response:
    """Return new tokens for a refresh token, which works once. A second use ends every refresh token of that login."""
    refresh = await read_body(request, Refresh, max_bytes=MAX_LOGIN_BYTES)
    return ExactJson(await state.tokens.refresh(refresh.refresh_token, None))


@router.post(
    "/{storeCode}/token/refresh",
    summary="Refresh a member's token",
    response_model=TokenPair,
    openapi_extra=request_body(Refresh, _REFRESH) | _NO_LOGIN_NEEDED,
)
async def refresh_member(request: Request, state: CurrentState, store: StoreCode) -> Response:
    """Return new tokens for a member's refresh token. A second use ends every refresh token of that login."""
    refresh = await read_body(request, Refresh, max_bytes=MAX_LOGIN_BYTES)
    return ExactJson(await state.tokens.refresh(refresh.refresh_token, store))


@router.get("/token/revoke", summary="Log out", status_code=204, response_class=Response)
async def log_out(caller: CurrentCaller, state: CurrentState) -> Response:
    """End every session of the caller: all tokens of their logins stop working."""
    await state.tokens.revoke(caller.id)
    state.authenticator.clear_cache()
    return no_content()


async def admin_with_password(state: AppState, username: str, password: str, address: str) -> Admin:
    """Return the active administrator with this name and password; raise NotAuthenticated or TooManyAttempts."""
    async with state.login_rate_limiter.attempt("", username, address) as is_known:
        admin = await state.services.database.access_read(lambda access: access.admins.named(username))
        password_hash = admin.password_hash if admin else None
        is_right = await state.passwords.verify(password_hash, password, is_known=is_known)
        if admin is None or not is_right or not admin.active:
            raise NotAuthenticated(BAD_CREDENTIALS)
    return admin


def _member_with_password(tx: ReadTransaction, username: str, region: str | None) -> tuple[str | None, str | None]:
    """Return id and password hash of the member with this email, else this phone, else this card number."""
    for part in ("email", "phone", "card"):
        for matching in tx.members.identities_matching(Identity(**{part: username}).written(region)):
            member = tx.members.get(str(matching.id)) if matching.proves(part) else None
            if member is not None and member.active and member.password_hash:
                return member.id, member.password_hash
    return None, None
