"""`laurel secrets`: keys are made, and secrets encrypted anew with a new one."""

import stat
from contextlib import closing
from pathlib import Path

import pytest

from commands.shared.data_folder import DATABASE_FILE, lock
from commands.shared.secret_keys import KEY_FILE, keys_of_folder
from commands.shared.settings import Settings
from database import Database
from database.programs import Programs
from database.secret_keys import SecretKeyError, SecretKeys, new_key
from tests.kit.processes import laurel
from tests.kit.programs import files

SETTINGS = Settings(None, None, (), None)


async def signing_secret(database: Database) -> str:
    return await database.store("DEFAULT").read(lambda tx: tx.subscriptions.store_secret())


async def test_a_folder_gets_a_key_of_its_own_which_is_rotated_when_nothing_runs(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / DATABASE_FILE}"
    first = keys_of_folder(tmp_path, SETTINGS)
    with closing(Database.open(url, first)) as database:
        await Programs(database).deploy(files(), by="test")
        secret = await signing_secret(database)

    with lock(tmp_path, SETTINGS):
        refused = laurel("secrets", "rotate", "--data", tmp_path)
    done = laurel("secrets", "rotate", "--data", tmp_path)

    second = keys_of_folder(tmp_path, SETTINGS)
    assert (refused.returncode, "in use by another Laurel" in refused.stderr) == (2, True)
    assert done.stdout == f"2 secrets are encrypted anew with the key {second.first}\n", done.stderr
    assert second.first != first.first
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    with pytest.raises(SecretKeyError):
        Database.open(url, first)
    with closing(Database.open(url, second)) as database:
        assert await signing_secret(database) == secret


async def test_the_keys_of_the_environment_are_used_where_there_are_some(postgresql_database_url: str) -> None:
    old, new = new_key(), new_key()
    with closing(Database.open(postgresql_database_url, SecretKeys.parse(old))) as database:
        await Programs(database).deploy(files(), by="test")
    environment = {"LAUREL_DATABASE_URL": postgresql_database_url}

    without = laurel("secrets", "rotate", **environment)
    wrong = laurel("secrets", "rotate", **environment, LAUREL_SECRET_KEY=new)
    done = laurel("secrets", "rotate", **environment, LAUREL_SECRET_KEY=f"{new},{old}")

    assert (without.returncode, "write the new key first" in without.stderr) == (2, True)
    assert (wrong.returncode, "which is missing" in wrong.stderr) == (2, True)
    assert "2 secrets are encrypted anew" in done.stdout
    Database.open(postgresql_database_url, SecretKeys.parse(new)).close()


def test_a_key_is_printed() -> None:
    printed = laurel("secrets", "key").stdout

    assert SecretKeys.parse(printed.strip()).first
