"""The admin that every installation has, and the API key of the command line."""

import secrets
from datetime import UTC, datetime

from api.authentication.passwords import Passwords
from api.authentication.tokens import digest
from database import Access, Database
from loyalty.ids import new_id

ADMIN = "admin"
"""The name of the admin."""

COMMAND_LINE_KEY = "laurel command line"
"""The name of the API key by which commands on this machine call a running Laurel."""


async def set_admin_password(database: Database, password: str) -> None:
    """Set the admin's password; create the admin if there is none."""
    password_hash = await Passwords().hash(password)
    now = datetime.now(UTC)
    await database.access_write(lambda access: access.set_admin(new_id(), ADMIN, password_hash, now=now))


async def renew_command_line_key(database: Database) -> str:
    """Return a new API key for the command line of this machine; the previous one is removed."""
    key = f"lrl_{secrets.token_urlsafe(32)}"

    def renew(access: Access) -> None:
        admin = access.admin(ADMIN)
        assert admin is not None, "the admin is created before anything is served"
        for old in access.api_keys(admin.id):
            if old.name == COMMAND_LINE_KEY:
                access.remove_api_key(admin.id, old.id)
        now = datetime.now(UTC)
        access.add_api_key(
            new_id(), admin_id=admin.id, name=COMMAND_LINE_KEY, key_hash=digest(key), expires_at=None, now=now
        )

    await database.access_write(renew)
    return key
