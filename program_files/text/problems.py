"""Problems of program files: each has a place in a file and, where one is known, a suggestion."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from loyalty.program.logic import Place
from rules.spelling import closest_match

Severity: TypeAlias = Literal["error", "warning", "note"]
"""An error stops a program from being deployed; a warning, which is probably a mistake, does not.

A note is no mistake: it may apply today, and not yesterday.
"""

LONGEST_SHOWN = 60
LONGEST_MESSAGE = 500
MOST_LISTED = 12
MOST_COMPARED = 100_000
"""The most names that one reading compares for suggestions, which takes about a second."""

MOST_CHECKED = 2_000_000
"""The most parts of rules that one reading checks, those in loops as often as visited, which takes some seconds."""

MOST_PROBLEMS = 10_000
"""The most problems that one reading notes; one more says that there are others."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong at one place. Codes are stable; `program_files.codes` says what each means."""

    place: Place
    code: str
    message: str
    suggestion: str | None = None
    severity: Severity = "error"
    can_run: bool = False
    """Whether a program with this problem can run: it stops a deploy, but not the reading of a deployed revision."""

    def __str__(self) -> str:
        kind = "" if self.severity == "error" else f"{self.severity}: "
        text = f"{self.place}: {kind}{self.code}: {self.message}"
        return text if self.suggestion is None else f"{text}. Did you mean {self.suggestion}?"


class ProgramFaults(Exception):
    """A program cannot be used; `problems` has all problems of all files, in the order of their places."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = in_order(problems)
        super().__init__("\n".join(map(str, self.problems)))


class Unreadable(Exception):
    """A file is not valid YAML or JSON."""

    def __init__(self, place: Place, code: str, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(place, code, message)


@dataclass(slots=True)
class _Usage:
    """How much one reading has used of its bounds."""

    compared: int = 0
    checked: int = 0
    noted: Counter[Severity] = field(default_factory=Counter)


class Problems:
    """Collects the problems of one reading; noting one never stops the reading, so that one run finds all of them."""

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self._usage = _Usage()

    def separate(self) -> "Problems":
        """Return an empty list, to be filtered before it is added to this one; both share the same bounds."""
        problems = Problems()
        problems._usage = self._usage
        return problems

    def add(
        self, place: Place, code: str, message: str, suggestion: str | None = None, *, can_run: bool = False
    ) -> None:
        """Note an error; `can_run` if the program can run in spite of it."""
        self._note(Problem(place, code, _cut(message), suggestion, can_run=can_run))

    def warn(self, place: Place, code: str, message: str, suggestion: str | None = None) -> None:
        """Note a warning: what is probably a mistake."""
        self._note(Problem(place, code, _cut(message), suggestion, "warning"))

    def remark(self, place: Place, code: str, message: str) -> None:
        """Add a note: what is no mistake, such as what depends on the day of the check."""
        self._note(Problem(place, code, _cut(message), severity="note"))

    @property
    def errors(self) -> list[Problem]:
        """The problems for which the program is refused."""
        return [problem for problem in self.found if problem.severity == "error"]

    def add_unknown(
        self, place: Place, code: str, what: str, name: str, known: Iterable[str], *, can_run: bool = False
    ) -> None:
        """Note an unknown name, with the most similar known name."""
        choices = list(known)
        suggestion = self.nearest(name, choices)
        message = f"{what} {shown(name)} is unknown"
        if suggestion is None and 0 < len(choices) <= MOST_LISTED:
            message = f"{message}: there is {', '.join(choices)}"
        self.add(place, code, message, suggestion, can_run=can_run)

    def nearest(self, name: str, known: Collection[str]) -> str | None:
        """Return the most similar known name; None if none is similar, or after too many comparisons."""
        self._usage.compared += len(known)
        if self._usage.compared > MOST_COMPARED or len(name) > LONGEST_SHOWN:
            return None
        return closest_match(name, known, most_compared=MOST_COMPARED)

    def count_checked(self, parts: int) -> None:
        """Count parts of rules that were checked."""
        self._usage.checked += parts

    @property
    def is_checking_too_much(self) -> bool:
        """Whether too many parts of rules were checked, so that further rules are skipped."""
        return self._usage.checked > MOST_CHECKED

    def _note(self, problem: Problem) -> None:
        """Errors and warnings have separate bounds, so that many warnings hide no error."""
        severity = problem.severity
        self._usage.noted[severity] += 1
        if self._usage.noted[severity] <= MOST_PROBLEMS:
            self.found.append(problem)
        elif self._usage.noted[severity] == MOST_PROBLEMS + 1:
            message = f"there are more than {MOST_PROBLEMS:,} {severity}s: correct these first"
            self.found.append(Problem(problem.place, "too-many-problems", message, severity=severity))

    def raise_if_any(self) -> None:
        """Raise ProgramFaults if an error was noted."""
        if self.errors:
            raise ProgramFaults(self.errors)


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each problem once, by file, line and column."""
    return tuple(sorted(set(problems), key=_by_place))


def shown(text: str) -> str:
    """Return a text of a file as messages show it: on one line, and cut if it is long."""
    line = text if text.isprintable() else repr(text)[1:-1]
    return line if len(line) <= LONGEST_SHOWN else f"{line[:LONGEST_SHOWN]}..."


def _cut(message: str) -> str:
    return message if len(message) <= LONGEST_MESSAGE else f"{message[:LONGEST_MESSAGE]}..."


def _by_place(problem: Problem) -> tuple[str, int, int, str, str]:
    place = problem.place
    return place.file, place.line, place.column, problem.code, problem.message
