"""A call: who asks, of which store, under which program."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, TypeAlias

from fastapi import Depends, Path
from starlette.requests import Request

from api.authentication.authenticator import Authenticator
from api.authentication.passwords import Passwords
from api.authentication.rate_limit import Attempts
from api.authentication.tokens import AdminCaller, Caller, Tokens
from api.errors import Forbidden
from api.services import Services
from database import StoreDatabase
from database.programs import UnknownStore
from loyalty.program.program import Program
from workflows.starter import Starter

LONGEST_CODE = 255


@dataclass(frozen=True, slots=True)
class Desk:
    """What every call is answered with; one for the life of an app."""

    services: Services
    tokens: Tokens
    authenticator: Authenticator
    passwords: Passwords
    attempts: Attempts
    starter: Starter

    @classmethod
    def of(cls, services: Services) -> "Desk":
        """A desk on these services."""
        tokens = Tokens(services.database)
        authenticator = Authenticator(services.database, tokens)
        return cls(services, tokens, authenticator, Passwords(), Attempts(), Starter(services.start_event))


@dataclass(frozen=True, slots=True)
class StoreCall:
    """A call of one store, under the program now in force there."""

    desk: Desk
    caller: Caller
    store: str
    revision: int
    program: Program
    now: datetime

    @property
    def database(self) -> StoreDatabase:
        return self.desk.services.database.store(self.store)


def _desk(request: Request) -> Desk:
    desk = request.app.state.desk
    assert isinstance(desk, Desk)
    return desk


async def _desk_of(request: Request) -> Desk:  # async: FastAPI sends plain functions through a thread
    return _desk(request)


DeskOf: TypeAlias = Annotated[Desk, Depends(_desk_of)]

StoreCode: TypeAlias = Annotated[
    str,
    Path(alias="storeCode", description="The store's code, as its program names it.", examples=["DEFAULT"]),
]


async def _caller(request: Request) -> Caller:
    return await _desk(request).authenticator.caller(request.headers)


async def _admin(request: Request) -> AdminCaller:
    caller = await _caller(request)
    if not isinstance(caller, AdminCaller):
        raise Forbidden
    return caller


async def _store_call(request: Request, store: StoreCode) -> StoreCall:
    return await store_call(_desk(request), await _caller(request), store)


async def admin_call(request: Request, store: StoreCode) -> StoreCall:
    """An admin's call of a store; raise NotAuthenticated, Forbidden or UnknownStore."""
    return await store_call(_desk(request), await _admin(request), store)


async def store_call(desk: Desk, caller: Caller, store: str) -> StoreCall:
    """A caller's call of a store; raise UnknownStore where there is none of that code."""
    if len(store) > LONGEST_CODE:
        raise UnknownStore(store[:LONGEST_CODE])
    revision, program = await desk.services.programs.current(store)
    return StoreCall(desk, caller, store, revision, program, datetime.now(UTC))


SomeCaller: TypeAlias = Annotated[Caller, Depends(_caller)]
AnAdmin: TypeAlias = Annotated[AdminCaller, Depends(_admin)]
SomeCall: TypeAlias = Annotated[StoreCall, Depends(_store_call)]
"""A call of an admin, or of a member who may see no more than what is theirs."""
AdminCall: TypeAlias = Annotated[StoreCall, Depends(admin_call)]
