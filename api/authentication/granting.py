"""Grant and change rights: a caller cannot grant more than they have, nor change a caller who has more."""

from access import Rights, Role
from api.authentication.authenticator import admin_caller, key_rights
from api.authentication.callers import AdminCaller
from api.http.errors import BadInput, Forbidden, NotAuthenticated, NotFound
from database import AccessReader
from database.administrators import Admin
from database.api_keys import ApiKey


def present_rights(access: AccessReader, caller: AdminCaller) -> Rights:
    """Return the caller's rights as of this transaction, not cached ones; raise NotAuthenticated without any."""
    admin = admin_caller(access, caller.id)
    if admin is None:
        raise NotAuthenticated("this administrator is disabled")
    if caller.key is None:
        return admin.rights
    key = access.api_keys.get(caller.id, caller.key)
    if key is None:
        raise NotAuthenticated("Invalid API key")
    return key_rights(access, key, admin.rights)


def require_cover(mine: Rights, other: Rights) -> None:
    """Raise Forbidden if `other` rights include something that mine do not."""
    if mine.cover(other):
        return
    missing = ", ".join(sorted(map(str, other.permissions - mine.permissions)))
    if missing:
        raise Forbidden(f"you cannot give or change what you do not have: {missing}")
    if not mine.cover_bounds(other):
        raise Forbidden("you cannot give or change larger bounds of corrections than you have")
    raise Forbidden("your access is limited to one store: you cannot give or change access to others")


def require_store(access: AccessReader, store: str | None, *, path: str) -> None:
    """Raise BadInput for a store without a program."""
    if store is not None and store not in access.stores():
        raise BadInput.at(path, f"no store {store[:80]}: a store is made by deploying a program to it", "unknownStore")


def require_role(access: AccessReader, given: str | int, *, path: str) -> Role:
    """Return the role with this name or number; raise BadInput."""
    role = access.roles.named(given) if isinstance(given, str) else access.roles.get(given)
    if role is None:
        names = ", ".join(each.name for each in access.roles.all())
        raise BadInput.at(path, f"no role {str(given)[:80]}: there are {names}", "unknownRole")
    return role


def require_admin(access: AccessReader, name: str, mine: Rights) -> Admin:
    """Return the administrator with this id or name, if within reach of these rights; raise NotFound."""
    admin = access.admins.named(name) or access.admins.get(name.lower())
    if admin is None or (mine.store is not None and admin.store != mine.store):
        raise NotFound(f"no administrator {name[:80]}")
    return admin


def admin_rights(access: AccessReader, admin: Admin) -> Rights:
    """Return the rights of an administrator, disabled or not."""
    return access.roles.rights_of(admin.role, admin.store)


def rights_of_key(access: AccessReader, key: ApiKey, admin: Admin) -> Rights:
    """Return the rights of a key of an administrator, disabled or not."""
    return key_rights(access, key, admin_rights(access, admin))
