"""`laurel schema`."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.shared.exits import fail
from commands.shared.options import Folder

if TYPE_CHECKING:
    from workbench.editor import FileSchema, Vocabulary

HIDDEN = ".laurel"
"""The folder for schemas in a program; the reader of programs skips hidden folders."""


class FileKind(StrEnum):
    """The kinds of program files; a test compares them with those of the editor schemas."""

    program = "program"
    event = "event"
    reactor = "reactor"
    achievement = "achievement"
    reward = "reward"
    test = "test"


Out = Annotated[
    Path | None, typer.Option("--out", help="The folder to write the schemas to.", show_default=f"DIR/{HIDDEN}")
]
Stdout = Annotated[
    FileKind | None, typer.Option("--stdout", help="Print the schema of one kind of file instead of writing files.")
]


def schema(folder: Folder, out: Out = None, stdout: Stdout = None) -> None:
    """Write a JSON Schema for each kind of file, so that editors complete and check a program."""
    from workbench.editor import FILE_SCHEMAS, schema_of

    vocabulary = _vocabulary(folder)
    if stdout is not None:
        print(json.dumps(schema_of(FILE_SCHEMAS[stdout], vocabulary), indent=2, ensure_ascii=False))
        return
    to = out or folder / HIDDEN
    schemas = {kind.schema_file: schema_of(kind, vocabulary) for kind in FILE_SCHEMAS.values()}
    try:
        _write(to, schemas, hidden=out is None)
    except OSError as error:
        fail(f"{error.filename or to}: {error.strerror or error}")
    print(f"{to}: {len(schemas)} schemas, of {', '.join(FILE_SCHEMAS)}")
    for line in _editor_settings(folder, to, FILE_SCHEMAS):
        print(line)


def _vocabulary(folder: Path) -> "Vocabulary":
    """Return the names that a program defines, despite errors elsewhere; print the errors that hide names."""
    from commands.shared.problem_text import problem_count, problem_lines
    from program_files import read_contents
    from workbench.editor import read_vocabulary

    contents = read_contents(folder)
    if any(problem.code == "missing-folder" for problem in contents.problems):
        fail(f"{folder} is not a folder: name the one that holds program.yaml")
    vocabulary, problems = read_vocabulary(contents.files, unread=contents.unread)
    errors = [problem for problem in (*contents.problems, *problems) if problem.severity == "error"]
    for line in problem_lines(errors):
        print(line, file=sys.stderr)
    if errors:
        print(f"{problem_count(errors)}: the schemas are made from everything else", file=sys.stderr)
    return vocabulary


def _write(folder: Path, schemas: Mapping[str, Any], *, hidden: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, made in schemas.items():
        (folder / name).write_text(json.dumps(made, ensure_ascii=False) + "\n", "utf-8")
    if hidden:
        (folder / ".gitignore").write_text("# `laurel schema` makes these files of the program.\n*\n", "utf-8")


def _editor_settings(folder: Path, to: Path, kinds: Mapping[str, "FileSchema"]) -> Iterator[str]:
    yield "\nThe first line of a YAML file, for any editor:"
    for kind in kinds.values():
        path = Path(os.path.relpath(to / kind.schema_file, folder / kind.folder)).as_posix()
        yield f"  {kind.example:20} # yaml-language-server: $schema={path}"
    yield f"\nOr once for all files, JSON too, in .vscode/settings.json where {folder} is what VS Code opens:"
    files = {Path(os.path.relpath(to / kind.schema_file, folder)).as_posix(): kind.files for kind in kinds.values()}
    yaml = [f'    "./{path}": ["/{name}.yaml", "/{name}.yml"]' for path, name in files.items()]
    json = [f'    {{"url": "./{path}", "fileMatch": ["/{name}.json"]}}' for path, name in files.items()]
    yield '{\n  "yaml.schemas": {\n' + ",\n".join(yaml) + "\n  },"
    yield '  "json.schemas": [\n' + ",\n".join(json) + "\n  ]\n}"
