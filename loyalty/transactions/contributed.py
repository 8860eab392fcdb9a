"""What an event contributed to each measure, at first and after its returns until now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from loyalty.events.context import EventContext
from loyalty.store.contributions import Contribution, ContributionKind
from loyalty.store.events import StoredEvent


@dataclass(slots=True)
class Contributed:
    """What an event contributed to one measure: `first`, and what its returns have left of it; in millionths.

    Shares are of `first`: two returns of a quarter are a half, and not a quarter of three quarters.
    """

    kind: ContributionKind
    name: str
    day: date
    value: str
    first: int = 0
    amount: int = 0
    times: int = 0

    def taken_back(self, context: EventContext, given: StoredEvent, less: int) -> list[Contribution]:
        """Return what to store so that `first` stays known if the event itself takes back, for earlier returns."""
        if context.event.id != given.id or less == 0:
            return []
        return [self.as_returned(less)]

    def as_returned(self, less: int) -> Contribution:
        """Return what to store of an amount that the event itself takes back."""
        return Contribution("returned", self.name, self.day, _measure(self.kind, self.value), less, 0)


def contributed(
    context: EventContext, given: StoredEvent, event_ids: Sequence[str], *kinds: ContributionKind
) -> list[Contributed]:
    """Return what an event contributed to its measures of some kinds; `event_ids` are it and its returns."""
    rows = list(context.tx.contributions.of_events(event_ids))
    if context.event.id in event_ids:
        rows += [(context.event.id, each) for each in context.contributions]
    own = [each for event_id, each in rows if event_id == given.id]
    found = {
        (each.kind, each.name, each.day, each.value): Contributed(each.kind, each.name, each.day, each.value)
        for each in own
        if each.kind in kinds
    }
    for event_id, each in rows:
        known = found.get((each.kind, each.name, each.day, each.value))
        if known is not None:
            known.amount += each.amount
            known.times += each.times
            known.first += each.amount if event_id == given.id else 0
    returned = {(each.name, each.day, each.value): each.amount for each in own if each.kind == "returned"}
    for known in found.values():
        known.first += returned.get((known.name, known.day, _measure(known.kind, known.value)), 0)
    return list(found.values())


def as_returned(beyond: Contribution, own: Sequence[tuple[str, Contribution]]) -> list[Contribution]:
    """Return the contributions that say what was taken back of one that is beyond."""
    measure = beyond.name, beyond.day, _measure("beyond", beyond.value)
    return [each for _, each in own if each.kind == "returned" and (each.name, each.day, each.value) == measure]


def as_counted(beyond: Contribution) -> Contribution:
    """Return a contribution that is beyond, or what was taken back of it, as one to a daily sum."""
    if beyond.kind == "returned":
        return replace(beyond, value=beyond.value.removeprefix(_measure("beyond", "")))
    return replace(beyond, kind="counted")


def _measure(kind: ContributionKind, value: str) -> str:
    """Return the value of a `returned` contribution, which is apart for each kind."""
    return value if kind == "counted" else f"{kind}/{value}"
