"""A program's folder: which of its files are the program, and the hash that tells revisions apart."""

import os
import stat
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from loyalty.files.problems import Problems, nearest
from loyalty.files.text import LARGEST_FILE
from loyalty.program import Place

SUFFIXES = (".yaml", ".yml", ".json")
PROGRAM_FILES = tuple(f"program{suffix}" for suffix in SUFFIXES)
FOLDERS = ("events", "reactors", "achievements", "rewards")
TESTS = "tests"


def read_folder(path: Path) -> dict[str, bytes]:
    """The program's files by path inside the folder, in order; raise ProgramFaults where any is unreadable.

    Hidden files, tests and whatever else lies there are left alone.
    """
    problems = Problems()
    if not path.is_dir():
        problems.add(Place(path.name or str(path), 1, 1), "missing-folder", f"{path} is no folder")
        problems.raise_if_any()
    files: dict[str, bytes] = {}
    for name in sorted(_names(path, problems)):
        content = _content(path, name, problems)
        if content is not None:
            files[name] = content
    problems.raise_if_any()
    return files


def revision_hash(files: Mapping[str, bytes]) -> str:
    """The same for the same files, whatever their order; another when a name or a byte differs."""
    whole = sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            whole.update(len(part).to_bytes(8, "big"))
            whole.update(part)
    return whole.hexdigest()


def _names(root: Path, problems: Problems) -> Iterator[str]:
    for entry in sorted(path.name for path in root.iterdir()):
        if entry in PROGRAM_FILES:
            yield entry
        elif entry in FOLDERS:
            yield from _names_in(root, entry)
        elif entry != TESTS and _has_files(root, entry):
            suggestion = nearest(entry, FOLDERS)
            if suggestion is not None:
                message = f"the folder {entry} is not read"
                problems.add(Place(entry, 1, 1), "unknown-folder", message, suggestion)


def _has_files(root: Path, folder: str) -> bool:
    return (root / folder).is_dir() and not folder.startswith(".") and any(_names_in(root, folder))


def _names_in(root: Path, folder: str) -> Iterator[str]:
    for parent, folders, names in os.walk(root / folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            if name.endswith(SUFFIXES) and not name.startswith("."):
                yield (Path(parent) / name).relative_to(root).as_posix()


def _content(root: Path, name: str, problems: Problems) -> bytes | None:
    """A file's bytes, cut where it is too large anyway; None, and a problem, where it cannot be read."""
    path = root / name
    try:
        # A pipe must not be opened: it would be waited on for ever.
        if stat.S_ISREG(path.stat().st_mode):
            with path.open("rb") as file:
                return file.read(LARGEST_FILE + 1)
        reason: str | None = "it is no ordinary file"
    except OSError as error:
        reason = error.strerror
    problems.add(Place(name, 1, 1), "unreadable-file", f"the file cannot be read: {reason}")
    return None
