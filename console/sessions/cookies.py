"""The cookie of a log-in: an opaque token, whose hash is in the database."""

import secrets
from datetime import datetime, timedelta

from starlette.requests import Request

from api.authentication.tokens import digest
from api.http.errors import NotAuthenticated
from api.http.requests import address_of
from api.login.routes import BAD_CREDENTIALS, admin_with_password
from api.state.dependencies import AppState
from console.security.page_headers import add_cookie
from database import Access
from database.sessions import Session
from loyalty.ids import new_id

LIFETIME = timedelta(hours=12)
"""A log-in to the console ends after this time, even if it is used."""

_TOKEN_BYTES = 48


async def log_in(request: Request, state: AppState, username: str, password: str, *, now: datetime) -> str:
    """Begin a session of an administrator and set its cookie; return the hash of its token.

    Raise NotAuthenticated or TooManyAttempts.
    """
    address = address_of(request)
    admin = await admin_with_password(state, username, password, address)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    session = Session(new_id(), admin.id, None, now, now + LIFETIME, address)

    def begin(access: Access) -> None:
        access.lock()  # a concurrent password change ends earlier sessions
        present = access.admins.get(admin.id)
        if present is None or not present.active or present.password_hash != admin.password_hash:
            raise NotAuthenticated(BAD_CREDENTIALS)
        access.sessions.add(session, token_hash=None)
        access.console_sessions.add(session.id, token_hash=digest(token), now=now)

    await state.services.database.access_write(begin)
    add_cookie(request, cookie_name(request), token, max_age=int(LIFETIME.total_seconds()))
    return digest(token)


async def log_out(request: Request, state: AppState, session_id: str) -> None:
    """End a session, and remove its cookie."""
    await state.services.database.access_write(lambda access: access.sessions.end(session_id))
    state.authenticator.clear_cache()
    add_cookie(request, cookie_name(request), "", max_age=0)


def token_hash_of(request: Request) -> str | None:
    """Return the hash of the token of a request; None: it has none."""
    token = request.cookies.get(cookie_name(request))
    return None if not token else digest(token)


def cookie_name(request: Request) -> str:
    """Return the name of the cookie: over HTTPS one that no other host of the domain can set."""
    return "__Host-laurel" if request.url.scheme == "https" else "laurel"
