"""Names of files: those of a program, those that are nearly right, those that no file can have."""

import pytest

from program_files import check_program
from program_files.folders.layout import fault_of_name, is_read, stray
from tests.program_files.cases import GOOD
from workbench.problems_page import NOW


@pytest.mark.parametrize("path", ["program.json", "events/a.yaml", "reactors/web/b.yml", "rewards/x y, ż:1.json"])
def test_a_file_of_a_program_is_known_by_its_path(path: str) -> None:
    assert is_read(path)
    assert fault_of_name(path) is None
    assert stray(path, b"") is None


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("reactors/double.YAML", "reactors/double.yaml"),
        ("reactors/double.yaml.txt", "reactors/double.yaml"),
        ("events/web/visit.Json", "events/web/visit.json"),
        ("reactors.yaml", "reactors/reactors.yaml"),
        ("Reactor.yml", "reactors/Reactor.yml"),
        ("Program.yaml", "program.yaml"),
        ("PROGRAM.JSON", "program.json"),
        ("programm.yaml", "program.yaml"),
        ("program.yaml.txt", "program.yaml"),
    ],
)
def test_a_file_with_nearly_such_a_name_is_a_warning_that_says_the_right_one(path: str, expected: str) -> None:
    problem = stray(path, b"")

    assert problem is not None
    assert (problem.place.file, problem.code, problem.severity) == (path, "not-read", "warning")
    assert problem.suggestion == expected


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (b"# double points\nreactor: double\n", "reactors/spring.yaml"),
        (b"achievement: a\n", "achievements/spring.yaml"),
        (b"reward : a\n", "rewards/spring.yaml"),
    ],
)
def test_a_file_at_the_top_that_says_what_it_is_is_sent_to_its_folder(start: bytes, expected: str) -> None:
    problem = stray("spring.yaml", start)

    assert problem is not None
    assert problem.suggestion == expected


@pytest.mark.parametrize(
    "path",
    [
        *("README.md", "docker-compose.yaml", "package.json", "event.json", "mkdocs.yml"),
        *(
            "reactors/notes.txt",
            "reactors/a.yaml~",
            "reactors/README.md",
            "samples/purchase.json",
            "docs/reactors.yaml",
        ),
        *("tests/streak.yaml", "tests/streak.YAML"),
    ],
)
def test_other_files_are_left_alone(path: str) -> None:
    assert stray(path, b"services:\n  reactor: 1\n") is None


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("reactors/a\nb.yaml", r"reactors/a\nb.yaml"),
        ("reactors/\x1b[31m.yaml", r"reactors/\x1b[31m.yaml"),
        ("reactors/\udcff.yaml", r"reactors/\udcff.yaml"),
        ("reactors/\u202egold.yaml", r"reactors/\u202egold.yaml"),
        ("reactors/../../etc/x.yaml", "reactors/../../etc/x.yaml"),
        ("reactors//x.yaml", "reactors//x.yaml"),
        ("reactors/" + "x" * 200 + ".yaml", "reactors/" + "x" * 51 + "..."),
    ],
)
def test_a_name_that_cannot_be_shown_or_kept_is_a_problem_on_one_line(path: str, shown: str) -> None:
    report = check_program({**GOOD, path: b"reactor: r\n"}, now=NOW)

    (problem,) = report.problems
    assert (problem.code, problem.place.file) == ("bad-file-name", shown)
    assert str(problem).isprintable()
