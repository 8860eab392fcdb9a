"""Roles: request bodies and answers."""

from pydantic import Field
from typing_extensions import TypedDict

from api.http.requests import RequestModel
from api.http.responses import Total

MAX_PERMISSIONS = 100


class PermissionForm(RequestModel):
    """The access to a resource."""

    resource: str = Field(max_length=64)
    access: str = Field(max_length=64)


class RoleForm(RequestModel):
    """The name of a role and all that it permits."""

    name: str = Field(min_length=1, max_length=255)
    permissions: list[PermissionForm] = Field(max_length=MAX_PERMISSIONS)


class PostRole(RequestModel):
    """A role to make."""

    role: RoleForm


class PutRole(RequestModel):
    """What a role is to be."""

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


class RoleView(TypedDict):
    """A role. `master`: it permits everything; `builtIn`: it cannot be changed."""

    id: int
    role: str
    name: str
    master: bool
    builtIn: bool
    permissions: list[PermissionView]


class RoleList(TypedDict):
    """A page of roles."""

    items: list[RoleView]
    total: Total


class RoleId(TypedDict):
    """The number of a new role."""

    roleId: int
