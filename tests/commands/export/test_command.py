"""`laurel export`: has a file written, shows its progress, and saves it when it is whole."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from activities.exports import ExportActivities
from commands.export import command
from commands.export.files import ApiExports, DatabaseExports, ExportedFiles, ExportFailed, ExportState
from database import Database
from loyalty.references import ExportRef
from tests.kit.api import Api, running
from tests.kit.processes import laurel

STORE = "DEFAULT"


@pytest.fixture
async def api(sqlite_database: Database) -> AsyncIterator[Api]:
    async with running(sqlite_database) as started:
        for name in ("anna", "bert"):
            answer = await started.post(f"/api/{STORE}/member", {"customer": {"email": f"{name}@example.com"}})
            assert answer.status_code == 200
        yield started


def emails_in(file: Path) -> list[str]:
    return [json.loads(line)["email"] for line in file.read_text().splitlines()]


def names_in(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir() if not each.name.startswith("laurel.db"))


@pytest.mark.parametrize("by_api", [True, False])
async def test_a_file_is_written_by_a_worker_and_saved_whole(
    api: Api, by_api: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files: ExportedFiles = ApiExports(api.http) if by_api else DatabaseExports(api.database)
    file = tmp_path / "members.jsonl"

    export_id = await files.begin(STORE, "member", "jsonl")
    assert (await files.state(STORE, export_id)).status == "pending"
    worker = ExportActivities(api.database, api.programs)
    while (await worker.write_export(ExportRef(STORE, export_id))).status == "pending":
        pass
    state = await command._follow(files, STORE, export_id)
    await command._save(files, STORE, export_id, file)
    command._print_done(export_id, state, file, command.Format.json)

    assert emails_in(file) == ["anna@example.com", "bert@example.com"]
    assert json.loads(capsys.readouterr().out) == {"exportId": export_id, "rows": 2, "file": str(file)}
    assert names_in(tmp_path) == ["members.jsonl"]


async def test_an_export_that_fails_says_why_and_leaves_no_file(api: Api, tmp_path: Path) -> None:
    files = DatabaseExports(api.database)
    export_id = await files.begin(STORE, "member", "csv")
    await ExportActivities(api.database, api.programs).fail_export(ExportRef(STORE, export_id), "OSError")

    with pytest.raises(ExportFailed, match="is failed: OSError"):
        await command._follow(files, STORE, export_id)
    with pytest.raises(ExportFailed, match="refused with status 400"):
        await command._save(ApiExports(api.http), STORE, export_id, tmp_path / "members.csv")
    assert names_in(tmp_path) == []


async def test_the_progress_is_shown(
    api: Api, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    states = [ExportState("pending", 0, None), ExportState("pending", 500, None), ExportState("done", 600, None)]

    class Written(DatabaseExports):
        async def state(self, store: str, export_id: str) -> ExportState:
            return states.pop(0)

    monkeypatch.setattr(command, "PAUSE", 0)
    await command._follow(Written(api.database), STORE, "an id")

    assert capsys.readouterr().err == "500 rows\n"


@pytest.mark.parametrize(
    ("file", "type_", "reason"),
    [
        ("members.csv", "members", "--type is one of member, unitTransfer"),
        ("members.xlsx", "member", "ends with .csv"),
        ("there.csv", "member", "there.csv exists"),
    ],
)
def test_a_wrong_call_exits_with_2(tmp_path: Path, file: str, type_: str, reason: str) -> None:
    (tmp_path / "there.csv").write_text("")

    done = laurel("export", tmp_path / file, "--type", type_, LAUREL_DATABASE_URL=f"sqlite:///{tmp_path}/laurel.db")

    assert (done.returncode, reason in done.stderr) == (2, True), done.stderr
