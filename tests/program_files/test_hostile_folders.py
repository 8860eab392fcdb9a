"""Folders made to hurt: nothing is waited for, nothing is followed for ever, and everything is said."""

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest

from program_files import read_contents, read_folder, read_program
from program_files.folders import folder as folder_module
from program_files.text.problems import ProgramFaults
from tests.program_files.cases import GOOD, reactor
from workbench.checking import check_contents
from workbench.problems_page import NOW

THANKS = reactor("then: [{award_points: {points: 1}}]\n").encode()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A good program."""
    for name, content in {**GOOD, "reactors/r.yaml": THANKS}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return tmp_path


def lines(root: Path) -> list[str]:
    """What a check of the folder finds."""
    return [str(problem) for problem in check_contents(read_contents(root), now=NOW).problems]


def test_a_good_program_is_clean(root: Path) -> None:
    assert lines(root) == []


def a_link_to_itself(root: Path) -> None:
    (root / "reactors" / "x.yaml").symlink_to("x.yaml")


def a_link_to_nothing(root: Path) -> None:
    (root / "reactors" / "x.yaml").symlink_to("nowhere")


def a_pipe(root: Path) -> None:
    os.mkfifo(root / "reactors" / "x.yaml")


def a_device(root: Path) -> None:
    (root / "reactors" / "x.yaml").symlink_to("/dev/zero")


def a_folder(root: Path) -> None:
    (root / "reactors" / "x.yaml").mkdir()


UNREADABLE = {
    a_link_to_itself: os.strerror(errno.ELOOP),
    a_link_to_nothing: os.strerror(errno.ENOENT),
    a_pipe: "it is not an ordinary file",
    a_device: "it is not an ordinary file",
    a_folder: "it is a folder",
}


@pytest.mark.parametrize(("make", "reason"), UNREADABLE.items(), ids=[make.__name__ for make in UNREADABLE])
def test_what_only_looks_like_a_file_cannot_be_read(root: Path, make: Callable[[Path], None], reason: str) -> None:
    make(root)

    assert lines(root) == [f"reactors/x.yaml:1:1: unreadable-file: the file cannot be read: {reason}"]


@pytest.mark.parametrize("make", [Path.touch, os.mkfifo, lambda path: path.symlink_to("events")])
def test_a_folder_that_is_none_is_a_problem_and_what_it_would_have_said_is_not_missed(
    root: Path, make: Callable[[Path], None]
) -> None:
    shutil.rmtree(root / "events")
    make(root / "events")

    (line,) = lines(root)

    assert line.startswith("events:1:1: unreadable-file: the folder cannot be read: ")


def test_a_link_to_a_folder_is_not_followed_and_says_so(root: Path) -> None:
    (root / "reactors" / "loop").symlink_to("..")

    message = "links to folders are not followed: put the files here"
    assert lines(root) == [f"reactors/loop:1:1: warning: not-read: {message}"]


def test_what_the_system_refuses_is_a_problem_and_the_other_files_are_still_checked(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "rewards" / "bad.yaml").write_text("reward: a b\n")
    really = os.open

    def refuse(path: Path, flags: int) -> int:
        if Path(path).name == "purchase.yaml":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return really(path, flags)

    monkeypatch.setattr(folder_module.os, "open", refuse)

    assert [line.split(": ")[:2] for line in lines(root)] == [
        ["events/purchase.yaml:1:1", "unreadable-file"],
        ["rewards/bad.yaml:1:9", "bad-name"],
    ]


def test_a_folder_that_may_not_be_listed_is_a_problem(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(folder_module.os, "scandir", refuse)

    (line,) = lines(root)

    assert line.endswith(f":1:1: unreadable-file: the folder cannot be read: {os.strerror(errno.EACCES)}")


def test_a_folder_whose_name_is_too_long_is_a_problem(tmp_path: Path) -> None:
    (line,) = lines(tmp_path / ("x" * 300))

    assert line.endswith(
        f"... :1:1: unreadable-file: the folder cannot be read: {os.strerror(errno.ENAMETOOLONG)}".replace(
            "... ", "..."
        )
    )


@pytest.mark.parametrize("name", [b"a\nb.yaml", b"\xff.yaml", b"\x1b[31m.yaml"])
def test_a_name_that_cannot_be_printed_is_told_so_that_it_can(root: Path, name: bytes) -> None:
    Path(os.fsdecode(os.fsencode(root / "reactors") + b"/" + name)).write_bytes(THANKS)

    (line,) = lines(root)

    assert "bad-file-name" in line
    assert line.isprintable()


def test_folders_too_deep_are_not_gone_into(root: Path) -> None:
    deep = root / "reactors" / "/".join("d" * 30)
    deep.mkdir(parents=True)

    (line,) = lines(root)

    assert line.endswith(":1:1: too-many-files: folders are nested more than 20 deep")


def test_more_files_than_a_program_may_have_are_not_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_module, "MOST_FILES", 3)

    (line,) = lines(root)

    assert line.endswith(":1:1: too-many-files: a program has at most 3 files, this folder 4")


def test_a_folder_full_of_other_things_is_not_listed_to_its_end(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_module, "MOST_ENTRIES", 50)
    for number in range(100):
        (root / "reactors" / f"{number}.txt").touch()

    assert lines(root) == ["reactors:1:1: too-many-files: the folder holds more than 50 files and folders"]


def test_only_the_first_megabyte_of_a_huge_file_is_read(root: Path) -> None:
    with (root / "reactors" / "huge.yaml").open("wb") as file:
        file.truncate(10 * 2**30)

    assert lines(root) == ["reactors/huge.yaml:1:1: too-large: a file has at most 1 MiB, and this one has more"]


def test_files_that_are_too_large_together_are_not_read_on(root: Path) -> None:
    for number in range(9):
        (root / "rewards" / f"r{number}.yaml").write_bytes(b"reward: r%d\n#" % number + b"x" * 1_000_000)

    message = "the files of a program have at most 8 MiB, and more with this one"
    assert lines(root) == [f"rewards/r8.yaml:1:1: too-large: {message}"]


def test_tests_are_checked_with_the_program(root: Path) -> None:
    (root / "tests").mkdir()
    (root / "tests" / "t.yaml").write_text(
        "test: t\nat: 2026-01-01\nsteps: [{event: purchas}, {expect: {points: 0}}]\n"
    )

    assert [line.split(": ")[:2] for line in lines(root)] == [["tests/t.yaml:3:17", "unknown-event-type"]]


def test_deploying_stops_at_no_warning_and_at_no_test_that_is_wrong(root: Path) -> None:
    (root / "tests").mkdir()
    (root / "tests" / "t.yaml").write_text("[wrong")
    (root / "reactors.yaml").touch()

    files = read_folder(root)

    assert list(files) == sorted([*GOOD, "reactors/r.yaml", "tests/t.yaml"])
    read_program(files)


def test_files_that_come_and_go_while_they_are_read_are_problems_at_most(root: Path) -> None:
    stop = Event()

    def change() -> None:
        file = root / "reactors" / "coming.yaml"
        while not stop.is_set():
            file.write_bytes(THANKS)
            file.unlink()
            file.mkdir()
            file.rmdir()

    changing = Thread(target=change)
    changing.start()
    try:
        codes = {line.split(": ")[1] for _ in range(200) for line in lines(root)}
    finally:
        stop.set()
        changing.join()

    assert codes <= {"unreadable-file", "empty-file", "duplicate-name"}


def test_one_file_that_cannot_be_read_stops_a_deployment(root: Path) -> None:
    a_pipe(root)

    with pytest.raises(ProgramFaults):
        read_folder(root)
