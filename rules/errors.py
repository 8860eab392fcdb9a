"""What can be wrong with a rule.

RuleError                the rule, or what it was given, is refused; it carries every fault found
├── TooMuchWork          the rule is well formed, but its evaluation passed a bound
└── MalformedJson        a JSON text that is not JSON, or that no exact value can hold
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong at one place; `code` is stable, `suggestion` is what was probably meant."""

    code: str
    path: Path
    message: str
    suggestion: str | None = None

    def __str__(self) -> str:
        return self.message if self.suggestion is None else f"{self.message}. Did you mean {self.suggestion}?"


class RuleError(Exception):
    """A rule is refused; `faults` says where and why, every fault at once."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(str(fault) for fault in faults))
        self.faults = faults


class TooMuchWork(RuleError):
    """An evaluation passed its bound on steps or on the size of what it makes."""

    def __init__(self, message: str = "the rule needs more work than one evaluation may take") -> None:
        super().__init__(Fault("too_much_work", (), message))


class MalformedJson(RuleError, ValueError):
    """A text is not JSON, or holds a number or nesting outside the exact bounds."""

    def __init__(self, message: str) -> None:
        super().__init__(Fault("malformed_json", (), message))


MOST_COMPARED = 300
"""Names that are compared letter by letter; among more, only a single slip is found, which costs far less."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant, or None."""
    names = list(known)
    alike = next((each for each in names if each.lower() == name.lower()), None)
    if alike is not None:
        return alike
    slips = [each for each in names if is_slip(name, each)]
    if len(slips) == 1 or len(names) > MOST_COMPARED:
        return slips[0] if slips else None
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    return close[0] if close else None


def is_slip(said: str, meant: str) -> bool:
    """Whether one letter is wrong, too many, missing, or two are swapped."""
    if abs(len(said) - len(meant)) > 1 or said == meant:
        return False
    start = 0
    while said[start : start + 1] == meant[start : start + 1]:
        start += 1
    one, other = said[start:], meant[start:]
    swapped = one[:2] == other[1::-1] and one[2:] == other[2:]
    return swapped or one[1:] == other or one == other[1:] or one[1:] == other[1:]
