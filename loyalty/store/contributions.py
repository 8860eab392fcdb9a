"""Contributions of events to achievements and limits, and their repository.

Decisions read daily sums; a contribution names the event behind them.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal, Protocol, TypeAlias

from loyalty.decisions.decision import Claim
from loyalty.store.limits import by_wallet
from rules.frozen import frozen_at_type_check

ContributionKind: TypeAlias = Literal[
    "counted", "used", "member", "program", "badge", "fallen", "kept", "beyond", "returned"
]
"""`counted`: added to a daily sum of an achievement; `used`: what completing it used of a daily sum; `member` and
`program`: taken from such a limit of a reactor; `badge`: badges that a return took away, as negative `times`; `fallen`:
a completion that the event brought and that fell by a return, with its number as the value; `kept`: a return completed
the achievement by other sums in place of the event whose id is the value; `beyond`: what the event would have added if
the achievement could be completed again, until that replaces something returned; `returned`: what its own step took
back of what it counted or took from a limit, for returns that were applied before it."""


@frozen_at_type_check
class Contribution:
    """What one event added to one measure on one local day; 0 if the event counted for it without adding anything."""

    kind: ContributionKind
    name: str
    """Of the achievement or reactor."""
    day: date
    value: str
    """The value that `distinct` counts, or the wallet of a limit; else empty."""
    amount: int
    """In millionths."""
    times: int
    """Completions of the achievement, or firings of the reactor."""


def claimed(claim: Claim) -> Iterable[Contribution]:
    """Return what a firing takes from limits."""
    for wallet, times, points in by_wallet(claim):
        yield Contribution(claim.per, claim.reactor, claim.day, wallet, points, times)


class ContributionRepository(Protocol):
    """The contributions of a store's events."""

    def add(self, event_id: str, contributions: Sequence[Contribution]) -> None:
        """Add to the contributions of an event."""

    def of_events(self, event_ids: Sequence[str]) -> Sequence[tuple[str, Contribution]]:
        """Return the contributions of events, each with the id of its event, in a fixed order."""

    def counted_on(self, member_id: str, achievement: str, day: date, value: str) -> Sequence[tuple[str, Contribution]]:
        """Return what a member's events counted, used or had beyond of one daily sum, each with the id of its event."""

    def of_achievement(
        self, kind: ContributionKind, member_id: str, achievement: str
    ) -> Sequence[tuple[str, Contribution]]:
        """Return what a member's events contributed to an achievement in one kind, in the order of acceptance."""
