"""Change API keys, each in one transaction, by a caller's rights in it."""

from dataclasses import replace
from datetime import datetime, timedelta

from access import Permission, Rights
from api.api_keys.schemas import ChangedApiKey, NewApiKey
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
from api.http.errors import BadInput, Forbidden, NotFound
from database import Access, AccessReader
from database.administrators import Admin
from database.api_keys import ApiKey


def add_key(
    access: Access,
    caller: AdminCaller,
    admin_name: str,
    new: NewApiKey,
    *,
    key_id: str,
    expires_at: datetime | None,
    key_hash: str,
    now: datetime,
) -> ApiKey:
    """Add a key of an administrator; role and store default to theirs. Raise Forbidden, NotFound or BadInput."""
    access.lock()
    mine = present_rights(access, caller)
    admin = _owner(access, caller, mine, admin_name, Permission.CHANGE_ADMINISTRATORS)
    role = _role_id(access, admin, new.role)
    key = ApiKey(key_id, admin.id, new.name, role, new.store or admin.store, now, expires_at, new.rate_limit)
    _require_grantable(access, mine, admin, key)
    require_store(access, new.store, path="apiKey.store")
    access.api_keys.add(key, key_hash=key_hash)
    return key


def keys_of(access: AccessReader, caller: AdminCaller, admin_name: str) -> list[ApiKey]:
    """Return an administrator's keys, the oldest first; raise Forbidden or NotFound."""
    mine = present_rights(access, caller)
    admin = _owner(access, caller, mine, admin_name, Permission.VIEW_ADMINISTRATORS)
    return access.api_keys.of_admin(admin.id)


def change_key(
    access: Access,
    caller: AdminCaller,
    admin_name: str,
    key_id: str,
    changed: ChangedApiKey,
    *,
    expires_at: datetime | None,
) -> None:
    """Change the fields of a key that were sent; raise Forbidden, NotFound or BadInput."""
    mine, admin, key = _changeable(access, caller, admin_name, key_id)
    sent = changed.model_fields_set
    after = replace(
        key,
        name=changed.name or key.name,
        role=_role_id(access, admin, changed.role) if "role" in sent else key.role,
        store=(changed.store or admin.store) if "store" in sent else key.store,
        expires_at=expires_at if "expiration_date" in sent else key.expires_at,
        rate_limit=changed.rate_limit if "rate_limit" in sent else key.rate_limit,
    )
    if sent & {"role", "store"}:
        _require_grantable(access, mine, admin, after)
        require_store(access, changed.store, path="apiKey.store")
    access.api_keys.change(
        key.id,
        name=after.name,
        role=after.role,
        store=after.store,
        expires_at=after.expires_at,
        rate_limit=after.rate_limit,
    )


def rotate_key(
    access: Access,
    caller: AdminCaller,
    admin_name: str,
    key_id: str,
    *,
    key_hash: str,
    overlap: timedelta,
    now: datetime,
) -> ApiKey:
    """Replace the token of a key, and let the present one work for the overlap. Raise Forbidden, NotFound or BadInput.

    While the previous token still works, only a rotation without an overlap is possible: otherwise the second of two
    concurrent ones would end the token that clients have.
    """
    _, _, key = _changeable(access, caller, admin_name, key_id)
    still = key.previous_expires_at
    if overlap and still is not None and still > now:
        message = f"the token before the present one works until {still.isoformat(timespec='seconds')}"
        cure = "wait until then, or send overlapSeconds: 0, which ends both at once"
        raise BadInput.at("apiKey.overlapSeconds", f"{message}: {cure}", "rotationUnderWay")
    until = now + overlap if overlap else None
    access.api_keys.rotate(key.id, key_hash, previous_until=until)
    return replace(key, previous_expires_at=until)


def remove_key(access: Access, caller: AdminCaller, admin_name: str, key_id: str) -> None:
    """Remove a key; raise Forbidden or NotFound."""
    _, _, key = _changeable(access, caller, admin_name, key_id)
    access.api_keys.remove(key.id)


def _changeable(access: Access, caller: AdminCaller, admin_name: str, key_id: str) -> tuple[Rights, Admin, ApiKey]:
    """Return the caller's rights, a key that they may change, and its administrator; raise Forbidden or NotFound."""
    access.lock()
    mine = present_rights(access, caller)
    admin = _owner(access, caller, mine, admin_name, Permission.CHANGE_ADMINISTRATORS)
    key = access.api_keys.get(admin.id, key_id.lower())
    if key is None:
        raise NotFound(f"no API key {key_id[:80]}")
    require_cover(mine, rights_of_key(access, key, admin))
    return mine, admin, key


def _owner(access: AccessReader, caller: AdminCaller, mine: Rights, admin_name: str, others: Permission) -> Admin:
    """Return the administrator whose keys are requested; raise NotFound, or Forbidden without the permission."""
    admin = require_admin(access, admin_name, mine)
    if admin.id != caller.id and not mine.allow(others):
        raise Forbidden(f"keys of others need the permission {others}, which your role does not include")
    return admin


def _role_id(access: Access, admin: Admin, role: str | int | None) -> int:
    return admin.role if role is None else require_role(access, role, path="apiKey.role").id


def _require_grantable(access: Access, mine: Rights, admin: Admin, key: ApiKey) -> None:
    """Raise Forbidden if a key would have more rights than its administrator, or than the caller."""
    owner = admin_rights(access, admin)  # its bounds apply to the key, whatever the role says
    if not owner.cover(replace(access.roles.rights_of(key.role, key.store), bounds=owner.bounds)):
        raise Forbidden("a key has no more rights than its administrator: choose another role or store")
    require_cover(mine, rights_of_key(access, key, admin))
