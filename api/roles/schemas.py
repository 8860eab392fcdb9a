"""Roles: request bodies and responses."""

from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema
from typing_extensions import TypedDict

from access import CorrectionKind
from api.http.requests import RequestModel
from api.http.responses import ExactNumber, Total

MAX_PERMISSIONS = 100
MAX_BOUNDS = 100
MAX_LIMIT = 10**9


class PermissionForm(RequestModel):
    """The access to a resource."""

    resource: str = Field(max_length=64)
    access: str = Field(max_length=64)


def _exact(value: object) -> object:
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


Limit = Annotated[
    Decimal, BeforeValidator(_exact), Field(ge=0, le=MAX_LIMIT), WithJsonSchema({"type": "number", "minimum": 0})
]


class BoundForm(RequestModel):
    """How much of one kind may be corrected alone: `once` by one correction, `day` by one administrator in a day.

    Of points it is an amount in units of the wallet, else a number. `unit` is the code of a wallet, or the name of a
    tier, reward, achievement or badge; without it the bound is for those without one of their own. null: unlimited.
    """

    kind: CorrectionKind
    unit: str | None = Field(default=None, min_length=1, max_length=255)
    once: Limit | None = None
    day: Limit | None = None


class RoleForm(RequestModel):
    """The name of a role and its permissions.

    `correctionBounds` are those of corrections: null, there are none; a list, and anything that it does not name always
    needs a second administrator. Absent in a change, they are left unchanged.
    """

    name: str = Field(min_length=1, max_length=255)
    permissions: list[PermissionForm] = Field(max_length=MAX_PERMISSIONS)
    correction_bounds: list[BoundForm] | None = Field(default=None, max_length=MAX_BOUNDS)


class PostRole(RequestModel):
    """A role to create."""

    role: RoleForm


class PutRole(RequestModel):
    """The changed role."""

    role: RoleForm


class AclName(TypedDict):
    """A resource, or a kind of access."""

    code: str
    name: str


class AclNames(TypedDict):
    """All resources, or all kinds of access."""

    items: list[AclName]
    total: Total


class PermissionView(TypedDict):
    """The access to a resource."""

    resource: str
    access: str


class BoundView(TypedDict):
    """How much of one kind may be corrected alone; null: unlimited, for `unit`: each without a bound of its own."""

    kind: CorrectionKind
    unit: str | None
    once: ExactNumber | None
    day: ExactNumber | None


class RoleView(TypedDict):
    """A role. `master`: it has all permissions; `builtIn`: it cannot be changed."""

    id: int
    role: str
    name: str
    master: bool
    builtIn: bool
    permissions: list[PermissionView]
    correctionBounds: list[BoundView] | None


class RoleList(TypedDict):
    """A page of roles."""

    items: list[RoleView]
    total: Total


class RoleId(TypedDict):
    """The number of a new role."""

    roleId: int
