"""What a call names, looked for where it may be: a store by its code, an event by its id."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from commands.shared.errors import CannotDo

Event = TypeVar("Event")
Event_co = TypeVar("Event_co", covariant=True)


class NotFound(CannotDo):
    """There is no such store or event; the message says what there is."""


class Source(Protocol[Event_co]):
    """Where events are stored."""

    def stores(self) -> list[str]:
        """The codes of all stores."""

    def event(self, store: str, event_id: str) -> Event_co | None:
        """An event by its id or by its reporter's own."""


def store_meant(codes: Sequence[str], wanted: str | None) -> str:
    """The store of that code, or the only one; raise NotFound."""
    if wanted in codes or (wanted is None and len(codes) == 1):
        return wanted or codes[0]
    raise NotFound(f"{f'store {wanted} is unknown' if wanted else 'name one with --store'}: {_there_is(codes)}")


def event_meant(source: Source[Event], event_id: str, store: str | None) -> Event:
    """An event of a store; without one, of the first store that has it. Raise NotFound."""
    event_id = event_id.encode(errors="replace").decode()  # a terminal may hand over what is no text
    codes = source.stores()
    asked = codes if store is None else [store_meant(codes, store)]
    for code in asked if event_id else ():
        event = source.event(code, event_id)
        if event is not None:
            return event
    where = f"store {asked[0]}" if len(asked) == 1 else f"any store: {_there_is(codes)}"
    raise NotFound(f"no event {event_id[:80] or 'without an id'} in {where}")


def _there_is(codes: Sequence[str]) -> str:
    return f"there is {', '.join(codes)}" if codes else "no program was ever deployed: use `laurel deploy DIR`"
