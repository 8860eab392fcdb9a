"""The administrator that every installation has, and the API key of the command line."""

import secrets
from datetime import UTC, datetime
from typing import Any

from access import ADMINISTRATOR
from api.authentication.authenticator import KEY_PREFIX
from api.authentication.passwords import Passwords
from api.authentication.tokens import digest
from database import Access, Database
from database.administrators import Admin
from database.api_keys import ApiKey
from database.audit_log import AuditEntry
from loyalty.ids import new_id

ADMIN = "admin"
"""The name of the admin."""

_GIVEN_PASSWORD = "given_admin_password"  # noqa: S105 - the name of a setting
"""The setting with the hash of the last password that was given by the environment, or generated."""

CHANGED = (
    "the password of admin is changed to that of LAUREL_ADMIN_PASSWORD, and all sessions of admin are ended; to keep a"
    " password, start without the variable"
)
KEPT = (
    "admin keeps the password that was set by API: LAUREL_ADMIN_PASSWORD is what it was at an earlier start. Give it"
    " another value to change the password, or use PUT /api/admin/password"
)

COMMAND_LINE_KEY = "laurel command line"
"""The name of the API key by which commands on this machine call a running Laurel."""


async def set_admin_password(database: Database, password: str) -> None:
    """Set the admin's password, and end their earlier sessions; create the admin if there is none."""
    given = await database.access_read(lambda access: access.setting(_GIVEN_PASSWORD))
    while not await _replace_password(database, password, given):
        given = await database.access_read(lambda access: access.setting(_GIVEN_PASSWORD))


async def _replace_password(database: Database, password: str, given: str | None) -> bool:
    """Set the admin's password; return False, without a change, if another process has set one since `given` was."""
    passwords, now = Passwords(), datetime.now(UTC)
    password_hash = await passwords.hash(password)

    def replace_password(access: Access) -> bool:
        access.lock()
        if access.setting(_GIVEN_PASSWORD) != given:
            return False
        known = access.admins.named(ADMIN)
        if known is None:
            access.admins.add(Admin(new_id(), ADMIN, password_hash, None, ADMINISTRATOR.id, None, True, now))
        else:
            access.admins.change(known.id, password_hash=password_hash)
            access.sessions.end_all_of(known.id)
            changed = {"passwordChanged": True}
            access.audit_log.add(entry_of_this_machine("LAUREL_ADMIN_PASSWORD", known.id, now, changed))
        access.set_setting(_GIVEN_PASSWORD, password_hash)
        return True

    return await database.access_write(replace_password)


def entry_of_this_machine(event_type: str, admin_id: str, now: datetime, details: dict[str, Any] | None) -> AuditEntry:
    """Return the audit log entry of a change of an administrator that was made on this machine."""
    return AuditEntry(
        id=new_id(),
        created_at=now,
        store=None,
        event_type=event_type,
        entity_type="ADMIN",
        entity_id=admin_id,
        user_id=None,
        username="laurel",
        user_type="system",
        api_key=None,
        address=None,
        outcome="done",
        status=200,
        details=details,
    )


async def apply_given_password(database: Database, password: str) -> str | None:
    """Set the admin's password to that of the environment, if it differs from that of the last start.

    Return what the operator must know, None: nothing. A password that was changed since by API stays. Of processes that
    start concurrently with the same password only one sets it, so that no session that began meanwhile is ended.
    """
    passwords = Passwords()
    while True:
        known, given = await database.access_read(
            lambda access: (access.admins.named(ADMIN), access.setting(_GIVEN_PASSWORD))
        )
        if known is not None and await passwords.verify(known.password_hash, password):
            return None
        if known is not None and await passwords.verify(given, password):
            return KEPT
        if await _replace_password(database, password, given):
            return None if known is None else CHANGED


async def renew_command_line_key(database: Database) -> str:
    """Return a new API key for the command line of this machine; the previous one is removed."""
    token = KEY_PREFIX + secrets.token_urlsafe(32)

    def renew(access: Access) -> None:
        access.lock()
        admin = access.admins.named(ADMIN)
        assert admin is not None, "the admin is created before anything is served"
        for old in access.api_keys.of_admin(admin.id):
            if old.name == COMMAND_LINE_KEY:
                access.api_keys.remove(old.id)
        new = ApiKey(new_id(), admin.id, COMMAND_LINE_KEY, admin.role, admin.store, datetime.now(UTC), None)
        access.api_keys.add(new, key_hash=digest(token))

    await database.access_write(renew)
    return token
