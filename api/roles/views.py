"""Roles as responses show them."""

from collections.abc import Iterable

from access import Bounds, Permission, Role
from access.roles import role_of_id
from api.http.responses import Total
from api.roles.schemas import AclNames, BoundView, RoleView


def role_view(role: Role) -> RoleView:
    """Return a role and its permissions."""
    permissions = [each for each in Permission if each in role.permissions]
    return {
        "id": role.id,
        "role": role.name,
        "name": role.name,
        "master": role.permissions == frozenset(Permission),
        "builtIn": role_of_id(role.id) is not None,
        "permissions": [{"resource": each.resource, "access": each.access} for each in permissions],
        "correctionBounds": bounds_view(role.bounds),
    }


def bounds_view(bounds: Bounds | None) -> list[BoundView] | None:
    """Bounds of corrections; None: there are none."""
    if bounds is None:
        return None
    return [{"kind": each.kind, "unit": each.unit, "once": each.once, "day": each.day} for each in bounds.each]


def names_view(codes: Iterable[str]) -> AclNames:
    """Return codes with their names in words, without duplicates."""
    unique = list(dict.fromkeys(codes))
    total: Total = {"all": len(unique), "filtered": len(unique), "estimated": False}
    return {"items": [{"code": each, "name": each.replace("_", " ").capitalize()} for each in unique], "total": total}
