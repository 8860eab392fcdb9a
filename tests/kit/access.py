"""Callers of every kind, and what they may call by the rules of the routes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi.routing import APIRoute

from access import ADMINISTRATOR, BUILT_IN_ROLES, Bounds, Permission, Rights
from api.app import ROUTERS
from api.authentication.authenticator import KEY_PREFIX
from api.authentication.callers import AdminCaller, Caller, MemberCaller
from api.authentication.rules import Everyone, MembersOnly, Needs, Rule, authorize
from api.authentication.tokens import digest
from api.http.errors import Forbidden
from api.route_rules import RULES
from database import Access
from database.administrators import Admin
from database.api_keys import ApiKey
from loyalty.ids import new_id
from tests.kit.api import PASSWORD_HASH, Api

OTHER_STORE = "OTHER"

MEMBER = "member"
ROLES = tuple(reversed([role.name for role in BUILT_IN_ROLES]))
FOREIGN = "administrator of another store"
COLUMNS = ("no login", MEMBER, *ROLES, FOREIGN)


@dataclass(frozen=True)
class Operation:
    """One route and method, and its rule."""

    method: str
    path: str
    rule: Rule
    is_documented: bool

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def operations() -> Iterator[Operation]:
    """Every operation of the API, in the order of its routes."""
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            for method in sorted(route.methods or ()):
                yield Operation(method, route.path, RULES[method, route.path], route.include_in_schema)


def caller_of(column: str, *, key: str | None = None) -> Caller:
    """A caller as a column names it."""
    if column == MEMBER:
        return MemberCaller("m", "DEFAULT")
    role = next((each for each in BUILT_IN_ROLES if each.name == column), ADMINISTRATOR)
    return AdminCaller("a", "a", Rights(role.permissions, OTHER_STORE if column == FOREIGN else None), key)


def cell(operation: Operation, column: str, *, key: str | None = None) -> str:
    """What a caller gets: `yes`, `own` (what is theirs), `401` or `403`."""
    if isinstance(operation.rule, Everyone):
        return "yes"
    if column == "no login":
        return "401"
    store = "DEFAULT" if "{storeCode}" in operation.path else None
    try:
        authorize(operation.rule, caller_of(column, key=key), store)
    except Forbidden:
        return "403"
    is_own = column == MEMBER and isinstance(operation.rule, Needs | MembersOnly)
    return "own" if is_own else "yes"


@dataclass(frozen=True)
class Credentials:
    """An administrator of a role, and an API key with the same rights."""

    id: str
    username: str
    key: str


async def add_administrator(api: Api, column: str, *, store: str | None = None, role: int | None = None) -> Credentials:
    """Store an administrator as a column names it, or with a role of this number."""
    caller = caller_of(column if column in COLUMNS else ADMINISTRATOR.name)
    assert isinstance(caller, AdminCaller)
    name = column.replace(" ", "-")
    role_id = role or next((each.id for each in BUILT_IN_ROLES if each.name == column), ADMINISTRATOR.id)
    made = Credentials(new_id(), name, f"{KEY_PREFIX}{name}-{new_id()}")
    now = datetime.now(UTC)
    admin = Admin(made.id, name, PASSWORD_HASH, None, role_id, store or caller.rights.store, True, now)
    key = ApiKey(new_id(), made.id, name, role_id, admin.store, now, None)

    def add(access: Access) -> None:
        access.admins.add(admin)
        access.api_keys.add(key, key_hash=digest(made.key))

    await api.database.access_write(add)
    return made


async def add_role(api: Api, name: str, permissions: frozenset[Permission], bounds: Bounds | None = None) -> int:
    """Store a role; return its number."""
    return await api.database.access_write(
        lambda access: access.roles.add(name, permissions, bounds, now=datetime.now(UTC))
    )
