"""What a store in memory keeps of one member."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain
from typing import Any

from loyalty.achievements.progress import Mark
from loyalty.events.decide import Used
from loyalty.points.ledger import Lot
from loyalty.store.members import Balance, Member


@dataclass(slots=True)
class Account:
    """All that is kept of one member."""

    member: Member
    """Without balances and badges: they change too often."""
    balances: dict[str, Balance] = field(default_factory=dict)
    badges: dict[str, int] = field(default_factory=dict)
    lots: dict[str, Lot] = field(default_factory=dict)
    marks: dict[str, list[Mark]] = field(default_factory=dict)
    """By achievement, oldest first."""
    completed: dict[str, int] = field(default_factory=dict)
    used: dict[str, dict[date, Used]] = field(default_factory=dict)
    """By reactor and day."""
    issued: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Rewards, as rows of issued rewards, by id."""
    granted: dict[str, datetime] = field(default_factory=dict)
    """When badges were granted that were new."""

    def copy(self) -> "Account":
        """The same, to be changed apart."""
        return Account(
            self.member,
            dict(self.balances),
            dict(self.badges),
            dict(self.lots),
            {name: list(marks) for name, marks in self.marks.items()},
            dict(self.completed),
            {name: dict(days) for name, days in self.used.items()},
            {issued: dict(row) for issued, row in self.issued.items()},
            dict(self.granted),
        )

    @property
    def holdings(self) -> Iterator[str]:
        """The ids of lots and rewards: nobody else holds them."""
        return chain(self.lots, self.issued)
