"""Charts: their values, as JSON for the script that draws them, and as the table under them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import urlencode

import rules

_UNTIL: Final = " to "
Kind: TypeAlias = Literal["lines", "bars", "pairs"]
"""The kind of a chart. `bars` of several series are stacked, `pairs` of two stand side by side."""


@dataclass(frozen=True, slots=True)
class Series:
    """One value for each label, and the URL of its rows; "": none."""

    name: str
    values: Sequence[int | Decimal]
    links: Sequence[str] = ()

    def link(self, index: int) -> str:
        """Return the URL of the rows of a value; a value of zero has none."""
        return self.links[index] if self.links and self.values[index] else ""


NO_TESTS: Final[Mapping[str, str]] = {"test": "false"}
"""The filter of lists behind figures: test members are in no figure."""


@dataclass(frozen=True, slots=True)
class Chart:
    """Some series over the same labels. `labelled` describes the labels, `unit` is that of the values.

    `note` says where the numbers link to, if that is not obvious, or why they have no links.
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
        """Return the input of the drawing script, as JSON; `places` are the labels on the axis, which are short."""
        shown: dict[str, Any] = {
            "kind": self.kind,
            "labelled": self.labelled,
            "labels": list(self.labels),
            "places": [each.partition(_UNTIL)[0] for each in self.labels],
            "series": [{"name": each.name, "values": list(each.values)} for each in self.series],
        }
        return str(rules.exact.dumps(shown))

    @property
    def is_empty(self) -> bool:
        """Whether all values are zero."""
        return not any(value for each in self.series for value in each.values)


def labels_of(items: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the days of intervals: one day, or the first and the last."""
    return [
        each["from"] if each["from"] == each["until"] else f"{each['from']}{_UNTIL}{each['until']}" for each in items
    ]


def day_after(day: str) -> str:
    """Return the day after one, both as 2026-12-31."""
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def link(path: str, **filters: str) -> str:
    """Return the URL of a list with these filters."""
    return f"{path}?{urlencode(filters)}"
