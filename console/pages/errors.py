"""What cannot be done, as a page that says why and what to do."""

import traceback
import uuid
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.error_handlers import faults_of
from api.http.errors import STATUS
from api.http.requests import validation_faults
from console.pages.log_in_page import log_in_page
from console.pages.rendering import render_plain, theme_of
from console.security.page_headers import nonce_of
from console.sessions.authentication import LogInNeeded

RecordRefusal: TypeAlias = Callable[[Request, int], Awaitable[None]]

_TITLES = {
    400: "This cannot be done",
    403: "You may not do this",
    404: "There is nothing here",
    405: "There is nothing here",
    413: "This is too much at once",
    429: "Too many attempts",
    503: "The database does not answer",
}

log = structlog.get_logger(__name__)


def install_error_pages(app: FastAPI, record_refusal: RecordRefusal) -> None:
    """Make the app answer every exception with a page."""

    async def show(request: Request, error: Exception) -> Response:
        status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
        if status < 500:
            await record_refusal(request, status)
        if isinstance(error, SQLAlchemyError):
            log.error("the database does not answer", because=str(error.__cause__ or error))
            return error_page(request, status, "Try again in a few seconds: nothing was changed.")
        messages = [each.message for each in faults_of(error)]
        return error_page(request, status, *(messages or [str(error)]))

    async def show_log_in(request: Request, error: Exception) -> Response:
        assert isinstance(error, LogInNeeded)
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        next_path = path if request.method == "GET" else "/console"
        return log_in_page(request, error.message, error.again, next_path=next_path, status=401)

    async def show_framework_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return error_page(request, error.status_code, "The address is wrong, or what was here is gone.")

    async def show_invalid_parameters(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return error_page(request, 400, *(each.message for each in validation_faults(error.errors())))

    for kind in STATUS:
        app.add_exception_handler(kind, show)
    app.add_exception_handler(LogInNeeded, show_log_in)
    app.add_exception_handler(HTTPException, show_framework_error)
    app.add_exception_handler(RequestValidationError, show_invalid_parameters)
    app.add_middleware(ShowUnexpectedErrors)


class ShowUnexpectedErrors:
    """ASGI middleware that logs an unexpected exception under a new incident id and shows a page with that id."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def track_start(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, track_start)
        except ClientDisconnect:
            raise
        except Exception as error:
            if has_begun:
                raise
            incident = str(uuid.uuid4())
            trace = "".join(traceback.format_exception(error))  # without the values of variables: some are secret
            log.error(  # noqa: TRY400 - with `trace` in place of the exception
                "unexpected", incident=incident, method=scope["method"], path=scope["path"], trace=trace
            )
            message = f"Something went wrong here. It is in the log as incident {incident}."
            await error_page(Request(scope), 500, message)(scope, receive, send)


def error_page(request: Request, status: int, *messages: str) -> Response:
    """A page that says what is wrong; nobody is logged out by it."""
    return render_plain(
        "templates/error.html",
        status=status,
        nonce=nonce_of(request),
        theme=theme_of(request.cookies),
        title=_TITLES.get(status, "This did not work"),
        messages=messages,
    )
