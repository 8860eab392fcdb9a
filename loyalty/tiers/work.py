"""The unit of work in which a member changes the tier."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from loyalty.program.program import Program
from loyalty.program.tiers import TierSet
from loyalty.store.due_items import DueTimes
from loyalty.store.members import Member
from loyalty.store.repositories import StoreRepositories


class TierWork(Protocol):
    """The unit of work in which a member changes the tier: an event's step, a due item, or an operation."""

    @property
    def tx(self) -> StoreRepositories: ...
    @property
    def program(self) -> Program: ...
    @property
    def now(self) -> datetime: ...

    def facts_of(self, member_id: str) -> Member:
        """Return a member, with the tier that they are in now."""

    def schedule(self, subject: str, due: DueTimes, *, member: str) -> None:
        """Store due items of a subject."""

    def report_tier(self, member_id: str, tier_set: TierSet, tier: str, body: Mapping[str, Any], why: str = "") -> None:
        """Store the event `tier_changed`; `why` goes to the log of an event's step."""
