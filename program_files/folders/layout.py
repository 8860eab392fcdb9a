"""Which files of a folder are a program: their names, and what is probably meant by other names."""

import re
from typing import Final

from loyalty.program.logic import Place
from program_files.text.problems import Problem, shown
from rules.spelling import closest_match

SUFFIXES = (".yaml", ".yml", ".json")
PROGRAM_FILES = tuple(f"program{suffix}" for suffix in SUFFIXES)
FOLDERS = ("events", "reactors", "achievements", "rewards")
TESTS = "tests"

LONGEST_PATH = 200
"""Characters of a file's path inside the folder."""

_SUFFIX: Final = re.compile(r"(\.yaml|\.yml|\.json)(\.txt)?$", re.IGNORECASE)  # some editors add .txt, and hide it
_THING: Final = re.compile(rb"^(reactor|achievement|reward)[ \t]*:", re.MULTILINE)


def is_read(path: str) -> bool:
    """Whether a file is one of a program's, by its path inside the folder."""
    return path in PROGRAM_FILES or ("/" in path and path.split("/")[0] in FOLDERS and path.endswith(SUFFIXES))


def fault_of_name(path: str) -> str | None:
    """Why no file of a program can have a path, if there is a reason: it could not be shown, kept or written."""
    if len(path) > LONGEST_PATH:
        return f"the name is longer than {LONGEST_PATH} characters"
    if not path.isprintable():
        return "the name has a character that cannot be printed"
    if {"", ".", ".."} & set(path.split("/")):
        return "the name is no path inside the folder"
    return None


def bad_name(path: str, fault: str) -> Problem:
    """The problem of a file whose name no file can have."""
    return Problem(Place(shown(path), 1, 1), "bad-file-name", f"{fault}: rename the file")


def stray(path: str, start: bytes) -> Problem | None:
    """What looks like a file of a program, by its path or how it starts, and is not read as one."""
    if is_read(path) or path.startswith(f"{TESTS}/"):
        return None
    *folders, name = path.split("/")
    meant = _SUFFIX.sub(lambda found: found[1].lower(), name)
    if not meant.endswith(SUFFIXES):
        return None
    if not folders:
        return _stray_at_the_top(name, meant, start)
    if folders[0] in FOLDERS:
        return _not_read(path, "/".join((*folders, meant)))
    suggestion = closest_match(folders[0].lower(), (*FOLDERS, TESTS))
    if suggestion is None:
        return None
    message = f"the folder {shown(folders[0])} is not read"
    return Problem(Place(shown(folders[0]), 1, 1), "unknown-folder", message, suggestion, "warning")


def _stray_at_the_top(name: str, meant: str, start: bytes) -> Problem | None:
    if meant.lower() in PROGRAM_FILES:
        return _not_read(name, meant.lower())
    thing = _THING.search(start)
    if thing is not None:
        return _not_read(name, f"{thing[1].decode()}s/{meant}")
    stem = meant.split(".")[0].lower()
    if meant.endswith(".json"):  # as likely a sample: event.json
        return None
    folder = closest_match(stem, ("program", *FOLDERS))
    if folder is None:
        return None
    return _not_read(name, PROGRAM_FILES[0] if folder == "program" else f"{folder}/{meant}")


def _not_read(path: str, meant: str) -> Problem:
    message = "the file is not read: it is no file of a program by its place and name"
    return Problem(Place(shown(path), 1, 1), "not-read", message, shown(meant), "warning")
