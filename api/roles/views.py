"""Roles as answers show them."""

from collections.abc import Iterable

from access import Permission, Role
from access.roles import role_of_id
from api.http.responses import Total
from api.roles.schemas import AclNames, RoleView


def role_view(role: Role) -> RoleView:
    """A role and all that it permits."""
    permissions = [each for each in Permission if each in role.permissions]
    return {
        "id": role.id,
        "role": role.name,
        "name": role.name,
        "master": role.permissions == frozenset(Permission),
        "builtIn": role_of_id(role.id) is not None,
        "permissions": [{"resource": each.resource, "access": each.access} for each in permissions],
    }


def names_view(codes: Iterable[str]) -> AclNames:
    """Codes with their names in words, each once."""
    unique = list(dict.fromkeys(codes))
    total: Total = {"all": len(unique), "filtered": len(unique), "estimated": False}
    return {"items": [{"code": each, "name": each.replace("_", " ").capitalize()} for each in unique], "total": total}
