"""Authenticate a page's caller: by the cookie's session, or by name and password sent with the form."""

from dataclasses import replace
from datetime import datetime

from starlette.requests import Request

from api.authentication.authenticator import admin_caller
from api.authentication.callers import AdminCaller
from api.http.errors import ApiError, NotAuthenticated
from api.state.dependencies import AppState
from console.security.form_values import FormValues
from console.sessions.cookies import log_in, token_hash_of
from database import AccessReader
from database.console_sessions import SEEN_EVERY

USERNAME = "_username"
PASSWORD = "_password"  # noqa: S105 - the name of a field


class LogInNeeded(NotAuthenticated):
    """The caller is not logged in any more; `again` holds the request, to be sent again after the log-in."""

    def __init__(self, message: str, again: FormValues) -> None:
        super().__init__(message)
        self.again = again


async def page_caller(request: Request, state: AppState, form: FormValues, *, now: datetime) -> AdminCaller:
    """Return the calling administrator; raise LogInNeeded.

    A form that is sent with name and password logs in first, so that the form of an ended session is not lost.
    """
    token_hash = token_hash_of(request)
    if form.first(PASSWORD):
        try:
            token_hash = await log_in(request, state, form.first(USERNAME), form.first(PASSWORD), now=now)
        except ApiError as error:
            raise LogInNeeded(error.message, form) from None
    found = None
    if token_hash is not None:
        known = token_hash
        found = await state.services.database.access_read(lambda access: _caller(access, known, now=now))
    if found is None:
        raise LogInNeeded("Log in to go on: your session has ended." if token_hash else "", form)
    caller, seen_at = found
    if token_hash and now - seen_at >= SEEN_EVERY and not is_poll(request):
        seen = token_hash
        await state.services.database.access_write(lambda access: access.console_sessions.mark_seen(seen, now=now))
    return caller


def is_poll(request: Request) -> bool:
    """Return whether the page sent the request by itself, without the user."""
    return request.headers.get("hx-request") == "true" and request.headers.get("x-laurel-poll") == "true"


def _caller(access: AccessReader, token_hash: str, *, now: datetime) -> tuple[AdminCaller, datetime] | None:
    found = access.console_sessions.find(token_hash, now=now)
    if found is None:
        return None
    session, seen_at = found
    caller = admin_caller(access, session.subject)
    return None if caller is None else (replace(caller, session=session.id), seen_at)
