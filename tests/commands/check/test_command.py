"""`laurel check`, as its users call it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit import programs
from tests.kit.processes import laurel, write

WRONG = "reactor: a\non: purchse\nthen: [{grant_badge: b}]\n"


@pytest.fixture
def right(tmp_path: Path) -> Path:
    """A right program."""
    return write(tmp_path / "shop", programs.files())


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """A program with a misspelt event type."""
    return write(tmp_path / "shop", programs.files(**{"reactors__points-for-purchase": WRONG}))


@pytest.fixture
def doubtful(tmp_path: Path) -> Path:
    """A program beside which a file is not read."""
    return write(tmp_path / "shop", {**programs.files(), "reactors.yaml": b"reactor: a\n"})


def test_problems_are_on_the_output_and_their_count_on_the_error_output(wrong: Path) -> None:
    done = laurel("check", wrong)

    place = "reactors/points-for-purchase.yaml:2:5"
    assert done.returncode == 1
    assert done.stdout == f"{place}: unknown-event-type: event type purchse is unknown. Did you mean purchase?\n"
    assert done.stderr == "1 problem\n"


def test_a_warning_is_printed_and_the_program_still_right(doubtful: Path) -> None:
    done = laurel("check", doubtful)

    first, second = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "1 warning\n")
    assert first.startswith("reactors.yaml:1:1: warning: not-read: ")
    assert "is right" in second


def test_with_strict_a_warning_is_as_bad_as_an_error(doubtful: Path, right: Path) -> None:
    done = laurel("check", doubtful, "--strict")

    assert (done.returncode, done.stderr) == (1, "1 warning\n")
    assert "is right" not in done.stdout


def test_a_campaign_that_has_ended_is_a_note_and_strict_has_nothing_against_it(right: Path) -> None:
    ended = "reactor: spring\non: purchase\nthen: [{grant_badge: spring}]\nactive: {until: 2020-12-31}\n"
    (right / "reactors" / "spring.yaml").write_text(ended)

    done = laurel("check", right, "--strict")

    assert (done.returncode, done.stderr) == (0, "1 note\n")
    assert "reactors/spring.yaml:4:17: note: already-over: " in done.stdout
    assert "is right" in done.stdout


def test_strict_has_nothing_against_a_clean_program(right: Path) -> None:
    assert laurel("check", right, "--strict").returncode == 0


@pytest.mark.parametrize("form", ["json", "github", "sarif"])
def test_every_format_ends_with_the_same_code(right: Path, form: str) -> None:
    clean = laurel("check", right, "--format", form)
    (right / "reactors.yaml").touch()
    doubtful = [laurel("check", right, "--format", form, *more) for more in ([], ["--strict"])]
    (right / "reactors" / "a.yaml").write_text(WRONG)
    wrong = laurel("check", right, "--format", form)

    assert [done.returncode for done in (clean, *doubtful, wrong)] == [0, 0, 1, 1]


def test_json_names_the_store_of_a_right_program_and_none_of_a_wrong_one(right: Path) -> None:
    good = json.loads(laurel("check", right, "--format", "json").stdout)
    (right / "reactors" / "a.yaml").write_text(WRONG)
    bad = json.loads(laurel("check", right, "--format", "json").stdout)

    assert good == {"store": "DEFAULT", "problems": []}
    assert bad["store"] is None
    assert [problem["severity"] for problem in bad["problems"]] == ["error"]


@pytest.mark.parametrize(
    ("here", "folder", "prefix"),
    [("..", "shop", "shop/"), (".", ".", ""), ("reactors", "..", None), (".", "../shop/reactors/..", "")],
)
def test_annotations_land_on_the_file_from_the_current_folder(
    wrong: Path, here: str, folder: str, prefix: str | None
) -> None:
    done = laurel("check", folder, "--format", "github", cwd=wrong / here)

    start = f"{wrong}/" if prefix is None else prefix
    assert done.stdout.startswith(f"::error file={start}reactors/points-for-purchase.yaml,line=2,col=5,endColumn=12,")


def test_sarif_of_the_command_points_into_the_repository(wrong: Path) -> None:
    done = laurel("check", "shop", "--format", "sarif", cwd=wrong.parent)

    (result,) = json.loads(done.stdout)["runs"][0]["results"]
    location = result["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "shop/reactors/points-for-purchase.yaml"
    assert result["fixes"]


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_name_that_a_terminal_cannot_show_stops_nothing(right: Path, encoding: str) -> None:
    odd = Path(os.fsdecode(os.fsencode(right) + b"\xff\xc5\xbc"))
    right.rename(odd)
    (odd / "program.yaml").write_text(programs.PROGRAM.replace("Coffee shop", '"Café\\e[2J"'))

    done = laurel("check", odd, PYTHONIOENCODING=encoding)

    assert (done.returncode, done.stderr) == (0, "")
    assert "is right" in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("command", "name"),
    [(["deploy"], "pipe.yaml"), (["up", "--program"], "pipe.yaml"), (["up", "--program"], "bad.yaml")],
)
def test_what_check_refuses_every_other_command_refuses_in_the_same_words(
    right: Path, tmp_path: Path, command: list[str], name: str
) -> None:
    if name == "pipe.yaml":
        os.mkfifo(right / "reactors" / name)
    else:
        (right / "reactors" / name).write_bytes(b"[" * 10_000)

    checked = laurel("check", right)
    done = laurel(*command, right, "--data", tmp_path / "data")

    assert done.returncode == 1
    assert done.stdout == checked.stdout
    assert "Traceback" not in done.stderr


SLOW = ("pydantic", "rich", "ulid", "fastapi", "temporalio", "sqlalchemy", "httpx2", "asyncio")


def test_a_check_imports_nothing_that_is_slow_to_import_and_not_needed(right: Path) -> None:
    code = "import sys, cli\ntry: cli.main()\nfinally: print(*sys.modules, file=sys.stderr)"

    done = subprocess.run(
        [sys.executable, "-c", code, "check", right], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )

    assert not set(SLOW) & set(done.stderr.split())
