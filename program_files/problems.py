"""What is wrong with program files: every problem points to its place and, where it can, says the cure."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal, TypeAlias

from loyalty.program.logic import Place

Severity: TypeAlias = Literal["error", "warning"]
"""An error stops a program from being deployed; a warning is told, and stops nothing."""

LONGEST_SHOWN = 60
LONGEST_MESSAGE = 500
MOST_LISTED = 12
MOST_COMPARED = 100_000
"""Names that are compared in search of the one that was meant: after a second of it, nobody reads suggestions."""

MOST_PROBLEMS = 10_000
"""Problems of one reading; after so many, all that is said is that there are more."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong at one place. Codes are stable; `program_files.codes` says what each means."""

    place: Place
    code: str
    message: str
    suggestion: str | None = None
    severity: Severity = "error"
    can_run: bool = False
    """Whether a program that has it could run: then it stops a deploy, and not the reading of what was deployed."""

    def __str__(self) -> str:
        kind = "" if self.severity == "error" else f"{self.severity}: "
        text = f"{self.place}: {kind}{self.code}: {self.message}"
        return text if self.suggestion is None else f"{text}. Did you mean {self.suggestion}?"


class ProgramFaults(Exception):
    """A program that cannot be used; `problems` has every one of every file, in the order of their places."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = in_order(problems)
        super().__init__("\n".join(map(str, self.problems)))


class Unreadable(Exception):
    """A file that is no YAML or JSON from some place on."""

    def __init__(self, place: Place, code: str, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(place, code, message)


@dataclass(slots=True)
class _Spent:
    """What one reading has used of its bounds."""

    compared: int = 0
    noted: Counter[Severity] = field(default_factory=Counter)


class Problems:
    """The problems found so far. Noting one never stops the reading, so that one run finds all of them."""

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self._spent = _Spent()

    def apart(self) -> "Problems":
        """None so far, to be looked at before they are added to these; the same bounds hold for both together."""
        problems = Problems()
        problems._spent = self._spent
        return problems

    def add(
        self, place: Place, code: str, message: str, suggestion: str | None = None, *, can_run: bool = False
    ) -> None:
        """Note an error; `can_run` where all of the program is there in spite of it."""
        self._note(Problem(place, code, _cut(message), suggestion, can_run=can_run))

    def warn(self, place: Place, code: str, message: str, suggestion: str | None = None) -> None:
        """Note what is probably not meant, and yet may be."""
        self._note(Problem(place, code, _cut(message), suggestion, "warning"))

    @property
    def errors(self) -> list[Problem]:
        """What refuses the program."""
        return [problem for problem in self.found if problem.severity == "error"]

    def add_unknown(
        self, place: Place, code: str, what: str, name: str, known: Iterable[str], *, can_run: bool = False
    ) -> None:
        """Note a name that is none of the known ones, with the nearest of those."""
        choices = list(known)
        suggestion = self.nearest(name, choices)
        message = f"{what} {shown(name)} is unknown"
        if suggestion is None and 0 < len(choices) <= MOST_LISTED:
            message = f"{message}: there is {', '.join(choices)}"
        self.add(place, code, message, suggestion, can_run=can_run)

    def nearest(self, name: str, known: Collection[str]) -> str | None:
        """The known name that was probably meant, as long as looking for it is worth the time."""
        self._spent.compared += len(known)
        return nearest(name, known) if self._spent.compared <= MOST_COMPARED else None

    def _note(self, problem: Problem) -> None:
        """Warnings have a bound of their own: however many they are, none keeps an error from being told."""
        severity = problem.severity
        self._spent.noted[severity] += 1
        if self._spent.noted[severity] <= MOST_PROBLEMS:
            self.found.append(problem)
        elif self._spent.noted[severity] == MOST_PROBLEMS + 1:
            message = f"there are more than {MOST_PROBLEMS:,} {severity}s: correct these first"
            self.found.append(Problem(problem.place, "too-many-problems", message, severity=severity))

    def raise_if_any(self) -> None:
        """Raise ProgramFaults where an error was noted."""
        if self.errors:
            raise ProgramFaults(self.errors)


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each problem once, by file, line and column."""
    return tuple(sorted(set(problems), key=_by_place))


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant, or None."""
    names = list(known)
    alike = next((each for each in names if each.lower() == name.lower()), None)
    if alike is not None or len(name) > LONGEST_SHOWN:
        return alike
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    return close[0] if close else None


def shown(text: str) -> str:
    """A piece of a file as a message shows it: on one line, and never long."""
    line = text if text.isprintable() else repr(text)[1:-1]
    return line if len(line) <= LONGEST_SHOWN else f"{line[:LONGEST_SHOWN]}..."


def _cut(message: str) -> str:
    return message if len(message) <= LONGEST_MESSAGE else f"{message[:LONGEST_MESSAGE]}..."


def _by_place(problem: Problem) -> tuple[str, int, int, str, str]:
    place = problem.place
    return place.file, place.line, place.column, problem.code, problem.message
