"""`laurel schema`, as its users call it, and its page."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from commands.schema import FileKind
from program_files import read_contents
from tests.kit import programs
from tests.kit.paths import ROOT
from tests.kit.processes import laurel, write
from workbench.editor import FILE_SCHEMAS

PAGE = (ROOT / "docs" / "editors.md").read_text("utf-8")
COMMENT = re.compile(r"# yaml-language-server: \$schema=(\S+)")


def schema_at(file: Path) -> Any:
    """The schema that the comment in a file names."""
    comment = COMMENT.match(file.read_text("utf-8"))
    assert comment is not None, file
    return json.loads((file.parent / comment[1]).read_text("utf-8"))


def settings_in(printed: str) -> Any:
    """The settings for VS Code that the command prints at its end."""
    return json.loads(printed[printed.index("\n{\n") :])


def test_it_writes_a_schema_for_each_kind_of_file_where_no_reader_and_no_git_looks(tmp_path: Path) -> None:
    folder = write(tmp_path, programs.files())
    before = read_contents(folder)

    done = laurel("schema", folder)

    written = sorted(path.name for path in (folder / ".laurel").iterdir())
    assert (done.returncode, done.stderr) == (0, "")
    assert written == sorted([".gitignore", *(kind.schema_file for kind in FILE_SCHEMAS.values())])
    assert (folder / ".laurel" / ".gitignore").read_text().splitlines()[-1] == "*"
    assert read_contents(folder) == before


def test_the_comments_it_prints_lead_from_each_kind_of_file_to_its_schema(tmp_path: Path) -> None:
    folder = write(tmp_path / "program", programs.files())

    for options in [], ["--out", tmp_path / "schemas" / "of it"]:
        done = laurel("schema", folder, *options)
        found = re.findall(
            r"^  (\S+) +(# yaml-language-server: .*)$", done.stdout.replace("of it", "of%20it"), re.MULTILINE
        )
        assert len(found) == len(FILE_SCHEMAS)
        for pattern, comment in found:
            file = folder / pattern.replace("*", "any")
            path = COMMENT.fullmatch(comment)[1].replace("%20", " ")  # type: ignore[index]  # the pattern found it
            assert (file.parent / path).resolve().is_file()


def test_the_settings_it_prints_name_every_kind_of_file_once(tmp_path: Path) -> None:
    folder = write(tmp_path, programs.files())

    settings = settings_in(laurel("schema", folder).stdout)

    schemas = {f"./.laurel/{kind.schema_file}" for kind in FILE_SCHEMAS.values()}
    assert set(settings["yaml.schemas"]) == schemas
    assert {each["url"] for each in settings["json.schemas"]} == schemas
    assert all((folder / path).is_file() for path in schemas)


def test_one_schema_is_printed_and_nothing_is_written(tmp_path: Path) -> None:
    folder = write(tmp_path, programs.files())

    done = laurel("schema", folder, "--stdout", "reactor")

    names = json.loads(done.stdout)["properties"]["on"]["enum"]
    assert {"purchase", "app_login", "tier_changed"} <= set(names)
    assert not (folder / ".laurel").exists()


def test_a_program_with_mistakes_gets_schemas_and_its_errors_are_printed(tmp_path: Path) -> None:
    files = programs.files(**{"events__app_login": "event: [", "reactors__points-for-purchase": "reactor: ["})

    done = laurel("schema", write(tmp_path, files))

    assert done.returncode == 0
    assert "events/app_login.yaml:2:1: not-yaml" in done.stderr
    assert "1 problem: the schemas are made from everything else" in done.stderr
    assert (tmp_path / ".laurel" / "reactor.schema.json").is_file()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "nowhere is not a folder"),
        (["PROGRAM", "--out", "PROGRAM/program.yaml"], "program.yaml"),
        (["PROGRAM", "--stdout", "reactors"], "reactors"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(tmp_path: Path, arguments: list[str], said: str) -> None:
    folder = str(write(tmp_path, programs.files()))

    done = laurel("schema", *(argument.replace("PROGRAM", folder) for argument in arguments))

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_the_kinds_of_the_option_are_those_there_are() -> None:
    assert list(FileKind) == list(FILE_SCHEMAS)


def test_the_page_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "programs", tmp_path / "programs")
    monkeypatch.chdir(tmp_path)
    (commands,) = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)

    for command in commands.replace("$ ", "").splitlines():
        program, *arguments = command.split()
        if program == "cp":
            shutil.copytree(*arguments[1:])
        else:
            assert laurel(*arguments).returncode == 0
    file = tmp_path / "my-program" / "reactors" / "points-per-purchase.yaml"
    file.write_text(example)
    others = [laurel(*line.split()[1:]).returncode for line in re.findall(r"\| `(laurel schema .*?)` \|", PAGE)]

    schema = jsonschema_rs.Draft7Validator(schema_at(file))
    assert schema.is_valid(yaml.load(example, yaml.BaseLoader))
    assert not schema.is_valid(yaml.load(example.replace("event.body", "member"), yaml.BaseLoader))
    assert others == [0, 0]
    assert laurel("check", "my-program").returncode == 0


def test_every_file_of_the_example_program_names_its_schema(tmp_path: Path) -> None:
    folder = shutil.copytree(ROOT / "programs" / "coffee-shop", tmp_path / "shop")
    laurel("schema", folder)

    titles = {path: schema_at(folder / path)["title"] for path in read_contents(folder).files}

    assert {title for path, title in titles.items() if path.startswith("reactors/")} == {"A reactor"}
    assert set(titles.values()) == {kind.title for kind in FILE_SCHEMAS.values()}
