"""What `laurel pull` does to each file of a folder: a three-way merge by whole files.

The folder, the program in force, and what they have in common: the files of the revision that the folder was last
pulled from. A file that both sides changed is a conflict, and then nothing is written.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import TypeAlias

from program_files.folders.folder import only_tests

Files: TypeAlias = Mapping[str, bytes]
"""The content of files by their paths inside the folder."""


@dataclass(frozen=True, slots=True)
class Merge:
    """The changes of a folder; paths are in order."""

    write: Files = field(default_factory=dict)
    """New and changed files, with their content in the program in force."""
    delete: tuple[str, ...] = ()
    """Files that the program in force does not have any more."""
    keep: tuple[str, ...] = ()
    """Files that only the folder changed."""
    conflicts: tuple[str, ...] = ()
    """Files that both sides changed."""


def merge(folder: Files, in_force: Files, common: Files) -> Merge:
    """Return how a folder takes over the program in force without losing its own changes since `common`."""
    write: dict[str, bytes] = {}
    delete, keep, conflicts = [], [], []
    without = _tests_left_out(folder, in_force)
    for path in sorted({*folder, *in_force}):
        mine, theirs, before = folder.get(path), in_force.get(path), common.get(path)
        if mine == theirs or (theirs is None and path in without):
            continue
        if theirs == before:
            keep.append(path)
        elif mine != before:
            conflicts.append(path)
        elif theirs is None:
            delete.append(path)
        else:
            write[path] = theirs
    return Merge(write, tuple(delete), tuple(keep), tuple(conflicts))


def overwrite(folder: Files, in_force: Files) -> Merge:
    """Return how a folder becomes the program in force, discarding its own changes."""
    write = {path: content for path, content in sorted(in_force.items()) if folder.get(path) != content}
    gone = {*folder} - {*in_force} - _tests_left_out(folder, in_force)
    return Merge(write, tuple(sorted(gone)))


def _tests_left_out(folder: Files, in_force: Files) -> Set[str]:
    """Return the tests of a folder, if the program in force has none: older deploys omitted them."""
    return {*only_tests(folder)} if not only_tests(in_force) else set()
