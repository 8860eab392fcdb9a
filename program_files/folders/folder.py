"""The folder of a program, read from disk, and the hash of its content.

Reading is bounded in files, folders and bytes, and opens regular files only.
"""

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import NoReturn

from loyalty.program.logic import Place
from program_files.folders.layout import FOLDERS, SUFFIXES, TESTS, bad_name, fault_of_name, is_read, stray
from program_files.text.problems import Problem, Problems, ProgramFaults, in_order, shown
from program_files.text.text import LARGEST_FILE, fault_of

MOST_FILES = 5_000
LARGEST_PROGRAM = 8 * LARGEST_FILE
MOST_ENTRIES = 50_000
"""The most names of files and folders that are examined, including those that are not read."""

DEEPEST_FOLDER = 20
_START = 4096
_READ = (*FOLDERS, TESTS)


@dataclass(frozen=True, slots=True)
class Contents:
    """The program files of a folder, by their paths inside it, in order."""

    files: Mapping[str, bytes]
    unread: tuple[str, ...]
    """Files and folders of the program that cannot be read."""
    problems: tuple[Problem, ...]
    is_whole: bool
    """False if the folder could not be read as a whole, so that the program is not checked."""


def read_folder(path: Path) -> dict[str, bytes]:
    """Return the program's files by path inside the folder, in order, its tests among them.

    Hidden files and all other files are ignored, and the content of tests is not checked. Raise ProgramFaults if a file
    cannot be read, or a test is not a text.
    """
    contents = read_contents(path)
    unreadable = [
        problem for name, content in only_tests(contents.files).items() if (problem := fault_of(name, content))
    ]
    errors = [problem for problem in (*contents.problems, *unreadable) if problem.severity == "error"]
    if errors:
        raise ProgramFaults(errors)
    return dict(contents.files)


def only_tests(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the tests among the files of a program."""
    return {path: content for path, content in files.items() if path.startswith(f"{TESTS}/")}


def read_contents(path: Path) -> Contents:
    """Return the program files and tests of a folder.

    Problems are noted for what cannot be read, and for files that look like program files and are not read.
    """
    return _Reading(path).contents()


def revision_hash(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 hash of all names and contents, in the order of names."""
    whole = sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            whole.update(len(part).to_bytes(8, "big"))
            whole.update(part)
    return whole.hexdigest()


class _Stop(Exception):
    """The folder cannot be read further."""


class _Reading:
    def __init__(self, root: Path) -> None:
        self._root = root
        self._entries = 0
        self._bytes = 0
        self._unread: list[str] = []
        self._problems = Problems()

    def contents(self) -> Contents:
        files: dict[str, bytes] = {}
        try:
            for path in self._paths():
                content = self._content(path)
                if content is None:
                    self._unread.append(path)
                else:
                    files[path] = content
        except _Stop:
            return Contents({}, (), in_order(self._problems.found), is_whole=False)
        return Contents(files, tuple(self._unread), in_order(self._problems.found), is_whole=True)

    def _paths(self) -> list[str]:
        """Return every file of the program, in order."""
        here = self._root.name or str(self._root)
        try:
            if not stat.S_ISDIR(self._root.stat().st_mode):
                raise NotADirectoryError
        except (FileNotFoundError, NotADirectoryError):
            self._stop(here, "missing-folder", "there is no such folder")
        except OSError as error:
            self._stop(here, "unreadable-file", f"the folder cannot be read: {error.strerror}")
        paths = sorted(self._names())
        if len(paths) > MOST_FILES:
            message = f"a program has at most {MOST_FILES:,} files, this folder {len(paths):,}"
            self._stop(here, "too-many-files", message)
        return paths

    def _names(self) -> Iterator[str]:
        for name, is_folder in self._listed(""):
            if name in _READ:
                yield from self._names_in(name)
            elif is_read(name):
                yield name
            elif is_folder:
                self._note(self._stray_folder(name))
            else:
                self._note(stray(name, self._start(name)))

    def _names_in(self, folder: str) -> Iterator[str]:
        """Yield the files of the program in one of its folders."""
        waiting = [folder]
        while waiting:
            within = waiting.pop()
            if within.count("/") >= DEEPEST_FOLDER:
                self._stop(within, "too-many-files", f"folders are nested more than {DEEPEST_FOLDER} deep")
            for name, is_folder in self._listed(within):
                path = f"{within}/{name}"
                if is_folder and name.endswith(SUFFIXES):
                    self._cannot_be_read("file", path, "it is a folder")
                elif is_folder and (self._root / path).is_symlink():
                    message = "links to folders are not followed: put the files here"
                    self._problems.warn(_place(path), "not-read", message)
                elif is_folder:
                    waiting.append(path)
                elif name.endswith(SUFFIXES):
                    yield path
                else:
                    self._note(stray(path, b""))

    def _listed(self, folder: str) -> list[tuple[str, bool]]:
        """Return the names in a folder that are not hidden, in order, each with whether it is a folder."""
        listed: list[tuple[str, bool]] = []
        try:
            with os.scandir(self._root / folder) as entries:
                for entry in entries:
                    self._count(folder)
                    if not entry.name.startswith("."):
                        listed.append((entry.name, _is_folder(entry)))
        except OSError as error:
            if not folder:
                self._stop(self._root.name, "unreadable-file", f"the folder cannot be read: {error.strerror}")
            self._cannot_be_read("folder", folder, error.strerror)
            if folder.split("/")[0] in _READ:
                self._unread.append(folder)
        return sorted(listed)

    def _count(self, folder: str) -> None:
        self._entries += 1
        if self._entries > MOST_ENTRIES:
            message = f"the folder holds more than {MOST_ENTRIES:,} files and folders"
            self._stop(folder or self._root.name, "too-many-files", message)

    def _stray_folder(self, folder: str) -> Problem | None:
        """Return a warning of a folder with a name like a program's folder that holds YAML or JSON files."""
        problem = stray(f"{folder}/x.yaml", b"")
        if problem is None or not any(name.endswith(SUFFIXES) for name, _ in self._listed(folder)):
            return None
        return problem

    def _start(self, name: str) -> bytes:
        """Return the first bytes of a file that is not a program file."""
        try:
            return _read(self._root / name, _START)
        except OSError:  # the file is not part of the program
            return b""

    def _content(self, path: str) -> bytes | None:
        """Return the bytes of a file, at most one more than is allowed; None, and a problem, if it cannot be read."""
        fault = fault_of_name(path)
        if fault is not None:
            self._note(bad_name(path, fault))
            return None
        if self._bytes > LARGEST_PROGRAM:
            return None
        try:
            content = _read(self._root / path, LARGEST_FILE + 1)
        except OSError as error:
            self._cannot_be_read("file", path, error.strerror)
            return None
        self._bytes += len(content)
        if self._bytes > LARGEST_PROGRAM:
            message = f"the files of a program have at most {LARGEST_PROGRAM // 2**20} MiB, and more with this one"
            self._problems.add(_place(path), "too-large", message)
            return None
        return content

    def _cannot_be_read(self, what: str, path: str, reason: str | None) -> None:
        self._problems.add(_place(path), "unreadable-file", f"the {what} cannot be read: {reason}")

    def _note(self, problem: Problem | None) -> None:
        if problem is not None:
            self._problems.found.append(problem)

    def _stop(self, path: str, code: str, message: str) -> NoReturn:
        self._problems.add(_place(path), code, message)
        raise _Stop


def _place(path: str) -> Place:
    return Place(path if fault_of_name(path) is None else shown(path), 1, 1)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself, of which reading notes a problem
        return False


def _read(path: Path, most: int) -> bytes:
    """Return at most `most` bytes of a regular file; raise OSError for anything else, without waiting for a pipe."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(None, "it is not an ordinary file")
        return file.read(most)
