"""Which files of a folder are program files, and which names are probably mistakes."""

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
_DECLARATION: Final = re.compile(rb"^(reactor|achievement|reward)[ \t]*:", re.MULTILINE)


def is_read(path: str) -> bool:
    """Return whether a file is a program file, by its path inside the folder."""
    return path in PROGRAM_FILES or ("/" in path and path.split("/")[0] in FOLDERS and path.endswith(SUFFIXES))


def fault_of_name(path: str) -> str | None:
    """Return why a path is not allowed; None if it is."""
    if len(path) > LONGEST_PATH:
        return f"the name is longer than {LONGEST_PATH} characters"
    if not path.isprintable():
        return "the name has a character that cannot be printed"
    if {"", ".", ".."} & set(path.split("/")):
        return "the name is not a path inside the folder"
    return None


def bad_name(path: str, fault: str) -> Problem:
    """Return the problem of a file with a name that is not allowed."""
    return Problem(Place(shown(path), 1, 1), "bad-file-name", f"{fault}: rename the file")


def stray(path: str, start: bytes) -> Problem | None:
    """Return a warning for an ignored file that looks like a program file, by its path or its first bytes."""
    if is_read(path) or path.startswith(f"{TESTS}/"):
        return None
    *folders, name = path.split("/")
    corrected = _SUFFIX.sub(lambda found: found[1].lower(), name)
    if not corrected.endswith(SUFFIXES):
        return None
    if not folders:
        return _stray_at_the_top(name, corrected, start)
    if folders[0] in FOLDERS:
        return _not_read(path, "/".join((*folders, corrected)))
    suggestion = closest_match(folders[0].lower(), (*FOLDERS, TESTS))
    if suggestion is None:
        return None
    message = f"the folder {shown(folders[0])} is not read"
    return Problem(Place(shown(folders[0]), 1, 1), "unknown-folder", message, suggestion, "warning")


def _stray_at_the_top(name: str, corrected: str, start: bytes) -> Problem | None:
    if corrected.lower() in PROGRAM_FILES:
        return _not_read(name, corrected.lower())
    declaration = _DECLARATION.search(start)
    if declaration is not None:
        return _not_read(name, f"{declaration[1].decode()}s/{corrected}")
    stem = corrected.split(".")[0].lower()
    if corrected.endswith(".json"):  # probably sample data, such as event.json
        return None
    folder = closest_match(stem, ("program", *FOLDERS))
    if folder is None:
        return None
    return _not_read(name, PROGRAM_FILES[0] if folder == "program" else f"{folder}/{corrected}")


def _not_read(path: str, corrected: str) -> Problem:
    message = "the file is not read: its folder or name is not that of a program file"
    return Problem(Place(shown(path), 1, 1), "not-read", message, shown(corrected), "warning")
