"""`laurel admin`: administrators are listed, added, disabled and given passwords on this machine."""

import json
from contextlib import closing
from pathlib import Path

from commands.shared.admin import set_admin_password
from commands.shared.data_folder import DATABASE_FILE, lock
from commands.shared.secret_keys import keys_of_folder
from commands.shared.settings import Settings
from database import Database
from tests.kit.processes import laurel

SETTINGS = Settings(None, None, (), None)


async def folder(tmp_path: Path) -> None:
    """A data folder with the admin that every installation has."""
    url = f"sqlite:///{tmp_path / DATABASE_FILE}"
    with closing(Database.open(url, keys_of_folder(tmp_path, SETTINGS))) as database:
        await set_admin_password(database, "password")


async def test_an_administrator_is_added_disabled_and_enabled(tmp_path: Path) -> None:
    await folder(tmp_path)
    at = ("--data", tmp_path)

    added = laurel("admin", "add", "kim", "--role", "support", *at)
    disabled = laurel("admin", "disable", "kim", *at)
    listed = laurel("admin", "list", *at)
    as_json = laurel("admin", "list", "--format", "json", *at)
    code = laurel("admin", "reset", "kim", *at)

    assert added.stdout.startswith("kim is added, with the password "), added.stderr
    assert disabled.stdout == "kim is disabled\n"
    assert listed.stdout.splitlines() == [
        "admin  administrator  every store  active",
        "kim  support  every store  disabled",
    ]
    assert json.loads(as_json.stdout) == [
        {"name": "admin", "role": "administrator", "store": None, "active": True},
        {"name": "kim", "role": "support", "store": None, "active": False},
    ]
    assert code.stdout.startswith("the code of kim, for an hour: ")


async def test_what_cannot_be_is_refused_with_its_reason(tmp_path: Path) -> None:
    await folder(tmp_path)
    at = ("--data", tmp_path)

    with lock(tmp_path, SETTINGS):
        busy = laurel("admin", "list", *at)
    refused = [
        laurel("admin", "disable", "admin", *at),
        laurel("admin", "set-password", "nobody", *at),
        laurel("admin", "add", "kim", "--role", "king", *at),
    ]

    assert (busy.returncode, "in use by another Laurel" in busy.stderr) == (2, True)
    assert [each.returncode for each in refused] == [2, 2, 2]
    words = ["is the last who may do everything", "there is no administrator nobody", "there is no role king"]
    assert [word in each.stderr for word, each in zip(words, refused, strict=True)] == [True] * 3
