"""Logging in, staying logged in, logging out."""

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from api.authentication.tokens import AdminCaller, Caller, MemberCaller, TokenPair
from api.dependencies import Desk, DeskOf, SomeCaller, StoreCode
from api.errors import Forbidden, NotAuthenticated
from api.requests import Body, read_body, takes
from api.responses import ExactJson, no_content
from database import Transaction
from database.members import Identity

LONGEST_PASSWORD = 1024
WRONG = "Bad credentials."

router = APIRouter(prefix="/api", tags=["Authorization"])


class Login(Body):
    """Who logs in."""

    username: str = Field(min_length=1, max_length=255)
    password: str = Field(min_length=1, max_length=LONGEST_PASSWORD, repr=False)


class Refresh(Body):
    """A refresh token, to be used once."""

    refresh_token: str = Field(alias="refresh_token", min_length=1, max_length=1024, repr=False)


_LOGIN = {"username": "admin", "password": "password"}
_MEMBER_LOGIN = {"username": "anna@example.com", "password": "password"}
_REFRESH = {"refresh_token": "THE-ONE-THAT-CAME-WITH-THE-TOKEN"}
_OPEN: dict[str, object] = {"security": []}


@router.post(
    "/admin/login_check",
    summary="Log in as an administrator",
    response_model=TokenPair,
    openapi_extra=takes(Login, _LOGIN) | _OPEN,
)
async def log_admin_in(request: Request, desk: DeskOf) -> Response:
    """A token for an hour, and a refresh token for the next one."""
    login = await read_body(request, Login)
    attempt = _attempt(request, "", login)
    desk.attempts.begin(attempt)
    known = await desk.services.database.access_read(lambda access: access.admin(login.username))
    if not await desk.passwords.fits(known["password_hash"] if known else None, login.password) or known is None:
        raise NotAuthenticated(WRONG)
    desk.attempts.succeeded(attempt)
    return await _welcome(desk, AdminCaller(known["id"]))


@router.post(
    "/{storeCode}/member/login_check",
    summary="Log in as a member",
    response_model=TokenPair,
    openapi_extra=takes(Login, _MEMBER_LOGIN) | _OPEN,
)
async def log_member_in(request: Request, desk: DeskOf, store: StoreCode) -> Response:
    """Members who have a password log in by email, phone or card number."""
    login = await read_body(request, Login)
    await desk.services.programs.current(store)
    attempt = _attempt(request, store, login)
    desk.attempts.begin(attempt)
    member_id, password_hash = await desk.services.database.store(store).read(
        lambda tx: _who_logs_in(tx, login.username)
    )
    if not await desk.passwords.fits(password_hash, login.password) or member_id is None:
        raise NotAuthenticated(WRONG)
    desk.attempts.succeeded(attempt)
    return await _welcome(desk, MemberCaller(member_id, store))


@router.post(
    "/token/refresh",
    summary="Refresh an administrator's token",
    response_model=TokenPair,
    openapi_extra=takes(Refresh, _REFRESH) | _OPEN,
)
async def refresh_admin(request: Request, desk: DeskOf) -> Response:
    """New tokens for a refresh token. Each is used once: used twice, everything of its login ends."""
    refresh = await read_body(request, Refresh)
    return ExactJson(await desk.tokens.refresh(refresh.refresh_token, None))


@router.post(
    "/{storeCode}/token/refresh",
    summary="Refresh a member's token",
    response_model=TokenPair,
    openapi_extra=takes(Refresh, _REFRESH) | _OPEN,
)
async def refresh_member(request: Request, desk: DeskOf, store: StoreCode) -> Response:
    """New tokens for a member's refresh token. Used twice, it ends everything of its login."""
    refresh = await read_body(request, Refresh)
    return ExactJson(await desk.tokens.refresh(refresh.refresh_token, store))


@router.get("/token/revoke", summary="Log out", status_code=204, response_class=Response)
async def log_out(caller: SomeCaller, desk: DeskOf) -> Response:
    """End every refresh token of whoever asks; the access token runs out within the hour."""
    if isinstance(caller, AdminCaller) and not caller.has_login:
        raise Forbidden("an API key has no login to end: delete the key instead")
    await desk.tokens.revoke(caller)
    return no_content()


async def _welcome(desk: Desk, caller: Caller) -> Response:
    return ExactJson(await desk.tokens.issue(caller))


def _who_logs_in(tx: Transaction, username: str) -> tuple[str | None, str | None]:
    """Id and password hash of whom a username means: an email before a phone, a phone before a card."""
    for identity in (Identity(email=username), Identity(phone=username), Identity(card=username)):
        for row in tx.members.matching(identity):
            if row["active"] and row["password_hash"]:
                return row["id"], row["password_hash"]
    return None, None


def _attempt(request: Request, store: str, login: Login) -> tuple[str, str, str]:
    """Whose password is tried from where; no case of a name is a new name."""
    return store, login.username.lower(), request.client.host if request.client else ""
