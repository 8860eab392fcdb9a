"""The context of one due item, as the clock runs it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from loyalty.calendar import Duration
from loyalty.events.member_facts import read_facts
from loyalty.ids import caused_id
from loyalty.program.program import Program
from loyalty.program.tiers import TierSet
from loyalty.references import EventRef
from loyalty.store.due_items import DueItem, DueKind, DueTimes
from loyalty.store.events import NewEvent
from loyalty.store.members import Member
from loyalty.store.repositories import StoreRepositories


def notice_name(ends_at: datetime) -> str:
    """Return the name that makes the notices of one subject unique: the end that they announce, in UTC."""
    return ends_at.astimezone(UTC).isoformat()


@dataclass(frozen=True, slots=True)
class DueItemContext:
    """The unit of work of one due item: the store's repositories, the program in force, and the item."""

    tx: StoreRepositories
    program: Program
    revision: int
    now: datetime
    item: DueItem
    also: list[EventRef] = field(default_factory=list)
    """Events that were recorded beside the one that reports the item."""

    @property
    def subject(self) -> str:
        """The id of the lot, issued reward or member that the item is about."""
        return self.item.subject

    def record(self, type_: str, member_id: str, body: Mapping[str, Any], *, name: str = "") -> EventRef:
        """Store the built-in event that reports the item: one per type and subject, or per `name`.

        If no workflow is started for it here, the relay starts one.
        """
        new = NewEvent(self.event_id(type_, name), type_, member_id, self.item.due_at, body, self.revision)
        self.tx.events.add(new, now=self.now)
        return EventRef(self.tx.store, new.id, type_, member_id, self.revision)

    def facts_of(self, member_id: str) -> Member:
        """Return a member as they are now."""
        return read_facts(self.tx, self.program, member_id)

    def report_tier(
        self,
        member_id: str,
        tier_set: TierSet,
        tier: str,
        body: Mapping[str, Any],
        why: str = "",  # noqa: ARG002 - not kept
    ) -> None:
        """Record `tier_changed` beside the event that reports the item."""
        named = tier if tier_set.is_default else f"{tier_set.name}/{tier}"
        self.also.append(self.record("tier_changed", member_id, body, name=f"{named}/{self.item.due_at.isoformat()}"))

    def event_id(self, type_: str, name: str = "") -> str:
        """Return the id of the event that `record` stores."""
        return caused_id(self.subject, f"{type_}/{name}" if name else type_)

    def schedule(self, subject: str, due: DueTimes, *, member: str) -> None:
        """Store due items of a subject; the clock reads them after this item."""
        for kind, due_at in due.items():
            self.tx.due_items.set(subject, kind, due_at, member=member)

    def unschedule(self, subject: str) -> None:
        """Remove the due items of a subject."""
        self.tx.due_items.clear_all(subject)

    def is_notice_due(self, kind: DueKind, before: Duration | None, ends_at: datetime, *, member: str) -> bool:
        """Return whether to send a notice now; if it is due later by now, store that.

        None is sent if the end that it announces is due at the same moment, as after a freeze.
        """
        if before is None or ends_at <= self.item.due_at:
            return False
        warn_at = before.before(ends_at, self.program.zone)
        if warn_at > self.now:
            self.schedule(self.subject, {kind: warn_at}, member=member)
        return warn_at <= self.now

    def set_due_items(self, due: DueTimes, *, member: str, replacing: Sequence[DueKind] = ()) -> None:
        """Store due items of the subject, which belongs to a member.

        `replacing`: kinds that are removed if `due` has none of them.
        """
        for kind in replacing:
            if kind not in due:
                self.tx.due_items.clear(self.subject, kind)
        self.schedule(self.subject, due, member=member)
