"""Changing API keys, each in one transaction, by a caller's rights in it."""

from datetime import datetime

from access import Permission, Rights
from api.authentication.callers import AdminCaller
from api.authentication.granting import (
    admin_rights,
    present_rights,
    require_admin,
    require_cover,
    require_role,
    require_store,
    rights_of_key,
)
from api.http.errors import Forbidden, NotFound
from database import Access, AccessReader
from database.administrators import Admin
from database.api_keys import ApiKey


def add_key(
    access: Access,
    caller: AdminCaller,
    admin_name: str,
    *,
    key_id: str,
    name: str,
    role: str | int | None,
    store: str | None,
    expires_at: datetime | None,
    key_hash: str,
    now: datetime,
) -> ApiKey:
    """Add a key of an administrator; without a role or a store it has theirs. Raise Forbidden, NotFound or BadInput."""
    access.lock()
    mine = present_rights(access, caller)
    admin = _owner(access, caller, mine, admin_name, Permission.CHANGE_ADMINISTRATORS)
    role_id = admin.role if role is None else require_role(access, role, path="apiKey.role").id
    key = ApiKey(key_id, admin.id, name, role_id, store or admin.store, now, expires_at)
    if not admin_rights(access, admin).cover(Rights(access.roles.permissions_of(role_id), key.store)):
        raise Forbidden("a key has no more rights than its administrator: choose another role or store")
    require_cover(mine, rights_of_key(access, key, admin))
    require_store(access, store, path="apiKey.store")
    access.api_keys.add(key, key_hash=key_hash)
    return key


def keys_of(access: AccessReader, caller: AdminCaller, admin_name: str) -> list[ApiKey]:
    """An administrator's keys, the oldest first; raise Forbidden or NotFound."""
    mine = present_rights(access, caller)
    admin = _owner(access, caller, mine, admin_name, Permission.VIEW_ADMINISTRATORS)
    return access.api_keys.of_admin(admin.id)


def remove_key(access: Access, caller: AdminCaller, admin_name: str, key_id: str) -> None:
    """Remove a key; raise Forbidden or NotFound."""
    access.lock()
    access.api_keys.remove(changeable_key(access, caller, admin_name, key_id).id)


def changeable_key(access: Access, caller: AdminCaller, admin_name: str, key_id: str) -> ApiKey:
    """A key that the caller may change; raise Forbidden or NotFound."""
    mine = present_rights(access, caller)
    admin = _owner(access, caller, mine, admin_name, Permission.CHANGE_ADMINISTRATORS)
    key = access.api_keys.get(admin.id, key_id.lower())
    if key is None:
        raise NotFound(f"no API key {key_id[:80]}")
    require_cover(mine, rights_of_key(access, key, admin))
    return key


def _owner(access: AccessReader, caller: AdminCaller, mine: Rights, admin_name: str, others: Permission) -> Admin:
    """The administrator whose keys are asked for; raise NotFound, or Forbidden without the permission for others."""
    admin = require_admin(access, admin_name, mine)
    if admin.id != caller.id and not mine.allow(others):
        raise Forbidden(f"keys of others need the permission {others}, which your role does not include")
    return admin
