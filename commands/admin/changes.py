"""Changes of administrators on this machine, each in one transaction and in the audit log."""

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from access import ADMINISTRATOR
from api.authentication.passwords import Passwords
from api.authentication.tokens import digest
from commands.shared.admin import entry_of_this_machine
from commands.shared.data_folder import lock
from commands.shared.errors import CommandError
from commands.shared.options import Format
from commands.shared.secret_keys import keys_of_folder, keys_of_settings
from commands.shared.settings import Settings
from database import Access, Database
from database.administrators import Admin
from loyalty.ids import new_id

T = TypeVar("T")

RESET_FOR = timedelta(hours=1)


class AdministratorError(CommandError):
    """An administrator cannot be changed; the message says why and what to do."""


async def list_administrators(data: Path, format: Format) -> None:  # noqa: A002 - as the option
    """Print every administrator, the oldest first."""

    def read(access: Access) -> list[dict[str, Any]]:
        return [_shown(access, each) for each in access.admins.all()]

    found = await _run(data, read)
    if format is Format.json:
        print(json.dumps(found))
        return
    for each in found:
        state = "active" if each["active"] else "disabled"
        print(f"{each['name']}  {each['role'] or 'no role'}  {each['store'] or 'every store'}  {state}")


async def add_administrator(data: Path, name: str, role: str, store: str | None) -> None:
    """Add an administrator with a new password, which is printed; raise AdministratorError."""
    password, now = secrets.token_urlsafe(15), datetime.now(UTC)
    password_hash = await Passwords().hash(password)

    def add(access: Access) -> None:
        access.lock()
        known = next((each for each in access.roles.all() if each.name == role), None)
        if known is None:
            raise AdministratorError(f"there is no role {role}: use {', '.join(r.name for r in access.roles.all())}")
        if store is not None and store not in access.stores():
            raise AdministratorError(f"there is no store {store}: use {', '.join(access.stores()) or 'none'}")
        if access.admins.is_taken(name, None):
            raise AdministratorError(f"there is an administrator {name}: use laurel admin set-password {name}")
        new = Admin(new_id(), name, password_hash, None, known.id, store, True, now)
        access.admins.add(new)
        _note(access, "add", new.id, now, {"roles": [role], "store": store})

    await _run(data, add)
    print(f"{name} is added, with the password {password}")


async def set_active(data: Path, name: str, *, active: bool) -> None:
    """Enable or disable an administrator; disabling ends their sessions. Raise AdministratorError."""
    now = datetime.now(UTC)

    def change(access: Access) -> None:
        access.lock()
        admin = _require(access, name)
        does_everything = admin.active and admin.role == ADMINISTRATOR.id and admin.store is None
        if not active and does_everything and not access.admins.has_another_of_everything(admin.id):
            raise AdministratorError(f"{name} is the last who may do everything in every store: add another one first")
        access.admins.change(admin.id, active=active)
        if not active:
            access.sessions.end_all_of(admin.id)
        _note(access, "enable" if active else "disable", admin.id, now, {"isActive": active})

    await _run(data, change)
    print(f"{name} is {'enabled' if active else 'disabled'}")


async def set_new_password(data: Path, name: str) -> None:
    """Give an administrator a new password, which is printed, and end their sessions; raise AdministratorError."""
    password, now = secrets.token_urlsafe(15), datetime.now(UTC)
    password_hash = await Passwords().hash(password)

    def change(access: Access) -> None:
        access.lock()
        admin = _require(access, name)
        access.admins.change(admin.id, password_hash=password_hash)
        access.sessions.end_all_of(admin.id)
        _note(access, "set-password", admin.id, now, {"passwordChanged": True})

    await _run(data, change)
    print(f"{name} has the password {password}")


async def make_reset_code(data: Path, name: str) -> None:
    """Print a code with which an administrator sets a password within an hour; raise AdministratorError."""
    code, now = secrets.token_urlsafe(24), datetime.now(UTC)

    def add(access: Access) -> None:
        access.lock()
        admin = _require(access, name)
        access.password_resets.add(admin.id, digest(code), expires_at=now + RESET_FOR)
        _note(access, "reset", admin.id, now, None)

    await _run(data, add)
    print(f"the code of {name}, for an hour: {code}")


async def _run(data: Path, work: Callable[[Access], T]) -> T:
    with _database(data) as database:
        return await database.access_write(work)


@contextmanager
def _database(data: Path) -> Iterator[Database]:
    """Open the database of the settings, or of a data folder that no other process uses."""
    settings = Settings.read()
    if settings.database_url is not None and not settings.database_url.startswith("sqlite"):
        with closing(Database.open(settings.database_url, keys_of_settings(settings))) as database:
            yield database
        return
    with lock(data, settings) as url, closing(Database.open(url, keys_of_folder(data, settings))) as database:
        yield database


def _require(access: Access, name: str) -> Admin:
    found = access.admins.named(name)
    if found is None:
        raise AdministratorError(f"there is no administrator {name}: see laurel admin list")
    return found


def _shown(access: Access, admin: Admin) -> dict[str, Any]:
    role = access.roles.get(admin.role)
    name = None if role is None else role.name
    return {"name": admin.username, "role": name, "store": admin.store, "active": admin.active}


def _note(access: Access, what: str, admin_id: str, now: datetime, details: dict[str, Any] | None) -> None:
    access.audit_log.add(entry_of_this_machine(f"laurel admin {what}", admin_id, now, details))
