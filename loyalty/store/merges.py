"""Merges of two members, and their repository.

One member survives, the other is merged into them: what belonged to the other belongs to the survivor afterwards.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

from loyalty.store.achievements import AchievementCompletions, DailySum
from loyalty.store.events import NewEvent
from loyalty.store.members import GrantedBadge, Identity, StoredMember
from loyalty.store.points import Account, Lot
from loyalty.store.repositories import StoreRepositories

MergeStatus: TypeAlias = Literal["waiting", "done", "refused"]
"""`waiting`: until all that was accepted before is applied. `refused`: something was in the way by then."""


@dataclass(frozen=True, slots=True)
class Merge:
    """A merge that was asked for. Instants are aware UTC."""

    id: str
    survivor: str
    merged: str
    """The member who is merged into the survivor."""
    status: MergeStatus
    event: str
    """The event `members_merged` in the survivor's queue, which waits there until both queues reach the merge."""
    merged_event: str
    """The event in the other queue that holds up all after it."""
    requested_at: datetime
    requested_by: str
    finished_at: datetime | None = None
    refusal: str | None = None
    """The name of the refusal, if something was in the way."""
    because: str | None = None
    result: Mapping[str, Any] | None = None
    """What was moved, as `loyalty.merging.report` writes it; None: it is not done."""
    comment: str | None = None
    """Why it was asked for, in the words of who asked."""


class MergeCounts(NamedTuple):
    """How many rows of each kind belong to a member."""

    events: int
    transactions: int
    rewards: int
    referrals: int


class MergeReader(Protocol):
    """Reads merges of a store, and what belongs to a member as a whole."""

    def get(self, merge_id: str) -> Merge | None:
        """Return a merge."""

    def waiting_of(self, member_id: str) -> Merge | None:
        """Return the merge by which a member is to be merged into another one; None: there is none."""

    def stored(self, member_id: str) -> StoredMember:
        """Return a member as they are stored; raise LookupError for an unknown id."""

    def learned(self, member_id: str) -> str | None:
        """Return the parts of a member's identity, with commas, that nobody confirmed."""

    def accounts(self, member_id: str) -> Sequence[Account]:
        """Return the accounts of a member, in the order of their wallets."""

    def lots(self, member_id: str) -> Sequence[Lot]:
        """Return every lot of a member with points left or held, in the order of their ids."""

    def daily_sums(self, member_id: str) -> Mapping[str, Sequence[DailySum]]:
        """Return every daily sum of a member, by achievement."""

    def completions(self, member_id: str) -> Sequence[AchievementCompletions]:
        """Return what a member has completed."""

    def badges(self, member_id: str) -> Sequence[GrantedBadge]:
        """Return a member's badges."""

    def counts(self, member_id: str) -> MergeCounts:
        """Return how much belongs to a member."""


class MergeRepository(MergeReader, Protocol):
    """Merges of a store. Both members are locked by whoever writes."""

    def add(self, new: Merge) -> None:
        """Store a merge that was asked for."""

    def hold_queue(self, new: NewEvent, owner: str, *, now: datetime) -> None:
        """Store an event at the end of a queue that nobody but a workflow runs; what comes after it waits."""

    def move_lots(self, merged: str, survivor: str) -> None:
        """Give the survivor the lots, and what falls due of them."""

    def move_uses(self, merged: str, survivor: str) -> None:
        """Add the use of limits to that of the survivor."""

    def set_completions(self, member_id: str, completions: AchievementCompletions) -> None:
        """Store how often a member has completed an achievement, and when last."""

    def clear_progress(self, member_id: str) -> None:
        """Remove daily sums, completions and badges of a member who is merged."""

    def set_badge(self, member_id: str, badge: GrantedBadge) -> None:
        """Store a badge of a member, with its dates."""

    def move_history(self, merged: str, survivor: str) -> None:
        """Give the survivor the transfers, rewards, transactions, referrals and due items."""

    def join_queues(self, merge: Merge) -> None:
        """Put what is in the other queue into that of the survivor, in the order of acceptance; move all events."""

    def close(self, merged: str, survivor: str, identity: Identity, *, now: datetime) -> None:
        """Let a member who is merged lead to the survivor; `identity` has the parts by which they are found still."""

    def set_identity(self, member_id: str, identity: Identity, *, learned: str | None) -> None:
        """Replace what a member is known by, with the parts that nobody confirmed."""

    def finish(self, done: Merge, *, body: Mapping[str, Any] | None, now: datetime) -> None:
        """Store what became of a merge, and let both queues go on.

        `body`: of `members_merged`, which is run now; None: it ends without a decision, since the merge is refused.
        """


class MergeRepositories(StoreRepositories, Protocol):
    """The repositories of one store, with that of merges."""

    @property
    def merges(self) -> MergeRepository: ...
