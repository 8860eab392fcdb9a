"""The files of a new program, and of a new event type in an existing one."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from commands.shared.errors import CommandError
from program_files import Problem, ProgramFaults, check_program, read_folder, read_program

STARTER = Path(__file__).parent / "starter"
"""The folder of a small program that is right and tested."""


class CannotWrite(CommandError):
    """Files that would replace others; the message says which."""


def write_program(folder: Path, *, store: str, title: str, timezone: str) -> list[str]:
    """Write a small program into a folder that is new, or empty but for hidden files; return the paths of its files.

    Raise CannotWrite if the folder holds anything, and ProgramFaults if the store, the title or the time zone is wrong.
    """
    if folder.exists() and not (folder.is_dir() and all(each.name.startswith(".") for each in folder.iterdir())):
        raise CannotWrite(f"{folder} exists already, and is no empty folder: name another one")
    files = dict(read_folder(STARTER))
    settings = files["program.yaml"].decode()
    for old, new in {
        "store: DEFAULT": f"store: {_scalar(store)}",
        "title: My program": f"title: {_scalar(title)}",
        "timezone: UTC": f"timezone: {_scalar(timezone)}",
    }.items():
        settings = settings.replace(f"\n{old}\n", f"\n{new}\n")
    files["program.yaml"] = settings.encode()
    read_program(files)
    _write(folder, files)
    return list(files)


def write_event(folder: Path, name: str, *, title: str) -> str:
    """Write an event type with an example of a body into a program; return the path of its file.

    Raise CannotWrite if the file exists, and ProgramFaults if the program cannot have an event type of this name.
    """
    path = f"events/{name}.yaml"
    if (folder / path).exists():
        raise CannotWrite(f"{folder / path} exists already: edit it, or name another event")
    files = read_folder(folder)
    text = _EVENT.format(name=_scalar(name), title=_scalar(title)).encode()
    known = _errors(files)
    if caused := [each for each in _errors({**files, path: text}) if each not in known]:
        raise ProgramFaults(caused)
    _write(folder, {path: text})
    return path


_EVENT = """\
# yaml-language-server: $schema=../.laurel/event.schema.json
event: {name}
title: {title}
# A JSON Schema: an event that does not fit it is refused, and rules read its fields as event.body.amount.
body:
  type: object
  required: [amount]
  properties:
    amount: {{type: number, minimum: 0}}
"""


def _scalar(text: str) -> str:
    """Return a text as a value of YAML, in quotes unless it is plain words."""
    return text if re.fullmatch(r"[^\W\d][\w/-]*( [\w/-]+)*", text) else json.dumps(text, ensure_ascii=False)


def _errors(files: Mapping[str, bytes]) -> list[Problem]:
    found = check_program(files, now=datetime.now(UTC)).problems
    return [each for each in found if each.severity == "error"]


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        with (folder / path).open("xb") as file:
            file.write(content)
