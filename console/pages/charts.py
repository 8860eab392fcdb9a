"""Charts: what a picture shows, as JSON for the script that draws it, and as the table under it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import urlencode

import rules

Kind: TypeAlias = Literal["lines", "bars", "pairs"]
"""`bars` of several series are stacked, `pairs` of two stand side by side."""


@dataclass(frozen=True, slots=True)
class Series:
    """One value for each label, and where its rows are; "": nowhere."""

    name: str
    values: Sequence[int | Decimal]
    links: Sequence[str] = ()

    def link(self, index: int) -> str:
        """Return the address of the rows of a value; a value of zero has none."""
        return self.links[index] if self.links and self.values[index] else ""


NO_TESTS: Final[Mapping[str, str]] = {"test": "false"}
"""What a list is filtered by that a figure leads to: test members are in no figure."""


@dataclass(frozen=True, slots=True)
class Chart:
    """Some series over the same labels. `labelled` is what the labels are, `unit` what the values are in.

    `note` says what the numbers lead to, where that is not what their names say, or why they lead to nothing.
    """

    title: str
    labelled: str
    labels: Sequence[str]
    series: Sequence[Series]
    kind: Kind = "bars"
    unit: str = ""
    note: str = ""

    @property
    def data(self) -> str:
        """What the script draws, as JSON."""
        shown: dict[str, Any] = {
            "kind": self.kind,
            "labels": list(self.labels),
            "series": [{"name": each.name, "values": list(each.values)} for each in self.series],
        }
        return str(rules.exact.dumps(shown))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing but zeros."""
        return not any(value for each in self.series for value in each.values)


def labels_of(items: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the days of intervals: one day, or the first and the last."""
    return [each["from"] if each["from"] == each["until"] else f"{each['from']} to {each['until']}" for each in items]


def day_after(day: str) -> str:
    """Return the day after one, both as 2026-12-31."""
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def link(path: str, **filters: str) -> str:
    """Return the address of a list with these filters."""
    return f"{path}?{urlencode(filters)}"
