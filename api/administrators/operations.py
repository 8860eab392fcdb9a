"""Change administrators, each in one transaction, by a caller's rights in it."""

from dataclasses import replace
from datetime import datetime

from access import ADMINISTRATOR, Permission
from api.administrators.schemas import ChangedAdministrator, NewAdministrator
from api.authentication.callers import AdminCaller
from api.authentication.granting import (
    admin_rights,
    present_rights,
    require_admin,
    require_cover,
    require_role,
    require_store,
)
from api.http.errors import BadInput, Forbidden, NotFound
from database import Access, AccessReader
from database.administrators import Admin
from database.drafts import discard_drafts_of
from database.sessions import Session


def add_administrator(
    access: Access, caller: AdminCaller, new: NewAdministrator, *, admin_id: str, password_hash: str, now: datetime
) -> str:
    """Add an administrator with at most the caller's rights; return the id. Raise Forbidden or BadInput."""
    access.lock()
    role = require_role(access, new.roles[0], path="admin.roles")
    username = new.username or new.email
    admin = Admin(admin_id, username, password_hash, new.email, role.id, new.store, new.is_active, now)
    require_cover(present_rights(access, caller), admin_rights(access, admin))
    require_store(access, new.store, path="admin.store")
    if access.admins.is_taken(username, new.email):
        raise _taken("username" if new.username else "email")
    access.admins.add(admin)
    return admin_id


def change_administrator(
    access: Access, caller: AdminCaller, name: str, changed: ChangedAdministrator, *, password_hash: str | None
) -> str:
    """Change an administrator who has at most the caller's rights, before and after; return the id.

    A new password, and disabling, ends the sessions; drafts in stores that are out of reach now are discarded. Raise
    NotFound, Forbidden or BadInput.
    """
    access.lock()
    mine = present_rights(access, caller)
    before = require_admin(access, name, mine)
    require_cover(mine, admin_rights(access, before))
    after = _changed(access, before, changed, password_hash)
    require_cover(mine, admin_rights(access, after))
    require_store(access, after.store, path="admin.store")
    if before.id == caller.id and password_hash is not None:
        raise BadInput.at("admin.plainPassword", "change your own by PUT /api/admin/password", "ownPassword")
    if after.email is not None and access.admins.is_taken(after.username, after.email, but_by=before.id):
        raise _taken("email")
    if _does_everything(before) and not _does_everything(after):
        require_another(access, before)
    access.admins.change(
        before.id,
        email=after.email,
        role=after.role,
        store=after.store,
        active=after.active,
        password_hash=after.password_hash,
    )
    if password_hash is not None or not after.active:
        access.sessions.end_all_of(before.id)
    if after.store is not None or not after.active:
        discard_drafts_of(access.connection, before.id, but_in=after.store if after.active else None)
    return before.id


def change_own_password(access: Access, caller: AdminCaller, password_hash: str) -> None:
    """Change the caller's password, and end all their sessions."""
    access.lock()
    present_rights(access, caller)
    access.admins.change(caller.id, password_hash=password_hash)
    access.sessions.end_all_of(caller.id)


def reset_password(access: Access, code_hash: str, password_hash: str, *, now: datetime) -> str:
    """Change the password of a code's administrator, and end their sessions; return the id. Raise BadInput."""
    access.lock()
    admin_id = access.password_resets.take(code_hash, now=now)
    found = None if admin_id is None else access.admins.get(admin_id)
    if found is None or not found.active:
        raise BadInput.at(
            "token", "this code is unknown, used, or older than an hour: ask for a new one", "invalidCode"
        )
    access.admins.change(found.id, password_hash=password_hash)
    access.sessions.end_all_of(found.id)
    return found.id


def sessions_of(access: AccessReader, caller: AdminCaller, name: str, *, now: datetime) -> list[Session]:
    """Return an administrator's sessions, the oldest first; raise Forbidden or NotFound."""
    admin = self_or_other(access, caller, name, Permission.VIEW_ADMINISTRATORS)
    return access.sessions.of(admin.id, now=now)


def end_session(access: Access, caller: AdminCaller, name: str, session_id: str) -> None:
    """End a session of an administrator who has at most the caller's rights; raise Forbidden or NotFound."""
    access.lock()
    admin = self_or_other(access, caller, name, Permission.CHANGE_ADMINISTRATORS)
    require_cover(present_rights(access, caller), admin_rights(access, admin))
    session = access.sessions.get(session_id.lower())
    if session is None or session.subject != admin.id:
        raise NotFound(f"no session {session_id[:80]}")
    access.sessions.end(session.id)


def self_or_other(access: AccessReader, caller: AdminCaller, name: str, others: Permission) -> Admin:
    """Return the caller, or, with a permission, another administrator; raise NotFound or Forbidden."""
    mine = present_rights(access, caller)
    admin = require_admin(access, name, mine)
    if admin.id != caller.id and not mine.allow(others):
        raise Forbidden(f"what is of others needs the permission {others}, which your role does not include")
    return admin


def require_another(access: Access, admin: Admin) -> None:
    """Raise BadInput if no other administrator has all rights in every store."""
    if not access.admins.has_another_of_everything(admin.id):
        message = f"{admin.username} is the last who may do everything in every store: make another one first"
        raise BadInput.at("admin", message, "lastAdministrator")


def _changed(access: Access, before: Admin, changed: ChangedAdministrator, password_hash: str | None) -> Admin:
    """Return an administrator with the fields that were sent."""
    sent = changed.model_fields_set
    after = replace(before, store=changed.store if "store" in sent else before.store)
    if changed.roles is not None:
        after = replace(after, role=require_role(access, changed.roles[0], path="admin.roles").id)
    if changed.is_active is not None:
        after = replace(after, active=changed.is_active)
    if changed.email is not None:
        after = replace(after, email=changed.email)
    return after if password_hash is None else replace(after, password_hash=password_hash)


def _does_everything(admin: Admin) -> bool:
    return admin.active and admin.role == ADMINISTRATOR.id and admin.store is None


def _taken(field: str) -> BadInput:
    return BadInput.at(f"admin.{field}", f"another administrator has this {field}: choose another one", "alreadyUsed")
