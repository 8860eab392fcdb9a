"""Problems as HTTP answers, in the documented shapes."""

import traceback
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import STATUS, BadInput, InputFault, NotAllowed, NotAuthenticated, TooManyAttempts
from api.requests import faults_of
from api.responses import ExactJson
from database.revisions import AnotherInForce
from program_files import ProgramFaults
from program_files.problems import Problem as ProgramProblem
from rules import MalformedJson

METHOD_NOT_ALLOWED = 405

RETRY_AFTER = 5
"""Seconds after which a client may ask a database again that did not answer."""

log = structlog.get_logger(__name__)


def install_refusals(app: FastAPI, routes: Sequence[BaseRoute]) -> None:
    """Answer every exception of the table, every wrong path and method, and everything unexpected."""

    async def refuse_by_framework(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        content = {"code": error.status_code, "message": error.detail}
        is_method = error.status_code == METHOD_NOT_ALLOWED
        headers = {"Allow": _methods_at(request, routes)} if is_method else error.headers
        return ExactJson(content, status_code=error.status_code, headers=headers)

    for kind in STATUS:
        app.add_exception_handler(kind, _refuse)
    app.add_exception_handler(RequestValidationError, _refuse_parameters)
    app.add_exception_handler(HTTPException, refuse_by_framework)
    app.add_middleware(Nul)
    app.add_middleware(Unexpected)


def refusal(error: Exception) -> Response:
    """The answer to an exception of the table."""
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    if isinstance(error, SQLAlchemyError):
        return _unavailable(status)
    content: dict[str, Any] = {"code": status, "message": str(error)}
    faults = _faults(error)
    if faults:
        content |= {"message": "Validation failed", "errors": [_shown(fault) for fault in faults]}
    if isinstance(error, AnotherInForce):
        content["inForce"] = _in_force(error)
    return ExactJson(content, status_code=status, headers=_headers(error))


def _in_force(error: AnotherInForce) -> Mapping[str, Any]:
    """What stands in the way of a deploy: `deployedAt` is UTC."""
    at = None if error.at is None else error.at.astimezone(UTC).isoformat(timespec="milliseconds")
    return {"revision": error.number, "deployedBy": error.by, "deployedAt": at}


def _faults(error: Exception) -> list[InputFault]:
    match error:
        case BadInput(faults=faults):
            return list(faults)
        case MalformedJson():
            return [InputFault(str(error), "malformedJson", "")]
        case ProgramFaults(problems=problems):
            return [InputFault(_with_cure(each), each.code, str(each.place)) for each in problems]
        case _:
            return []


def _with_cure(problem: ProgramProblem) -> str:
    suggestion = problem.suggestion
    return problem.message if suggestion is None else f"{problem.message}. Did you mean {suggestion}?"


def _shown(fault: InputFault) -> dict[str, str]:
    return {"message": fault.message, "code": fault.code, "path": fault.path}


def _headers(error: Exception) -> Mapping[str, str] | None:
    match error:
        case NotAuthenticated():
            return {"WWW-Authenticate": "Bearer"}
        case NotAllowed(allow=allow):
            return {"Allow": allow}
        case TooManyAttempts(retry_after=seconds):
            return {"Retry-After": str(seconds)}
        case _:
            return None


def _unavailable(status: int) -> Response:
    why = "the database does not answer: try again"
    content = [{"status": status, "error": "Service Unavailable", "message": why, "retryAfter": RETRY_AFTER}]
    return ExactJson(content, status_code=status, headers={"Retry-After": str(RETRY_AFTER)})


async def _refuse(_request: Request, error: Exception) -> Response:
    if isinstance(error, SQLAlchemyError):
        log.error("the database does not answer", because=str(error.__cause__ or error))
    return refusal(error)


async def _refuse_parameters(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return refusal(BadInput.of(faults_of(error.errors())))


def _methods_at(request: Request, routes: Sequence[BaseRoute]) -> str:
    """Every method of a path: the framework names only those of the first route that has it."""
    here = [route for route in routes if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE]
    return ", ".join(sorted({method for route in here for method in route.methods or ()}))


class Nul:
    """Refuses a path that holds NUL: no name or id does, and PostgreSQL cannot even be asked for one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        if "\0" in scope.get("path", ""):
            app = refusal(BadInput.at("", "the path holds a NUL character", "unkeepableText"))
        await app(scope, receive, send)


class Unexpected:
    """Logs what nobody foresaw under an id, and answers 500 with that id."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def watch(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except ClientDisconnect:
            log.info("the client left", method=scope["method"], path=scope["path"])
        except Exception as error:
            if scope["type"] != "http" or has_begun:
                raise
            await _apologise(error, scope)(scope, receive, send)


def _apologise(error: Exception, scope: Scope) -> Response:
    incident = str(uuid.uuid4())
    trace = "".join(traceback.format_exception(error))  # without the values of variables: some are secret
    log.error("unexpected", incident=incident, method=scope["method"], path=scope["path"], trace=trace)
    message = f"something went wrong here, incident {incident}: it is in the log under this id"
    return ExactJson({"code": 500, "message": message}, status_code=500)
