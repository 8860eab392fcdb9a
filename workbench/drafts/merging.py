"""The program that a draft makes of a revision, and its conflicts with another revision. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal, TypeAlias

Texts: TypeAlias = Mapping[str, str]
"""Texts of files by their paths."""
Changes: TypeAlias = Mapping[str, str | None]
"""The texts of the files that a draft changes, by their paths; None for a file that is removed."""
ChangeKind: TypeAlias = Literal["none", "added", "changed", "removed"]

NO_FILE = ""
"""The version of a missing file."""


@dataclass(frozen=True, slots=True)
class FileConflict:
    """A file that a draft and another revision changed differently. A text is None where there is no such file."""

    path: str
    base: str | None
    in_force: str | None
    draft: str | None


def version_of(text: str | None) -> str:
    """Return the version of a text, by which an editor says which one it has seen: a hash of the text."""
    return NO_FILE if text is None else sha256(text.encode()).hexdigest()[:32]


def with_changes(base: Texts, changes: Changes) -> dict[str, str]:
    """Return the files of a revision with the changes of a draft, in the order of their paths."""
    whole = {**base, **changes}
    return {path: text for path, text in sorted(whole.items()) if text is not None}


def change_of(base: str | None, text: str | None) -> ChangeKind:
    """Return the kind of change of a file."""
    if base == text:
        return "none"
    if base is None:
        return "added"
    return "removed" if text is None else "changed"


def conflicts(base: Texts, in_force: Texts, changes: Changes) -> Sequence[FileConflict]:
    """Return the files of a draft on `base` whose text in the revision in force differs from both."""
    return [
        FileConflict(path, base.get(path), in_force.get(path), text)
        for path, text in sorted(changes.items())
        if in_force.get(path) not in (base.get(path), text)
    ]
