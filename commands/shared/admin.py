"""The admin that every installation has, and the API key of the command line."""

import secrets
from datetime import UTC, datetime

from access import ADMINISTRATOR
from api.authentication.authenticator import KEY_PREFIX
from api.authentication.passwords import Passwords
from api.authentication.tokens import digest
from database import Access, Database
from database.administrators import Admin
from database.api_keys import ApiKey
from loyalty.ids import new_id

ADMIN = "admin"
"""The name of the admin."""

COMMAND_LINE_KEY = "laurel command line"
"""The name of the API key by which commands on this machine call a running Laurel."""


async def set_admin_password(database: Database, password: str) -> None:
    """Set the admin's password; create the admin if there is none."""
    password_hash = await Passwords().hash(password)
    now = datetime.now(UTC)

    def set_password(access: Access) -> None:
        access.lock()
        known = access.admins.named(ADMIN)
        if known is None:
            access.admins.add(Admin(new_id(), ADMIN, password_hash, None, ADMINISTRATOR.id, None, True, now))
        else:
            access.admins.change(known.id, password_hash=password_hash)

    await database.access_write(set_password)


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
