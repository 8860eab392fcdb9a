"""Find the store and the event of a command line."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from commands.shared.errors import CommandError

Event = TypeVar("Event")
Event_co = TypeVar("Event_co", covariant=True)


class NotFound(CommandError):
    """There is no such store or event; the message lists the stores."""


class EventSource(Protocol[Event_co]):
    """A place where events are stored: a database, or a running Laurel."""

    def stores(self) -> list[str]:
        """Return the codes of all stores."""

    def event(self, store: str, event_id: str) -> Event_co | None:
        """Return an event by Laurel's id or by its reporter's own id; None if there is none."""


def find_store(codes: Sequence[str], wanted: str | None) -> str:
    """Return the store with the given code, or the only store by default; raise NotFound."""
    if wanted in codes or (wanted is None and len(codes) == 1):
        return wanted or codes[0]
    raise NotFound(f"{f'store {wanted} is unknown' if wanted else 'name one with --store'}: {_there_is(codes)}")


def find_event(source: EventSource[Event], event_id: str, store: str | None) -> Event:
    """Return an event of a store; without a store, of the first store that has it. Raise NotFound."""
    event_id = event_id.encode(errors="replace").decode()  # an argument may hold bytes that are not UTF-8
    codes = source.stores()
    searched = codes if store is None else [find_store(codes, store)]
    for code in searched if event_id else ():
        event = source.event(code, event_id)
        if event is not None:
            return event
    where = f"store {searched[0]}" if len(searched) == 1 else f"any store: {_there_is(codes)}"
    raise NotFound(f"no event {event_id[:80] or 'without an id'} in {where}")


def _there_is(codes: Sequence[str]) -> str:
    return f"there is {', '.join(codes)}" if codes else "no program was ever deployed: use `laurel deploy DIR`"
