"""Errors as pages that give the reason and the cure."""

from urllib.parse import urlencode

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from api.http.error_handlers import CatchUnexpectedErrors, RecordRefusal, faults_of
from api.http.errors import STATUS, status_of
from api.http.requests import validation_faults
from console.pages.log_in_page import log_in_page, own_path
from console.pages.page import WithoutProgram
from console.pages.rendering import render_plain, theme_of
from console.security.page_headers import nonce_of
from console.sessions.authentication import LogInNeeded

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
    """Let the app answer every exception with a page."""

    async def show(request: Request, error: Exception) -> Response:
        status = status_of(error)
        if status < 500:
            await record_refusal(request, status)
        if isinstance(error, SQLAlchemyError):
            log.error("the database does not answer", because=str(error.__cause__ or error))
            return error_page(request, status, "Try again in a few seconds: nothing was changed.")
        messages = [each.message for each in faults_of(error)]
        return error_page(request, status, *(messages or [str(error)]))

    async def show_without_program(request: Request, error: Exception) -> Response:
        assert isinstance(error, WithoutProgram)
        await record_refusal(request, 404)
        return _without_program(request, error)

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
    app.add_exception_handler(WithoutProgram, show_without_program)
    app.add_exception_handler(LogInNeeded, show_log_in)
    app.add_exception_handler(HTTPException, show_framework_error)
    app.add_exception_handler(RequestValidationError, show_invalid_parameters)
    app.add_middleware(CatchUnexpectedErrors, answer=_incident_page)


def _without_program(request: Request, error: WithoutProgram) -> Response:
    """Return the cure for a store without a program."""
    if not error.may_make:
        return error_page(request, 404, f"The {error}. You may not deploy: ask who may.")
    url = f"/console/new-store?{urlencode({'code': error.store})}"
    return error_page(request, 404, f"The {error}.", link=(url, "Make its first program"))


def _incident_page(scope: Scope, incident: str) -> Response:
    return error_page(Request(scope), 500, f"Something went wrong here. It is in the log as incident {incident}.")


def error_page(request: Request, status: int, *messages: str, link: tuple[str, str] | None = None) -> Response:
    """Return a page with an error; the caller stays logged in."""
    return render_plain(
        "templates/error.html",
        status=status,
        nonce=nonce_of(request),
        theme=theme_of(request.cookies),
        title=_TITLES.get(status, "This did not work"),
        messages=messages,
        link=link,
        page_before=_page_before(request),
    )


def _page_before(request: Request) -> str:
    """Return the address of the page of this console that led to a request; empty if none did."""
    led, host = request.headers.get("referer", ""), request.headers.get("host", "")
    origin = next((each for each in (f"http://{host}", f"https://{host}") if led.startswith(f"{each}/")), None)
    if origin is None:
        return ""
    path = led.removeprefix(origin)
    is_itself = request.method == "GET" and path.partition("?")[0] == request.scope["path"]
    return path if own_path(path) == path and not is_itself else ""
