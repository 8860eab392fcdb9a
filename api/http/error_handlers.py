"""Exceptions as HTTP responses, in the documented shapes."""

import traceback
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC
from typing import Any, TypeAlias

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.errors import (
    STATUS,
    BadInput,
    FileChanged,
    InputFault,
    NotAllowed,
    NotAuthenticated,
    RateLimitReached,
    RebaseConflicts,
    StillRunning,
    TemporalAway,
    TooManyAttempts,
    faults_of_program,
    faults_of_refusal,
    status_of,
)
from api.http.requests import validation_faults
from api.http.responses import ExactJson
from database.revisions import AnotherInForce, NotPulled
from loyalty.losses import losses_as_json
from loyalty.refusals import Refusal, UnnamedLosses
from program_files import ProgramFaults
from rules import MalformedJson
from telemetry.metrics import count_refusal
from workbench.drafts.merging import version_of

METHOD_NOT_ALLOWED = 405
INTERNAL_SERVER_ERROR = 500

RETRY_AFTER = 5
"""Seconds after which a client may repeat a request that the database did not answer."""

log = structlog.get_logger(__name__)


RecordRefusal: TypeAlias = Callable[[Request, int], Awaitable[None]]
"""Records that a request was refused with a status."""


def install_error_handlers(app: FastAPI, routes: Sequence[BaseRoute], record_refusal: RecordRefusal) -> None:
    """Let the app answer every exception of `STATUS`, every wrong path and method, and every unexpected error."""

    async def answer_and_record(request: Request, error: Exception) -> Response:
        response = await _answer_error(request, error)
        if response.status_code < INTERNAL_SERVER_ERROR:
            await record_refusal(request, response.status_code)
        return response

    async def answer_framework_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        content = {"code": error.status_code, "message": error.detail}
        is_method = error.status_code == METHOD_NOT_ALLOWED
        headers = {"Allow": _methods_at(request, routes)} if is_method else error.headers
        return ExactJson(content, status_code=error.status_code, headers=headers)

    for error_type in STATUS:
        app.add_exception_handler(error_type, answer_and_record)
    app.add_exception_handler(RequestValidationError, _answer_invalid_parameters)
    app.add_exception_handler(HTTPException, answer_framework_error)
    app.add_middleware(RejectNulInPath)
    app.add_middleware(CatchUnexpectedErrors)


def error_response(error: Exception) -> Response:
    """Return the response for an exception of `STATUS`."""
    status = status_of(error)
    if isinstance(error, SQLAlchemyError):
        count_refusal(str(status))
        return _database_unavailable(status)
    content: dict[str, Any] = {"code": status, "message": str(error)}
    faults = faults_of(error)
    count_refusal(faults[0].code if faults else str(status))
    if faults:
        content |= {"message": "Validation failed", "errors": [fault_json(fault) for fault in faults]}
    if isinstance(error, AnotherInForce):
        content["inForce"] = _revision_in_force(error)
    if isinstance(error, NotPulled):
        content["pulled"] = error.based_on
    if isinstance(error, FileChanged | RebaseConflicts):
        content |= conflict_json(error)
    if isinstance(error, UnnamedLosses):
        content |= losses_as_json(error.unnamed)
    return ExactJson(content, status_code=status, headers=_headers(error))


def conflict_json(error: FileChanged | RebaseConflicts) -> Mapping[str, Any]:
    """Return the conflicting texts: of a saved file, or of files of a draft and a revision."""
    if isinstance(error, FileChanged):
        version = version_of(error.stored)
        return {"file": {"path": error.path, "version": version, "stored": error.stored, "sent": error.sent}}
    files = [
        {
            "path": each.path,
            "version": version_of(each.draft),
            "baseText": each.base,
            "inForceText": each.in_force,
            "draftText": each.draft,
        }
        for each in error.conflicts
    ]
    return {"inForce": error.in_force, "files": files}


def _revision_in_force(error: AnotherInForce) -> Mapping[str, Any]:
    """Return the revision that a deploy would overwrite; `deployedAt` is UTC."""
    at = None if error.at is None else error.at.astimezone(UTC).isoformat(timespec="milliseconds")
    return {"revision": error.number, "deployedBy": error.by, "deployedAt": at}


def faults_of(error: Exception) -> Sequence[InputFault]:
    """Return the faults of an exception of `STATUS`; none, if it is not about a part of the request."""
    match error:
        case BadInput(faults=faults):
            return faults
        case Refusal():
            return faults_of_refusal(error)
        case MalformedJson():
            return [InputFault(str(error), "malformedJson", "")]
        case ProgramFaults():
            return faults_of_program(error)
        case _:
            return []


def fault_json(fault: InputFault) -> dict[str, Any]:
    """Return a fault as responses show it."""
    shown = {"message": fault.message, "code": fault.code, "path": fault.path}
    return shown | {"parameters": fault.parameters} if fault.parameters else shown


def _headers(error: Exception) -> Mapping[str, str] | None:
    match error:
        case NotAuthenticated():
            return {"WWW-Authenticate": "Bearer"}
        case NotAllowed(allow=allow):
            return {"Allow": allow}
        case TemporalAway():
            return {"Retry-After": str(RETRY_AFTER)}
        case TooManyAttempts(retry_after=wait) | StillRunning(retry_after=wait) | RateLimitReached(retry_after=wait):
            return {"Retry-After": str(wait)}
        case _:
            return None


def _database_unavailable(status: int) -> Response:
    message = "the database does not answer: try again"
    content = [{"status": status, "error": "Service Unavailable", "message": message, "retryAfter": RETRY_AFTER}]
    return ExactJson(content, status_code=status, headers={"Retry-After": str(RETRY_AFTER)})


async def _answer_error(_request: Request, error: Exception) -> Response:
    if isinstance(error, SQLAlchemyError):
        log.error("the database does not answer", because=str(error.__cause__ or error))
    return error_response(error)


async def _answer_invalid_parameters(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return error_response(BadInput.of(validation_faults(error.errors())))


def _methods_at(request: Request, routes: Sequence[BaseRoute]) -> str:
    """Return the methods of all routes at a path: the framework only names those of the first route."""
    here = [route for route in routes if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE]
    return ", ".join(sorted({method for route in here for method in route.methods or ()}))


class RejectNulInPath:
    """ASGI middleware that answers 400 to a path with a NUL, which PostgreSQL does not accept in parameters."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        if "\0" in scope.get("path", ""):
            app = error_response(BadInput.at("", "the path holds a NUL character", "unkeepableText"))
        await app(scope, receive, send)


AnswerIncident: TypeAlias = Callable[[Scope, str], ASGIApp]
"""Returns the response for a failed request, whose incident in the log has this id."""


class CatchUnexpectedErrors:
    """ASGI middleware that logs an unexpected exception under a new incident id and answers 500 with that id."""

    def __init__(self, app: ASGIApp, answer: AnswerIncident | None = None) -> None:
        self._app = app
        self._answer = answer or _internal_server_error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def track_start(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, track_start)
        except ClientDisconnect:
            log.info("the client left", method=scope["method"], path=scope["path"])
        except Exception as error:
            if scope["type"] != "http" or has_begun:
                raise
            await self._answer(scope, _log_incident(error, scope))(scope, receive, send)


def _log_incident(error: Exception, scope: Scope) -> str:
    """Log an unexpected error; return its incident id."""
    incident = str(uuid.uuid4())
    trace = "".join(traceback.format_exception(error))  # without the values of variables: some are secret
    log.error("unexpected", incident=incident, method=scope["method"], path=scope["path"], trace=trace)
    return incident


def _internal_server_error(_: Scope, incident: str) -> Response:
    message = f"something went wrong here, incident {incident}: it is in the log under this id"
    return ExactJson({"code": 500, "message": message}, status_code=500)
