"""Accept many reported events in one transaction: each as `accept_event` does, independently of the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, groupby
from typing import TypeAlias

from loyalty.engine.acceptance import IncomingEvent
from loyalty.members.registration import find_or_register
from loyalty.program.program import Program
from loyalty.references import EventRef
from loyalty.refusals import EventIdReused, Refusal
from loyalty.store.conflicts import ConcurrentInsert, ConcurrentMerge
from loyalty.store.event_batches import BatchRepositories
from loyalty.store.events import NewEvent, ReportedId
from loyalty.store.members import Identity
from loyalty.transactions.reversing import note_reversal, note_reversible, reversal_of, reverses_something

Result: TypeAlias = str | Refusal | None
"""The id of an accepted event, or why it is refused; None: it does not fit the program, and repeats no event."""


@dataclass(frozen=True, slots=True)
class Reported:
    """A reported event. `is_valid` False: it does not fit the program, and is accepted only as a repetition."""

    event: IncomingEvent
    is_valid: bool = True


@dataclass(frozen=True, slots=True)
class AcceptedBatch:
    """The results of reported events, in their order, and the events that one workflow is to run."""

    results: list[Result]
    to_start: list[EventRef]
    stored: int = 0
    """The number of stored events, with those of registrations."""
    outside: Sequence[str] = ()
    """The stored events that wait for the events that they reverse."""


def accept_batch(
    tx: BatchRepositories, program: Program, revision: int, reported: Sequence[Reported], *, owner: str, now: datetime
) -> AcceptedBatch:
    """Store the new events, in the order given, and register unknown members if the program says so.

    `owner`: the id of the workflow that is to run them. Raise ConcurrentInsert.
    """
    return _Acceptance(tx, program, revision, owner, now).accept(reported)


class _Acceptance:
    def __init__(self, tx: BatchRepositories, program: Program, revision: int, owner: str, now: datetime) -> None:
        self._tx = tx
        self._program = program
        self._revision = revision
        self._owner = owner
        self._now = now
        self._registered: dict[str, EventRef] = {}
        """The events of registrations, by member."""
        self._stored: list[NewEvent] = []
        self._outside: list[str] = []
        """The events that wait for those that they reverse."""
        self._joined: list[EventRef] = []
        """Earlier events that waited for one of these."""

    def accept(self, reported: Sequence[Reported]) -> AcceptedBatch:
        """Store the new ones of some events."""
        results = self._accept(reported)
        others = [*self._registered.values(), *self._joined]
        if others:
            self._tx.event_batches.give([ref.id for ref in others], self._owner)
        events = [EventRef(self._tx.store, new.id, new.type, new.member, new.revision) for new in self._stored]
        stored = len(self._registered) + len(events) + len(self._outside)
        to_start = [*self._registered.values(), *events, *self._joined]
        return AcceptedBatch(results, to_start, stored, self._outside)

    def _accept(self, reported: Sequence[Reported]) -> list[Result]:
        results: list[Result] = [None] * len(reported)
        known = self._known(reported)
        first: dict[str, int] = {}
        new: list[int] = []
        later: list[int] = []
        for number, each in enumerate(reported):
            external_id = each.event.external_id
            if external_id is not None and external_id in known:
                results[number] = _repeated(known[external_id], each.event)
            elif not each.is_valid:
                continue
            elif external_id is not None and first.setdefault(external_id, number) != number:
                later.append(number)
            else:
                new.append(number)
        for number, result in zip(new, self._store([reported[number].event for number in new]), strict=True):
            results[number] = result
        if later:  # earlier events with the same ids are stored by now, or refused
            for number, result in zip(later, self._accept([reported[number] for number in later]), strict=True):
                results[number] = result
        return results

    def _store(self, events: Sequence[IncomingEvent]) -> list[Result]:
        """Store events whose ids are new and distinct."""
        members = self._members(events)
        rows = {
            number: self._row(event, member)
            for number, (event, member) in enumerate(zip(events, members, strict=True))
            if not isinstance(member, Refusal)
        }
        stored, refused = self._enqueue(list(rows.values()))
        results: list[Result] = [rows[number].id if number in rows else member for number, member in enumerate(members)]
        for number, row in list(rows.items()):
            if row.id in refused:
                results[number] = refused[row.id]
                del rows[number]
        lost = {number: row for number, row in rows.items() if row.id not in stored}
        if lost:  # another transaction has stored the same ids meanwhile
            known = self._tx.event_batches.reported_as({row.external_id for row in lost.values() if row.external_id})
            for number, row in lost.items():
                if row.external_id is None or row.external_id not in known:
                    raise ConcurrentInsert("event")
                results[number] = _repeated(known[row.external_id], events[number])
        return results

    def _enqueue(self, rows: Sequence[NewEvent]) -> tuple[set[str], dict[str, Refusal]]:
        """Store events in their order; return the ids of the stored ones, and the refused ones.

        Events that reverse nothing are stored together, up to the next one that does.
        """
        stored: set[str] = set()
        refused: dict[str, Refusal] = {}
        for reverses, group in groupby(rows, lambda row: reverses_something(self._program, row.type)):
            if not reverses:
                stored |= self._enqueue_together(list(group))
                continue
            for row in group:
                try:
                    stored |= self._enqueue_reversing(row)
                except Refusal as refusal:
                    refused[row.id] = refusal
        return stored, refused

    def _enqueue_together(self, rows: Sequence[NewEvent]) -> set[str]:
        stored = self._tx.event_batches.enqueue(rows, owner=self._owner, now=self._now)
        new = [row for row in rows if row.id in stored]
        self._stored += new
        self._joined += note_reversible(self._tx, self._program, new, now=self._now)
        return stored

    def _enqueue_reversing(self, row: NewEvent) -> set[str]:
        """Store an event that reverses another: in the queue if the other is known, else outside."""
        if row.external_id is not None and self._tx.events.reported_as(row.external_id) is not None:
            return set()  # stored while this waited for the member's lock
        reversal = reversal_of(self._tx, self._program, row)
        assert reversal is not None, "it is of a type that reverses another"
        if reversal.reversed is not None:
            stored = self._tx.event_batches.enqueue([row], owner=self._owner, now=self._now)
            self._stored += [row] if stored else []
        else:
            stored = {row.id} if self._tx.events.store_outside(row, now=self._now) else set()
            self._outside += stored
        if stored:
            note_reversal(self._tx, self._program, reversal, now=self._now)
        return stored

    def _known(self, reported: Sequence[Reported]) -> dict[str, ReportedId]:
        ids = {each.event.external_id for each in reported if each.event.external_id is not None}
        return dict(self._tx.event_batches.reported_as(ids)) if ids else {}

    def _members(self, events: Sequence[IncomingEvent]) -> list[str | Refusal]:
        """Return the member of each event, all locked; register unknown ones."""
        identities = [event.identity.written(self._program.region) for event in events]
        known = self._tx.event_batches.identities_matching(identities, active_only=True)
        found = members_resolved(identities, known)
        open_ones = [identity for identity, member in zip(identities, found, strict=True) if member is None]
        partly: set[str] = set()
        if open_ones:
            self._tx.event_batches.lock_identities(open_ones)
            partly = {str(each.id) for each in self._tx.event_batches.identities_matching(open_ones)}
        locked = partly.union(member for member in found if member is not None)
        self._tx.event_batches.lock_members(locked)
        found = self._still_active(found)
        pairs = zip(identities, found, strict=True)
        members = [self._find_or_register(identity) if member is None else member for identity, member in pairs]
        for member in members:
            if isinstance(member, str) and member not in locked and member not in self._registered:
                raise ConcurrentMerge(member)  # a member was merged into this one while this waited for the locks
        return members

    def _still_active(self, found: Sequence[str | None]) -> list[str | None]:
        """Return the members found, now that they are locked; None for one who is not active any more."""
        known = [Identity(id=member_id) for member_id in {each for each in found if each is not None}]
        active = {each.id for each in self._tx.event_batches.identities_matching(known, active_only=True)}
        return [member_id if member_id in active else None for member_id in found]

    def _find_or_register(self, identity: Identity) -> str | Refusal:
        try:
            with self._tx.savepoint():
                member, registered = find_or_register(self._tx, self._program, self._revision, identity, now=self._now)
        except Refusal as refusal:
            return refusal
        except ConcurrentInsert as conflict:
            if conflict.refusal is None:
                raise
            return conflict.refusal
        if registered is not None:
            self._registered[member] = registered
        return member

    def _row(self, event: IncomingEvent, member: str) -> NewEvent:
        fingerprint = event.fingerprint() if event.external_id is not None else None
        return event.to_store(member, revision=self._revision, fingerprint=fingerprint)


def members_resolved(identities: Sequence[Identity], known: Sequence[Identity]) -> list[str | None]:
    """Return the member of each identity whose parts are all that member's; None where no or several members match."""
    by_part: dict[tuple[str, str], set[str]] = {}
    for one in known:
        for part in one.keys.items():
            by_part.setdefault(part, set()).add(str(one.id))
    return [_owner([by_part.get(part, set()) for part in identity.keys.items()]) for identity in identities]


def _owner(owners: Sequence[set[str]]) -> str | None:
    together = set(chain.from_iterable(owners))
    return next(iter(together)) if len(together) == 1 and all(owners) else None


def _repeated(known: ReportedId, event: IncomingEvent) -> Result:
    is_same = known.fingerprint in (None, event.fingerprint())  # an anonymised member has no external ids left
    return known.id if is_same else EventIdReused(known.id)
