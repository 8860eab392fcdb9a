"""The words at the places of problems, and the cures that can be applied directly."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final

from loyalty.program.logic import Place
from program_files.text.problems import Problem

_BREAK: Final = re.compile(r"\r\n|[\r\n]")
_WORD: Final = re.compile(r"[\w.$#/+-]+")
_MORE_WORDS: Final = re.compile(r" +\w")
_QUOTED: Final = re.compile(r"""(["'])([\w.$#/+-]+)\1""")


@dataclass(frozen=True, slots=True)
class Token:
    """A word in a line, without its quotes; columns count characters from 1, and `end` is the first column after it."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Cure:
    """A word of a line to be replaced by a text; columns as those of a Token."""

    line: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of files, by their paths."""

    files: Mapping[str, bytes]
    _lines: dict[str, list[str]] = field(default_factory=dict)

    def token(self, place: Place) -> Token | None:
        """Return the word at a source position; None if there is not exactly one."""
        lines = self._lines_of(place.file)
        line = lines[place.line - 1] if place.line <= len(lines) else ""
        start = place.column - 1
        quoted, word = _QUOTED.match(line, start), _WORD.match(line, start)
        if quoted is not None:
            return Token(quoted[2], place.column + 1, place.column + 1 + len(quoted[2]))
        return None if word is None else Token(word[0], place.column, place.column + len(word[0]))

    def cure(self, problem: Problem) -> Cure | None:
        """Return the cure of a problem; None if its suggestion cannot be applied directly."""
        token, suggestion = self.token(problem.place), problem.suggestion
        if token is None or suggestion is None or token.text not in problem.message:
            return None
        if suggestion == token.text:  # without its quotes
            return Cure(problem.place.line, token.start - 1, token.end + 1, suggestion)
        if self._goes_on(problem.place, token):
            return None
        is_near = _WORD.fullmatch(suggestion) and get_close_matches(token.text, [suggestion])
        return Cure(problem.place.line, token.start, token.end, suggestion) if is_near else None

    def _goes_on(self, place: Place, token: Token) -> bool:
        """Return whether a word is the first of several of one value, as in `7 days`."""
        return _MORE_WORDS.match(self._lines_of(place.file)[place.line - 1], token.end - 1) is not None

    def _lines_of(self, file: str) -> list[str]:
        if file not in self._lines:
            text = self.files.get(file, b"").decode("utf-8-sig", errors="replace")
            self._lines[file] = text.split("\n") if file.endswith(".json") else _BREAK.split(text)
        return self._lines[file]


def apply(text: str, cure: Cure) -> str:
    """Return the text of a file with a cure applied; a text without that place is returned unchanged."""
    breaks = [0, *(found.end() for found in _BREAK.finditer(text))]
    if not 1 <= cure.line <= len(breaks):
        return text
    start = breaks[cure.line - 1]
    return text[: start + cure.start - 1] + cure.text + text[start + cure.end - 1 :]
