"""Merges of two members, and their repository.

One member survives, and the other is merged into them: everything of the other member belongs to the survivor
afterwards.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

from loyalty.store.achievements import AchievementCompletions, DailySum
from loyalty.store.events import NewEvent
from loyalty.store.members import GrantedBadge, Identity, StoredMember
from loyalty.store.points import Account, Lot

MergeStatus: TypeAlias = Literal["waiting", "done", "refused"]
"""The status of a merge.

`waiting`: until everything accepted before is applied. `refused`: it was not possible then.
"""


@dataclass(frozen=True, slots=True)
class Merge:
    """A requested merge. Instants are aware UTC."""

    id: str
    survivor: str
    merged: str
    """The member who is merged into the survivor."""
    status: MergeStatus
    event: str
    """The event `members_merged` in the survivor's queue, which waits there until both queues reach the merge."""
    merged_event: str
    """The event in the other queue that holds up all later ones."""
    requested_at: datetime
    requested_by: str
    finished_at: datetime | None = None
    refusal: str | None = None
    """The name of the refusal, if the merge was refused."""
    because: str | None = None
    result: Mapping[str, Any] | None = None
    """What was moved, as `loyalty.merging.report` writes it; None: the merge is not done."""
    comment: str | None = None
    """The reason, in the words of the requester."""


class MergeCounts(NamedTuple):
    """How many rows of each kind belong to a member."""

    events: int
    transactions: int
    rewards: int
    referrals: int


class MergeReader(Protocol):
    """Reads merges of a store, and all data of a member."""

    def get(self, merge_id: str) -> Merge | None:
        """Return a merge."""

    def waiting_of(self, member_id: str) -> Merge | None:
        """Return the merge that waits to merge a member into another; None: there is none."""

    def stored(self, member_id: str) -> StoredMember:
        """Return the stored record of a member; raise LookupError for an unknown id."""

    def learned(self, member_id: str) -> str | None:
        """Return the unconfirmed parts of a member's identity, separated by commas."""

    def accounts(self, member_id: str) -> Sequence[Account]:
        """Return the accounts of a member, in the order of their wallets."""

    def lots(self, member_id: str) -> Sequence[Lot]:
        """Return every lot of a member with points left or held, in the order of their ids."""

    def daily_sums(self, member_id: str) -> Mapping[str, Sequence[DailySum]]:
        """Return every daily sum of a member, by achievement."""

    def completions(self, member_id: str) -> Sequence[AchievementCompletions]:
        """Return the completions of a member."""

    def badges(self, member_id: str) -> Sequence[GrantedBadge]:
        """Return a member's badges."""

    def counts(self, member_id: str) -> MergeCounts:
        """Return the number of rows that belong to a member."""


class MergeRepository(MergeReader, Protocol):
    """Merges of a store. The caller of a write holds the locks of both members."""

    def add(self, new: Merge) -> None:
        """Store a requested merge."""

    def hold_queue(self, new: NewEvent, owner: str, *, now: datetime) -> None:
        """Append an event to a queue that only a workflow runs; later events wait for it."""

    def move_lots(self, merged: str, survivor: str) -> None:
        """Move the lots to the survivor, with their due items."""

    def move_uses(self, merged: str, survivor: str) -> None:
        """Add the use of limits to that of the survivor."""

    def set_completions(self, member_id: str, completions: AchievementCompletions) -> None:
        """Store how often a member has completed an achievement, and when last."""

    def clear_progress(self, member_id: str) -> None:
        """Remove daily sums, completions and badges of a member who is merged."""

    def set_badge(self, member_id: str, badge: GrantedBadge) -> None:
        """Store a badge of a member, with its dates."""

    def move_history(self, merged: str, survivor: str) -> None:
        """Move transfers, rewards, transactions, referrals and due items to the survivor."""

    def join_queues(self, merge: Merge) -> None:
        """Move all events to the survivor; those in the queue join the survivor's, in the order of acceptance."""

    def close(self, merged: str, survivor: str, identity: Identity, *, now: datetime) -> None:
        """Close a merged member and redirect them to the survivor; `identity` has the parts that still find them."""

    def set_identity(self, member_id: str, identity: Identity, *, learned: str | None) -> None:
        """Replace a member's identity, with its unconfirmed parts."""

    def finish(self, done: Merge, *, body: Mapping[str, Any] | None, now: datetime) -> None:
        """Store the result of a merge, and let both queues continue.

        `body`: of `members_merged`, which is run now; None: it ends without a decision, since the merge is refused.
        """
