"""The password of the environment: applied once, never over one that was changed since without saying so."""

import asyncio
from datetime import UTC, datetime

from api.authentication.passwords import Passwords
from api.authentication.tokens import Tokens
from commands.shared.admin import ADMIN, CHANGED, KEPT, apply_given_password, set_admin_password
from database import Database
from database.pages import PageRequest


async def is_password(database: Database, password: str) -> bool:
    admin = await database.access_read(lambda access: access.admins.named(ADMIN))
    return await Passwords().verify(admin.password_hash, password)


async def sessions(database: Database) -> int:
    admin = await database.access_read(lambda access: access.admins.named(ADMIN))
    now = datetime.now(UTC)
    return len(await database.access_read(lambda access: access.sessions.of(admin.id, now=now)))


async def log_in(database: Database) -> None:
    admin = await database.access_read(lambda access: access.admins.named(ADMIN))
    await Tokens(database).issue_to_admin(admin.id)


async def test_the_same_password_changes_nothing_and_ends_no_session(sqlite_database: Database) -> None:
    first = await apply_given_password(sqlite_database, "one")
    await log_in(sqlite_database)

    again = await apply_given_password(sqlite_database, "one")

    assert (first, again, await sessions(sqlite_database)) == (None, None, 1)


async def test_another_password_is_applied_said_and_ends_the_sessions(sqlite_database: Database) -> None:
    await apply_given_password(sqlite_database, "one")
    await log_in(sqlite_database)

    notice = await apply_given_password(sqlite_database, "two")

    assert (notice, await sessions(sqlite_database)) == (CHANGED, 0)
    assert await is_password(sqlite_database, "two")


async def test_a_password_that_was_changed_by_api_is_not_taken_back_by_a_restart(sqlite_database: Database) -> None:
    await apply_given_password(sqlite_database, "one")
    changed = await Passwords().hash("by api")
    await sqlite_database.access_write(
        lambda access: access.admins.change(access.admins.named(ADMIN).id, password_hash=changed)
    )

    notice = await apply_given_password(sqlite_database, "one")

    assert notice == KEPT
    assert await is_password(sqlite_database, "by api")
    assert await apply_given_password(sqlite_database, "two") == CHANGED


async def test_a_password_of_the_environment_replaces_one_that_was_generated(sqlite_database: Database) -> None:
    await set_admin_password(sqlite_database, "generated")

    assert await apply_given_password(sqlite_database, "one") == CHANGED


async def test_processes_that_start_at_once_with_one_password_set_it_once(database: Database) -> None:
    first = await apply_given_password(database, "one")
    await log_in(database)

    notices = await asyncio.gather(*(apply_given_password(database, "two") for _ in range(4)))
    await log_in(database)

    assert (first, sorted(map(str, notices))) == (None, ["None", "None", "None", str(CHANGED)])
    assert await sessions(database) == 1


async def test_processes_that_start_at_once_make_one_administrator(database: Database) -> None:
    notices = await asyncio.gather(*(apply_given_password(database, "one") for _ in range(4)))

    logged = await database.access_read(lambda access: access.audit_log.page(PageRequest(10), store=None))
    assert notices == [None] * 4
    assert logged.records == [], "no password was changed after it was set"
