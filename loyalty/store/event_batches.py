"""The repository of many events that are stored together."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from loyalty.store.events import NewEvent, ReportedId
from loyalty.store.members import Identity
from loyalty.store.repositories import StoreRepositories


class EventBatchRepository(Protocol):
    """Bulk access to the events of a store and their members: a few statements, whatever the number of events."""

    def reported_as(self, external_ids: Collection[str]) -> Mapping[str, ReportedId]:
        """Return the events to which clients gave these ids, by id."""

    def stored(self, event_ids: Collection[str]) -> set[str]:
        """Return which of these ids are those of events of the store."""

    def identities_matching(self, identities: Iterable[Identity], *, active_only: bool = False) -> list[Identity]:
        """Return the identities of members, or of active ones, that share a part with one of these, by member id."""

    def lock_identities(self, identities: Iterable[Identity]) -> None:
        """Lock all parts of these identities, in the common lock order."""

    def lock_members(self, member_ids: Iterable[str]) -> None:
        """Lock members, in the order of their ids."""

    def enqueue(self, events: Sequence[NewEvent], *, owner: str, now: datetime) -> set[str]:
        """Store events at the ends of their members' queues, whose locks are held, in order; return which were stored.

        Events whose external id is stored already are skipped. `owner`: the id of the workflow that is to run them.
        """

    def give(self, event_ids: Collection[str], owner: str) -> None:
        """Make a workflow the owner of these events."""


class BatchRepositories(StoreRepositories, Protocol):
    """The repositories of one store, with bulk access to events."""

    @property
    def event_batches(self) -> EventBatchRepository: ...

    def savepoint(self) -> AbstractContextManager[object]:
        """Begin a savepoint: an exception undoes what was written within; the transaction goes on."""
