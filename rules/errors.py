"""What can be wrong with a rule.

RuleError                the rule, or what it was given, is refused; it carries every fault found
├── TooMuchWork          the rule is well formed, but its evaluation passed a bound
└── MalformedJson        a JSON text that is not JSON, or that no exact value can hold
"""

from dataclasses import dataclass
from typing import TypeAlias

JsonPath: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong at one place; `code` is stable, `suggestion` is what was probably meant."""

    code: str
    path: JsonPath
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
