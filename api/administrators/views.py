"""Administrators as responses show them."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from access import Permission, Role
from api.administrators.schemas import Administrator, SessionView
from api.http.responses import format_instant
from api.roles.views import role_view
from database import AccessReader
from database.administrators import Admin
from database.sessions import Session


def administrator_view(access: AccessReader, admin: Admin) -> Administrator:
    """Return an administrator in the documented fields, without the password."""
    role = access.roles.get(admin.role)
    return {
        "id": admin.id,
        "username": admin.username,
        "email": admin.email,
        "isActive": admin.active,
        "createdAt": format_instant(admin.created_at, UTC),
        "roles": [] if role is None else [role_view(role)],
        "store": admin.store,
        "canChangePassword": True,
        "external": False,
    }


def compared(admin: Admin, shown: Administrator) -> Mapping[str, Any]:
    """Return an administrator by the values that filters compare; `role` is the name or the number of a role."""
    roles = [text for role in shown.get("roles", ()) for text in (role["name"], str(role["id"]))]
    return {**shown, "createdAt": admin.created_at, "role": roles}


def session_view(session: Session, *, current: str | None) -> SessionView:
    """Return a session in the documented fields."""
    return {
        "sessionId": session.id,
        "createdAt": format_instant(session.created_at, UTC),
        "expiresAt": format_instant(session.expires_at, UTC),
        "address": session.address,
        "current": session.id == current,
    }


def names_of(permissions: frozenset[Permission]) -> list[str]:
    """Return the names of permissions, in the order in which they are defined."""
    return [str(each) for each in Permission if each in permissions]


def role_names(role: Role | None) -> list[str]:
    """Return the name of a role, as a list."""
    return [] if role is None else [role.name]
