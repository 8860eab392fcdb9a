"""Administrators as responses show them."""

from datetime import UTC

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
