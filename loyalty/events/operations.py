"""The unit of work of an operation: one requested change of a store.

It either raises a refusal, and nothing is changed, or it writes and records the built-in event that reports it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from loyalty.events.member_facts import read_facts
from loyalty.ids import new_id
from loyalty.program.program import Program
from loyalty.program.tiers import TierSet
from loyalty.references import EventRef
from loyalty.refusals import MemberFrozen, MemberInactive
from loyalty.store.conflicts import ConcurrentMerge
from loyalty.store.due_items import DueTimes
from loyalty.store.events import NewEvent
from loyalty.store.members import Member
from loyalty.store.repositories import StoreRepositories
from loyalty.store.settings import with_notices


@dataclass(slots=True)
class OperationContext:
    """The store's repositories in one transaction, the program in force, and the requester: `admin`, `member`, ..."""

    tx: StoreRepositories
    program: Program
    revision: int
    now: datetime
    source: str
    to_start: list[EventRef] = field(default_factory=list)
    """The events that the operation recorded, whose workflows are to start."""

    def __post_init__(self) -> None:
        self.program = with_notices(self.program, self.tx.settings.notice_days())

    def lock_members(self, *member_ids: str) -> None:
        """Lock members, in the order of their ids."""
        for member_id in sorted(set(member_ids)):
            self.tx.members.lock_member(member_id)

    def require_active(self, *member_ids: str) -> None:
        """Raise MemberInactive unless these members, who are locked, are active.

        Raise ConcurrentMerge for one who was merged into another before the lock was granted.
        """
        for member_id in member_ids:
            if not self.tx.members.is_active(member_id):
                if self.tx.members.merged_into(member_id) is not None:
                    raise ConcurrentMerge(member_id)
                raise MemberInactive(member_id)

    def require_unfrozen(self, *member_ids: str) -> None:
        """Raise MemberFrozen if one of these members, who are locked, is frozen."""
        for member_id in member_ids:
            if self.tx.members.participation(member_id).frozen:
                raise MemberFrozen(member_id)

    def require_able_to_spend(self, *member_ids: str) -> None:
        """Raise MemberFrozen, or as `require_active`, unless these locked members are active and may spend."""
        self.require_active(*member_ids)
        self.require_unfrozen(*member_ids)

    def record(
        self, event_id: str, type_: str, member_id: str, body: Mapping[str, Any], *, time: datetime | None = None
    ) -> None:
        """Store the built-in event that reports the operation. `time`: when it happened; None: now."""
        self.tx.events.add(NewEvent(event_id, type_, member_id, time or self.now, body, self.revision), now=self.now)
        self.to_start.append(EventRef(self.tx.store, event_id, type_, member_id, self.revision))

    def facts_of(self, member_id: str) -> Member:
        """Return a member as they are now."""
        return read_facts(self.tx, self.program, member_id)

    def report_tier(
        self,
        member_id: str,
        tier_set: TierSet,  # noqa: ARG002 - it is in the body
        tier: str,  # noqa: ARG002 - as the set
        body: Mapping[str, Any],
        why: str = "",  # noqa: ARG002 - not kept
    ) -> None:
        """Record `tier_changed`."""
        self.record(self.new_event_id(), "tier_changed", member_id, body)

    def new_event_id(self) -> str:
        """Return the id of an event that `record` stores; the operation's transfers refer to it."""
        return new_id()

    def schedule(self, subject: str, due: DueTimes, *, member: str) -> None:
        """Store due items of a subject; the step that decides the recorded event wakes the clock."""
        for kind, due_at in due.items():
            self.tx.due_items.set(subject, kind, due_at, member=member)

    def unschedule(self, subject: str) -> None:
        """Remove the due items of a subject."""
        self.tx.due_items.clear_all(subject)
