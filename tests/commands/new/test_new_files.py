"""`laurel new program` and `laurel new event`: files that are right as they are, and nothing overwritten."""

from pathlib import Path

import pytest

from program_files import read_folder, read_program
from tests.kit.processes import laurel


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_new_program_is_right_and_its_tests_pass_and_cover_it(tmp_path: Path) -> None:
    folder = tmp_path / "tea-house"

    made = laurel("new", "program", folder, "--store", "TEA", "--timezone", "Europe/Warsaw")
    checked, tested = laurel("check", folder, "--strict"), laurel("test", folder)

    assert (made.returncode, made.stderr) == (0, "")
    assert (checked.returncode, tested.returncode) == (0, 0), checked.stdout + tested.stdout
    assert "coverage 100 %" in tested.stdout
    program = read_program(read_folder(folder))
    assert (program.store, program.title, program.zone.key) == ("TEA", "Tea house", "Europe/Warsaw")


def test_an_event_type_is_added_to_a_program_that_stays_right(tmp_path: Path) -> None:
    laurel("new", "program", tmp_path / "cafe")

    made = laurel("new", "event", tmp_path / "cafe", "table_booked")

    assert (made.returncode, made.stderr) == (0, "")
    added = read_program(read_folder(tmp_path / "cafe")).event_types["table_booked"]
    assert added.title == "Table booked"


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (["program", "cafe"], 2, "exists already"),
        (["program", "new", "--store", "no code"], 1, "program.yaml"),
        (["program", "new", "--timezone", "Europe/Warsau"], 1, "Europe/Warsaw"),
        (["event", "cafe", "purchase"], 2, "exists already"),
        (["event", "cafe", "member_registered"], 1, "member_registered"),
        (["event", "cafe", "../table"], 1, "../table"),
        (["event", "nowhere", "table_booked"], 2, "is not a folder"),
    ],
)
def test_what_cannot_be_written_is_refused_and_leaves_everything_as_it_was(
    arguments: list[str], code: int, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    laurel("new", "program", "cafe")
    before = contents(tmp_path)

    done = laurel("new", *arguments)

    assert (done.returncode, why in done.stdout + done.stderr) == (code, True), done.stdout + done.stderr
    assert contents(tmp_path) == before
