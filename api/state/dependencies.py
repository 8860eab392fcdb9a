"""The dependencies of endpoints in FastAPI: the state of the app, the caller, and the request in a store."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, TypeAlias, TypeVar

from fastapi import Depends, Path
from starlette.requests import Request

from api.authentication.authenticator import Authenticator
from api.authentication.callers import AdminCaller, Caller
from api.authentication.login_rate_limiter import LoginRateLimiter
from api.authentication.passwords import Passwords
from api.authentication.rules import Rules, authorize
from api.authentication.tokens import Tokens
from api.backtests.running import RunningBacktests
from api.http.errors import Forbidden
from api.state.auditing import AuditedRequest, RefusalLog, audited, begin_audit
from api.state.event_waiter import EventWaiter
from api.state.services import Services
from database import Access, StoreDatabase, Transaction
from database.programs import UnknownStore
from loyalty.program.program import Program
from workflows.starter import Starter

T = TypeVar("T")

MAX_STORE_CODE_LENGTH = 255

MAX_BATCHES = 2
"""The most concurrent batches: each locks up to a hundred members, and PostgreSQL has room for some thousand locks."""


@dataclass(frozen=True, slots=True)
class AppState:
    """The state shared by all requests of an app."""

    services: Services
    tokens: Tokens
    authenticator: Authenticator
    passwords: Passwords
    login_rate_limiter: LoginRateLimiter
    code_rate_limiter: LoginRateLimiter
    """Limits attempts at codes of members, and requests for codes."""
    starter: Starter
    event_waiter: EventWaiter
    rules: Rules
    refusal_log: RefusalLog
    batches: asyncio.Semaphore
    """Limits how many parts of requests with many events are accepted at once."""
    backtests: RunningBacktests

    @classmethod
    def of(cls, services: Services, rules: Rules) -> "AppState":
        """Return the state of an app on these services, with its routes and their rules."""
        tokens = Tokens(services.database)
        authenticator = Authenticator(services.database, tokens)
        return cls(
            services,
            tokens,
            authenticator,
            Passwords(),
            LoginRateLimiter(),
            LoginRateLimiter(),
            Starter(services.start_event, services.start_batch),
            EventWaiter(services.database, services.queue),
            rules,
            RefusalLog(services.database),
            asyncio.Semaphore(MAX_BATCHES),
            RunningBacktests(),
        )


@dataclass(frozen=True, slots=True)
class StoreRequest:
    """One authenticated request to a store: the caller, the program, and the time."""

    state: AppState
    caller: Caller
    store: str
    revision: int
    program: Program
    """The program in force when the request arrived."""
    now: datetime
    audited: AuditedRequest | None
    """The audit log entry of the request; None: it has none."""

    async def write(self, work: Callable[[Transaction], bool], *, entity_id: str | None = None) -> bool:
        """Run work in one transaction of the store, which also writes the audit log if the work returns True."""

        def run(tx: Transaction) -> bool:
            is_done = work(tx)
            if is_done and self.audited is not None:
                self.audited.write(tx.connection, answer=entity_id)
            return is_done

        return await self.database.write(run)

    async def deployed_at(self) -> datetime:
        """Return when the revision in force was deployed."""
        latest = await self.database.read(lambda tx: tx.revisions.latest())
        return latest.deployed_at if latest else self.now

    @property
    def database(self) -> StoreDatabase:
        """The database, limited to the store."""
        return self.state.services.database.store(self.store)


@dataclass(frozen=True, slots=True)
class AccessChange:
    """One authenticated request that changes administrators, API keys or roles."""

    state: AppState
    caller: AdminCaller
    audited: AuditedRequest | None

    async def write(self, work: Callable[[Access], T], *, details: Mapping[str, Any] | None = None) -> T:
        """Run work in one transaction, which also writes the audit log: the id that work returns, and these details."""

        def run(access: Access) -> T:
            done = work(access)
            if self.audited is not None:
                self.audited.write(access.connection, answer=done, details=details)
            return done

        return await self.state.services.database.access_write(run)


def _app_state(request: Request) -> AppState:
    state = request.app.state.laurel
    assert isinstance(state, AppState)
    return state


async def _current_state(request: Request) -> AppState:  # async: FastAPI runs plain functions in a thread
    return _app_state(request)


StoreCode: TypeAlias = Annotated[
    str,
    Path(alias="storeCode", description="The store's code, as its program names it.", examples=["DEFAULT"]),
]


async def _current_caller(request: Request) -> Caller:
    """Return the caller, authorized for this route; raise NotAuthenticated or Forbidden."""
    state = _app_state(request)
    caller = await state.authenticator.caller(request.headers)
    rule = state.rules[request.method, request.scope["route"].path]
    if isinstance(caller, AdminCaller):
        begin_audit(request, caller, rule)
    authorize(rule, caller, request.path_params.get("storeCode"))
    return caller


async def _current_admin(request: Request) -> AdminCaller:
    caller = await _current_caller(request)
    if not isinstance(caller, AdminCaller):
        raise Forbidden
    return caller


async def _access_change(request: Request) -> AccessChange:
    caller = await _current_admin(request)
    return AccessChange(_app_state(request), caller, audited(request))


async def _caller_request(request: Request, store: StoreCode) -> StoreRequest:
    return await _store_request(request, await _current_caller(request), store)


async def _admin_request(request: Request, store: StoreCode) -> StoreRequest:
    """Return an admin's request to a store; raise NotAuthenticated, Forbidden or UnknownStore."""
    return await _store_request(request, await _current_admin(request), store)


async def _store_request(request: Request, caller: Caller, store: str) -> StoreRequest:
    state = _app_state(request)
    if len(store) > MAX_STORE_CODE_LENGTH:
        raise UnknownStore(store[:MAX_STORE_CODE_LENGTH])
    revision, program = await state.services.programs.current(store)
    return StoreRequest(state, caller, store, revision, program, datetime.now(UTC), audited(request))


CurrentState: TypeAlias = Annotated[AppState, Depends(_current_state)]
CurrentCaller: TypeAlias = Annotated[Caller, Depends(_current_caller)]
CurrentAdmin: TypeAlias = Annotated[AdminCaller, Depends(_current_admin)]
CurrentAccessChange: TypeAlias = Annotated[AccessChange, Depends(_access_change)]
"""A change of administrators, API keys or roles by an admin; a member gets 403."""
CallerRequest: TypeAlias = Annotated[StoreRequest, Depends(_caller_request)]
"""A request by an admin or by a member, who may only see their own member."""
AdminRequest: TypeAlias = Annotated[StoreRequest, Depends(_admin_request)]
"""A request by an admin; a member gets 403."""

AUTHENTICATING = frozenset({_current_caller, _current_admin, _access_change, _caller_request, _admin_request})
"""The dependencies that authenticate and authorize a request: a route has one of them, or needs no login."""
