"""Errors of rules.

RuleError                the rule or its data is refused; carries every fault found
├── TooMuchWork          the rule is valid, but its evaluation exceeded a bound
├── TooMuchWorkTogether  the evaluations of several rules exceeded the bound that they share
└── MalformedJson        a text is not JSON, or has a number that cannot be exact
"""

from dataclasses import dataclass
from typing import TypeAlias

JsonPath: TypeAlias = tuple[str | int, ...]
"""Keys and indexes from the root of a JSON value to one of its parts."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a rule at a path; `code` is stable, `suggestion` is the likely correction."""

    code: str
    path: JsonPath
    message: str
    suggestion: str | None = None

    def __str__(self) -> str:
        return self.message if self.suggestion is None else f"{self.message}. Did you mean {self.suggestion}?"


class RuleError(Exception):
    """A rule is refused; `faults` lists every fault."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(str(fault) for fault in faults))
        self.faults = faults


class TooMuchWork(RuleError):
    """An evaluation exceeded its bound on steps or on the size of its result."""

    def __init__(self, message: str = "the rule needs more work than one evaluation may take") -> None:
        super().__init__(Fault("too_much_work", (), message))


class TooMuchWorkTogether(RuleError):
    """Several evaluations exceeded the steps that they may take together."""

    def __init__(self, most: int) -> None:
        super().__init__(Fault("too_much_work", (), f"the rules need more than {most:,} steps together"))
        self._most = most

    def __reduce__(self) -> tuple[type["TooMuchWorkTogether"], tuple[int]]:
        return TooMuchWorkTogether, (self._most,)


class TooMuchAtOnce(Exception):
    """Evaluations need more steps than may be taken here; nothing is wrong with them."""


class MalformedJson(RuleError, ValueError):
    """A text is not JSON, or exceeds the bounds on digits, exponents or nesting."""

    def __init__(self, message: str) -> None:
        super().__init__(Fault("malformed_json", (), message))
