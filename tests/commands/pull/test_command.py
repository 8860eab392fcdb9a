"""`laurel pull`, and the deploy of a folder that is behind the console."""

import asyncio
import json
import shutil
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app
from commands.shared.pulled import FILE, WrongPulledFile, pulled_revision
from database import Database
from database.programs import Programs
from tests.kit import programs
from tests.kit.processes import write

EDITED = programs.PROGRAM.replace("points: 7d", "points: 9d")
WELCOME = "reactor: welcome\non: app_login\nthen: [{award_points: {points: 5}}]\n"
EDITED_FILES = programs.files(program=EDITED, reactors__welcome=WELCOME)


class Place:
    """A database, a folder that was deployed to it, and the commands on both."""

    def __init__(self, path: Path, template: Path) -> None:
        shutil.copy(template, path / "laurel.db")
        self.environment = {"LAUREL_DATABASE_URL": f"sqlite:///{path}/laurel.db", "LOGNAME": "ann"}
        self.folder = write(path / "shop", programs.files())
        self._data = path / "data"

    def run(self, *arguments: str | Path) -> tuple[int, str]:
        """Run `laurel ...` in this process."""
        done = CliRunner().invoke(app, [*map(str, arguments), "--data", str(self._data)], env=self.environment)
        return done.exit_code, done.stdout + done.stderr

    def edit_in_console(self, files: Mapping[str, bytes]) -> None:
        async def deploy(database: Database) -> None:
            await Programs(database).deploy(files, by="eve", in_console=True)

        with closing(Database.open(self.environment["LAUREL_DATABASE_URL"])) as database:
            asyncio.run(deploy(database))


@pytest.fixture
def place(tmp_path: Path, sqlite_template: Path) -> Place:
    place = Place(tmp_path, sqlite_template)
    assert place.run("deploy", place.folder)[0] == 0
    return place


def test_a_folder_behind_the_console_is_refused_pulled_and_deployed(place: Place) -> None:
    place.edit_in_console(EDITED_FILES)
    write(place.folder, {"events/app_login.yaml": programs.APP_LOGIN.encode() + b"# changed here\n"})

    refused = place.run("deploy", place.folder)
    pulled = place.run("pull", place.folder)
    deployed = place.run("deploy", place.folder)

    assert refused[0] == 2
    assert "revision 2 was edited in the console by eve" in refused[1]
    assert (pulled[0], deployed[0]) == (0, 0)
    assert "kept      events/app_login.yaml" in pulled[1]
    assert "revision 3 is in force" in deployed[1]


def test_a_pull_keeps_what_only_the_folder_changed(place: Place) -> None:
    place.edit_in_console(EDITED_FILES)
    write(place.folder, {"events/app_login.yaml": programs.APP_LOGIN.encode() + b"# changed here\n"})

    shown = place.run("pull", place.folder, "--dry-run", "--format", "json")
    before = place.folder.joinpath("program.yaml").read_text()
    pulled = place.run("pull", place.folder)
    deployed = place.run("deploy", place.folder)

    assert json.loads(next(line for line in shown[1].splitlines() if line.startswith('{"store"'))) == {
        "store": "DEFAULT",
        "revision": 2,
        "written": ["program.yaml", "reactors/welcome.yaml"],
        "deleted": [],
        "kept": ["events/app_login.yaml"],
        "conflicts": [],
    }
    assert before == programs.PROGRAM
    assert pulled[0] == 0
    assert pulled[1].splitlines()[:4] == [
        "written   program.yaml",
        "written   reactors/welcome.yaml",
        "kept      events/app_login.yaml: changed here only",
        f"store DEFAULT: revision 2 is in force, for {place.folder}",
    ]
    assert place.folder.joinpath("program.yaml").read_text() == EDITED
    assert deployed[0] == 0
    assert "revision 3 is in force" in deployed[1]


TEST = b"test: nothing\nat: 2026-01-01\nsteps: [{expect: {points: 0}}]\n"


def test_a_folders_tests_are_deployed_edited_in_the_console_and_pulled(place: Place, tmp_path: Path) -> None:
    write(place.folder, {"tests/mine.yaml": TEST, "tests/gone.yaml": TEST})

    deployed = place.run("deploy", place.folder)
    place.run("pull", place.folder)
    place.edit_in_console({**programs.files(), "tests/mine.yaml": TEST + b"# edited\n"})
    pulled = place.run("pull", place.folder)
    place.run("pull", tmp_path / "new")

    assert "revision 2 is in force" in deployed[1], "a change of tests alone is a revision"
    assert pulled[1].splitlines()[:2] == ["written   tests/mine.yaml", "deleted   tests/gone.yaml"]
    assert [path.name for path in place.folder.glob("tests/*")] == ["mine.yaml"]
    assert (tmp_path / "new" / "tests" / "mine.yaml").read_bytes() == TEST + b"# edited\n"


def test_a_folder_that_an_older_version_deployed_without_its_tests_keeps_them(place: Place) -> None:
    write(place.folder, {"tests/mine.yaml": TEST})
    place.edit_in_console(EDITED_FILES)

    pulled, overwritten = place.run("pull", place.folder), place.run("pull", place.folder, "--overwrite")

    assert (pulled[0], overwritten[0]) == (0, 0)
    assert "written   program.yaml" in pulled[1]
    assert (place.folder / "tests" / "mine.yaml").read_bytes() == TEST


def test_what_the_console_removed_is_removed_from_the_folder(place: Place) -> None:
    place.edit_in_console(programs.files(**{"achievements__seven-days": ""}))

    pulled = place.run("pull", place.folder)

    assert pulled[0] == 0
    assert "deleted   achievements/seven-days.yaml" in pulled[1]
    assert not place.folder.joinpath("achievements/seven-days.yaml").exists()


def test_a_file_changed_on_both_sides_is_a_conflict_and_nothing_is_written(place: Place) -> None:
    place.run("pull", place.folder)
    place.edit_in_console(EDITED_FILES)
    mine = programs.PROGRAM.replace("points: 7d", "points: 8d")
    write(place.folder, {"program.yaml": mine.encode()})

    refused = place.run("pull", place.folder)
    kept = place.folder.joinpath("program.yaml").read_text()
    is_new_there = place.folder.joinpath("reactors/welcome.yaml").exists()
    overwritten = place.run("pull", place.folder, "--overwrite")

    assert refused[0] == 2
    assert "nothing was written" in refused[1]
    assert "program.yaml" in refused[1]
    assert (kept, is_new_there) == (mine, False)
    assert overwritten[0] == 0
    assert place.folder.joinpath("program.yaml").read_text() == EDITED


def test_a_new_folder_gets_the_whole_program(place: Place, tmp_path: Path) -> None:
    pulled = place.run("pull", tmp_path / "new" / "folder")

    assert pulled[0] == 0
    for name, content in programs.files().items():
        assert (tmp_path / "new" / "folder" / name).read_bytes() == content
    assert json.loads((tmp_path / "new" / "folder" / FILE).read_text()) == {"store": "DEFAULT", "revision": 1}


@pytest.mark.parametrize("text", ["", "[]", '{"store": 1, "revision": 1}', '{"store": "DEFAULT", "revision": true}'])
def test_a_wrong_file_of_the_pulled_revision_is_named_with_the_cure(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)

    with pytest.raises(WrongPulledFile, match=f"{FILE}.*delete it, and run `laurel pull {tmp_path}`"):
        pulled_revision(tmp_path, "DEFAULT")


def test_a_folder_of_another_store_and_what_is_no_folder_are_refused(place: Place, tmp_path: Path) -> None:
    (place.folder / FILE).write_text('{"store": "OTHER", "revision": 1}')
    file = tmp_path / "file"
    file.touch()

    other, none, unknown = (
        place.run("pull", place.folder),
        place.run("pull", file),
        place.run("pull", tmp_path / "x", "--store", "NONE"),
    )

    assert (other[0], none[0], unknown[0]) == (2, 2, 2)
    assert "was pulled from store OTHER" in other[1]
    assert "is not a folder" in none[1]
    assert "store NONE is unknown" in unknown[1]


def test_a_deploy_that_names_the_revision_in_force_replaces_it(place: Place) -> None:
    place.edit_in_console(programs.files(program=EDITED))

    deployed = place.run("deploy", place.folder, "--based-on", "2")

    assert deployed[0] == 0
    assert "revision 3 is in force" in deployed[1]
