"""`laurel import`: sends a file, shows its progress, and exits by what came of it."""

import asyncio
import json
from pathlib import Path

import pytest
import typer

from commands.import_ import command
from commands.import_.files import DatabaseFiles, FileRefused, ImportState
from database import Database
from database.programs import Programs
from loyalty.references import ImportRef
from tests.kit.imports import STORE, Importing
from tests.kit.processes import laurel, write
from tests.kit.programs import files

MEMBERS = "email,gender\nanna@example.com,female\nbert@example.com,x\n"


@pytest.fixture
async def stored(sqlite_database: Database, tmp_path: Path) -> tuple[DatabaseFiles, str]:
    """A file that is stored and imported, with one wrong line."""
    await Programs(sqlite_database).deploy(files(), by="test")
    (tmp_path / "members.csv").write_text(MEMBERS)
    found = DatabaseFiles(sqlite_database)
    import_id = await found.send(STORE, "member", tmp_path / "members.csv", "")
    await Importing(sqlite_database).read(ImportRef(STORE, import_id))
    return found, import_id


async def test_the_result_has_the_refused_lines_and_exits_with_1(stored, capsys) -> None:
    found, import_id = stored

    with pytest.raises(typer.Exit) as ended:
        await command._follow(found, STORE, import_id, command.Format.text)

    assert ended.value.exit_code == 1
    assert capsys.readouterr().out.splitlines() == [
        f"import {import_id}: done; 2 of 2 lines read, 1 done, 0 done before, 1 refused",
        "  line 3: gender: this is one of male, female, not_disclosed",
    ]


async def test_the_result_is_printed_as_json(stored, capsys) -> None:
    found, import_id = stored

    with pytest.raises(typer.Exit):
        await command._follow(found, STORE, import_id, command.Format.json)

    printed = json.loads(capsys.readouterr().out)
    assert (printed["importId"], printed["done"], printed["refusedLines"][0]["line"]) == (import_id, 1, 3)


async def test_the_progress_is_shown_until_the_import_is_over(stored, capsys, monkeypatch) -> None:
    found, import_id = stored
    states = [ImportState("queued", 2, 0, 0, 0, 0, None), ImportState("running", 2, 1, 1, 0, 0, None)]
    states += [states[-1], ImportState("done", 2, 2, 2, 0, 0, None)]
    monkeypatch.setattr(found, "state", lambda *_: asyncio.sleep(0, states.pop(0)))
    monkeypatch.setattr(command, "PAUSE", 0)

    await command._follow(found, STORE, import_id, command.Format.text)

    assert [line.partition(";")[0] for line in capsys.readouterr().err.splitlines()] == ["queued", "running"]


async def test_a_file_that_cannot_be_read_is_refused_with_the_cure(stored, tmp_path: Path) -> None:
    found, _ = stored
    (tmp_path / "wrong.csv").write_text("emial\nx\n")

    with pytest.raises(FileRefused, match="did you mean email"):
        await found.send(STORE, "member", tmp_path / "wrong.csv", "")


def test_a_file_is_stored_for_workers_and_a_wrong_call_exits_with_2(tmp_path: Path) -> None:
    environment = {"LAUREL_DATABASE_URL": f"sqlite:///{tmp_path}/laurel.db"}
    laurel("deploy", write(tmp_path / "program", files()), "--data", tmp_path / "data", **environment)
    (tmp_path / "members.csv").write_text(MEMBERS)

    sent = laurel("import", tmp_path / "members.csv", "--type", "member", "--no-wait", **environment)
    wrong = laurel("import", tmp_path / "members.csv", "--type", "members", **environment)
    missing = laurel("import", tmp_path / "nowhere.csv", "--type", "member", **environment)

    assert (sent.returncode, "a worker reads it" in sent.stdout) == (0, True), sent.stderr
    assert (wrong.returncode, "unitTransferAdding" in wrong.stderr) == (2, True)
    assert (missing.returncode, "nowhere.csv is not a file" in missing.stderr) == (2, True)
