"""The problems of a check, the files that they are in, and the folder of the files."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final

from loyalty.program.logic import Place
from program_files import Problem

_BREAK: Final = re.compile(r"\r\n|[\r\n]")
_WORD: Final = re.compile(r"[\w.$#/+-]+")
_QUOTED: Final = re.compile(r"""(["'])([\w.$#/+-]+)\1""")


@dataclass(frozen=True, slots=True)
class Token:
    """A word in a line, without its quotes; columns count characters from 1, and `end` is the first column after it."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Findings:
    """The problems of one folder, with the texts of its files."""

    root: str
    """The folder's path, relative to the current folder if it is inside it, else absolute."""
    problems: Sequence[Problem]
    files: Mapping[str, bytes]
    _lines: dict[str, list[str]] = field(default_factory=dict)

    def path(self, place: Place) -> str:
        """The path of a problem's file, relative to the current folder."""
        return place.file if self.root == "." else f"{self.root.rstrip('/')}/{place.file}"

    def token(self, place: Place) -> Token | None:
        """The word at a source position; None if there is not exactly one."""
        lines = self._lines_of(place.file)
        line = lines[place.line - 1] if place.line <= len(lines) else ""
        start = place.column - 1
        quoted, word = _QUOTED.match(line, start), _WORD.match(line, start)
        if quoted is not None:
            return Token(quoted[2], place.column + 1, place.column + 1 + len(quoted[2]))
        return None if word is None else Token(word[0], place.column, place.column + len(word[0]))

    def replaced_token(self, problem: Problem) -> Token | None:
        """The word that a problem's suggestion replaces; None if it cannot be replaced as it is."""
        token, suggestion = self.token(problem.place), problem.suggestion
        if token is None or suggestion is None or token.text not in problem.message:
            return None
        is_near = _WORD.fullmatch(suggestion) and get_close_matches(token.text, [suggestion])
        return token if is_near else None

    def _lines_of(self, file: str) -> list[str]:
        if file not in self._lines:
            text = self.files.get(file, b"").decode("utf-8-sig", errors="replace")
            self._lines[file] = text.split("\n") if file.endswith(".json") else _BREAK.split(text)
        return self._lines[file]


def message_of(problem: Problem) -> str:
    """The message of a problem, with its suggestion."""
    return problem.message if problem.suggestion is None else f"{problem.message}. Did you mean {problem.suggestion}?"
