"""The problems of a check, the files that they are in, and the folder of the files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from loyalty.program.logic import Place
from program_files import Problem
from workbench.cures import Lines


@dataclass(frozen=True)
class Findings:
    """The problems of one folder, with the texts of its files."""

    root: str
    """The folder's path, relative to the current folder if it is inside it, else absolute."""
    problems: Sequence[Problem]
    files: Mapping[str, bytes]

    def path(self, place: Place) -> str:
        """Return the path of a problem's file, relative to the current folder."""
        return place.file if self.root == "." else f"{self.root.rstrip('/')}/{place.file}"

    @cached_property
    def lines(self) -> Lines:
        """The lines of the files."""
        return Lines(self.files)


def message_of(problem: Problem) -> str:
    """Return the message of a problem, with its suggestion."""
    return problem.message if problem.suggestion is None else f"{problem.message}. Did you mean {problem.suggestion}?"
