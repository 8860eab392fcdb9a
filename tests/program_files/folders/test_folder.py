"""Which files are a program."""

import os
from pathlib import Path

import pytest

from program_files import ProgramFaults, read_contents, read_folder, revision_hash


def write(folder: Path, *names: str) -> None:
    """Files whose content is their name."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


def test_only_files_of_a_program_are_read_in_the_order_of_their_paths(tmp_path: Path) -> None:
    write(tmp_path, "reactors/web/b.yml", "reactors/a.yaml", "program.yaml", "events/e.json", "rewards/r.yaml")
    write(tmp_path, "tests/t.yaml", ".git/a.yaml", "reactors/.hidden.yaml", "reactors/.x/a.yaml", "reactors/a.yaml~")
    write(tmp_path, "README.md", "samples/one.json", "package.json")

    files = read_folder(tmp_path)

    program = ["events/e.json", "program.yaml", "reactors/a.yaml", "reactors/web/b.yml", "rewards/r.yaml"]
    assert list(files) == [*program, "tests/t.yaml"]
    assert files["reactors/web/b.yml"] == b"reactors/web/b.yml"


def test_a_folder_with_a_name_like_one_of_a_programs_is_a_warning_not_a_silence(tmp_path: Path) -> None:
    write(tmp_path, "program.yaml", "reactor/a.yaml", "Rewards/r.yaml", "rewarding/notes.txt")

    contents = read_contents(tmp_path)

    assert [str(problem) for problem in contents.problems] == [
        "Rewards:1:1: warning: unknown-folder: the folder Rewards is not read. Did you mean rewards?",
        "reactor:1:1: warning: unknown-folder: the folder reactor is not read. Did you mean reactors?",
    ]
    assert list(read_folder(tmp_path)) == ["program.yaml"]


def test_a_missing_folder_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ProgramFaults) as raised:
        read_folder(tmp_path / "nowhere")

    assert str(raised.value) == "nowhere:1:1: missing-folder: there is no such folder"


def test_pipes_and_links_to_nothing_are_problems(tmp_path: Path) -> None:
    write(tmp_path, "program.yaml")
    os.mkfifo(tmp_path / "program.json")
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "gone.yaml").symlink_to("nowhere")

    with pytest.raises(ProgramFaults) as raised:
        read_folder(tmp_path)

    assert str(raised.value).splitlines() == [
        "events/gone.yaml:1:1: unreadable-file: the file cannot be read: No such file or directory",
        "program.json:1:1: unreadable-file: the file cannot be read: it is not an ordinary file",
    ]


@pytest.mark.parametrize(
    ("content", "code"), [(b"\xff\xfet\0", "not-utf8"), (b"\xc3(", "not-utf8"), (b" " * (2**20 + 1), "too-large")]
)
def test_a_test_that_is_no_text_is_a_problem(tmp_path: Path, content: bytes, code: str) -> None:
    write(tmp_path, "program.yaml", "tests/t.yaml")
    (tmp_path / "tests" / "t.yaml").write_bytes(content)

    with pytest.raises(ProgramFaults) as raised:
        read_folder(tmp_path)

    assert [(problem.place.file, problem.code) for problem in raised.value.problems] == [("tests/t.yaml", code)]


def test_a_mounted_folder_may_be_a_link(tmp_path: Path) -> None:
    write(tmp_path, "program.yaml", "..data/e.yaml")
    (tmp_path / "events").symlink_to("..data")

    files = read_folder(tmp_path)

    assert list(files) == ["events/e.yaml", "program.yaml"]


def test_the_hash_changes_with_a_name_or_a_byte_and_with_nothing_else() -> None:
    files = {"a": b"1", "b": b"2"}

    hashes = [revision_hash(f) for f in (files, {"b": b"2", "a": b"1"}, {"a": b"1", "c": b"2"}, {"a": b"12", "b": b""})]

    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 3
    assert len(hashes[0]) == 64
