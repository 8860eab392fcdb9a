"""`laurel doctor`: each thing that is wrong is found, with its cure, and nothing is changed."""

import json
import os
import socket
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from commands.doctor.database import look_at_database
from commands.doctor.diagnosis import diagnose, look_at_variables
from commands.doctor.finding import Finding
from commands.doctor.machine import look_at_folder, look_at_port
from commands.shared.data_folder import DATABASE_FILE
from commands.shared.secret_keys import KEY_FILE, keys_of_folder
from commands.shared.settings import Settings
from commands.shared.temporal_server import free_port
from database import Database
from database.programs import Programs
from database.secret_keys import SecretKeys, new_key
from tests.kit.processes import laurel
from tests.kit.programs import files

SETTINGS = Settings(None, None, (), None)


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the variables of the tests themselves: the doctor names those that Laurel does not read."""
    for name in os.environ:
        if name.startswith("LAUREL_"):
            monkeypatch.delenv(name)


async def folder(tmp_path: Path) -> Path:
    """A data folder with a program, as `laurel up` leaves it."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    (data / DATABASE_FILE).touch(mode=0o600)
    with closing(Database.open(f"sqlite:///{data / DATABASE_FILE}", keys_of_folder(data, SETTINGS))) as database:
        await Programs(database).deploy(files(), by="test")
    return data


def wrong(findings: Iterable[Finding]) -> dict[str, str]:
    """What is wrong, by what; each has a cure."""
    found = [each for each in findings if not each.is_well]
    assert all(each.cure for each in found)
    return {each.subject: each.message for each in found}


def change(data: Path, statement: str) -> None:
    engine = create_engine(f"sqlite:///{data / DATABASE_FILE}")
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


async def test_a_sound_folder_is_well_and_stays_as_it_is(tmp_path: Path) -> None:
    data = await folder(tmp_path)
    before = {file.name: file.stat().st_mtime_ns for file in data.iterdir() if not file.name.endswith(("-shm", "-wal"))}

    findings = await diagnose(data, free_port())

    assert wrong(findings) == {}
    assert {each.subject for each in findings} == {"data folder", "database", "secret key", "program", "values", "port"}
    assert before == {name: (data / name).stat().st_mtime_ns for name in before}


async def test_what_is_wrong_with_a_database_is_found(tmp_path: Path) -> None:
    data = await folder(tmp_path)
    key = (data / KEY_FILE).read_text()

    (data / KEY_FILE).write_text(new_key())
    assert "which is missing" in wrong(look_at_database(data, SETTINGS))["secret key"]
    (data / KEY_FILE).write_text(key)
    change(data, 'UPDATE revision SET files = \'{"program.yaml": "nonsense"}\'')
    assert "revision 1 of store DEFAULT cannot be read" in wrong(look_at_database(data, SETTINGS))["program"]
    change(data, "UPDATE revision SET deployed_at = 'yesterday'")
    assert wrong(look_at_database(data, SETTINGS))["values"] == "some cannot be read: revision.deployed_at"
    change(data, "DELETE FROM setting WHERE name = 'secret_key_check'")
    assert wrong(look_at_database(data, SETTINGS))["secret key"] == "secrets in the database are not encrypted"
    for version, kind in (("0005", "older"), ("9999", "newer")):
        change(data, f"UPDATE alembic_version SET version_num = '{version}'")
        assert f"of {kind} version {version}" in wrong(look_at_database(data, SETTINGS))["schema"]
    change(data, "DROP TABLE alembic_version")
    assert wrong(look_at_database(data, SETTINGS)) == {"database": "it is empty"}
    (data / DATABASE_FILE).write_bytes(b"no database" * 1000)
    assert "does not answer" in wrong(look_at_database(data, SETTINGS))["database"]
    (data / DATABASE_FILE).unlink()
    assert "nothing was ever started" in wrong(look_at_database(data, SETTINGS))["database"]


async def test_what_is_wrong_with_a_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = await folder(tmp_path)

    (data / KEY_FILE).chmod(0o644)
    assert wrong(look_at_folder(data)) == {"data folder": "others may read secret-key"}
    (data / KEY_FILE).chmod(0o600)
    monkeypatch.setattr("commands.doctor.machine.LITTLE_ROOM", 2**62)
    assert "MiB are free" in wrong(look_at_folder(data))["disk"]
    assert "does not exist" in wrong(look_at_folder(tmp_path / "elsewhere"))["data folder"]


def test_a_port_that_is_taken_is_found() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"port {port}" in wrong([look_at_port(port)])["port"]
    assert wrong([look_at_port(free_port())]) == {}


async def test_apart_postgresql_and_temporal_are_looked_at(
    postgresql_database_url: str, temporal_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = new_key()
    with closing(Database.open(postgresql_database_url, SecretKeys.parse(key))) as database:
        await Programs(database).deploy(files(), by="test")
    monkeypatch.setenv("LAUREL_DATABASE_URL", postgresql_database_url)
    monkeypatch.setenv("LAUREL_SECRET_KEY", key)
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_address)
    port = free_port()

    assert set(wrong(await diagnose(tmp_path, port))) <= {"worker"}
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "nowhere")
    assert "temporal" in wrong(await diagnose(tmp_path, port))
    monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{free_port()}")
    assert "temporal" in wrong(await diagnose(tmp_path, port))
    monkeypatch.setenv("LAUREL_DATABASE_URL", "postgresql://laurel@127.0.0.1:1/laurel")
    assert "does not answer" in wrong(await diagnose(tmp_path, port))["database"]
    monkeypatch.setenv("LAUREL_TRUSTED_PROXIES", "everybody")
    assert "LAUREL_TRUSTED_PROXIES" in wrong(await diagnose(tmp_path, port))["settings"]


async def test_the_exit_code_and_json_say_whether_all_is_well(tmp_path: Path) -> None:
    data, port = await folder(tmp_path), str(free_port())

    good = laurel("doctor", "--data", data, "--port", port)
    bad = laurel("doctor", "--data", tmp_path / "elsewhere", "--port", port, "--format", "json")

    assert (good.returncode, "ok     secret key" in good.stdout) == (0, True), good.stdout + good.stderr
    printed = json.loads(bad.stdout)
    assert (bad.returncode, printed["isWell"]) == (1, False)
    assert printed["findings"][0]["cure"] == "name the --data of your `laurel up`, or start it once"


def test_a_variable_that_laurel_does_not_read_is_found() -> None:
    known = ["PATH", "LAUREL_SECRET_KEY", "LAUREL_TEMPORAL_METRICS"]

    found = look_at_variables([*known, "LAUREL_SECRET_KEYS", "LAUREL_Q9"])

    assert [(each.message, each.cure) for each in found] == [
        ("LAUREL_Q9 is not a variable of Laurel, and does nothing", "remove it"),
        ("LAUREL_SECRET_KEYS is not a variable of Laurel, and does nothing", "call it LAUREL_SECRET_KEY, or remove it"),
    ]
