"""Events that reverse others of their member: which one each reverses, which share of it, and which wait for it.

An event whose reversed event is known joins its member's queue as any other. One whose reversed event is not known yet
is stored outside the queue, and joins its end when that arrives. Everything happens under the lock of the member.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import rules
from loyalty.calendar import Duration
from loyalty.events.decide import event_input
from loyalty.program.event_types import Reversal
from loyalty.program.program import Program
from loyalty.references import EventRef
from loyalty.store.events import Event, NewEvent, StoredEvent
from loyalty.store.repositories import StoreRepositories
from loyalty.store.reversals import ReversalReader, ReversibleEvent, StoredReversal
from loyalty.transactions.refusals import (
    MoreThanLeft,
    ReversalRefusal,
    ReversedMissing,
    ShareOutOfRange,
    UnclearReversal,
)

WAITS_FOR_REVERSED: Final = Duration(days=7)
"""How long an event waits for the one that it reverses before it is set aside."""

MOST_SEARCHED: Final = 1000
"""How many of a member's newest events are searched for one that was accepted before the program reversed it."""

ALL: Final = Decimal(1)
_NEGLIGIBLE: Final = Decimal("1e-12")
"""Shares are quotients of 34 digits: a smaller remainder counts as zero."""


def reverses_something(program: Program, type_: str) -> bool:
    """Return whether events of a type reverse others."""
    known = program.event_types.get(type_)
    return known is not None and known.reverses is not None


def reversal_of(tx: StoreRepositories, program: Program, new: NewEvent) -> StoredReversal | None:
    """Return the reversal of an event to be stored, its member locked; None: its type reverses nothing.

    Raise UnclearReversal, ShareOutOfRange or MoreThanLeft.
    """
    known = program.event_types.get(new.type)
    if known is None or known.reverses is None:
        return None
    tx.members.lock_member(new.member)
    event = Event(new.id, new.type, new.member, new.time, new.body)
    key = _key_of(known.reverses, event)
    waiting = StoredReversal(new.id, new.member, known.reverses.event, key, None, None)
    return _matched(tx, known.reverses, event, waiting)


def note_reversal(tx: StoreRepositories, program: Program, reversal: StoredReversal, *, now: datetime) -> None:
    """Store the reversal of an event that was just stored; a waiting one gets a due item."""
    tx.reversals.add(reversal, now=now)
    if reversal.reversed is None:
        missed_at = WAITS_FOR_REVERSED.after(now, program.zone)
        tx.due_items.set(reversal.event, "reversal_missed", missed_at, member=reversal.member)


def note_reversible(
    tx: StoreRepositories, program: Program, new: Sequence[NewEvent], *, now: datetime
) -> list[EventRef]:
    """Index events that were just stored as reversible; return the waiting ones that join for them."""
    if not program.reversals_of:
        return []
    found = [
        ReversibleEvent(each.id, each.member, key, each.time)
        for each in new
        for key in _keys_of(program.reversals_of.get(each.type, ()), each.type, each.body)
    ]
    if not found:
        return []
    tx.reversals.note_reversible(found)
    waiting = tx.reversals.waiting({(each.member, each.key) for each in found})
    joined = [_join_if_it_fits(tx, program, each, now=now) for each in waiting]
    return [each for each in joined if each is not None]


def join_late(tx: StoreRepositories, program: Program, reversal: StoredReversal, *, now: datetime) -> EventRef:
    """Append a waiting event to its queue, and return it; raise the reason why it must still wait."""
    found = tx.events.get(reversal.event)
    rule = None if found is None else _rule(program, found)
    if found is None or rule is None:
        raise ReversedMissing(reversal.reversed_type)
    matched = _matched(tx, rule, _as_event(found), reversal)
    if matched.reversed is None or matched.share is None:
        raise ReversedMissing(reversal.reversed_type)
    tx.reversals.join(reversal.event, matched.reversed, matched.share)
    tx.due_items.clear_all(reversal.event)
    tx.events.join_queue(reversal.event, now=now)
    return EventRef(tx.store, found.id, found.type, found.member, found.revision)


def reversed_share(reversals: Iterable[StoredReversal]) -> Decimal:
    """Return the share of an event that others reverse together, from 0 to 1."""
    shares = sum((Decimal(each.share) for each in reversals if each.share is not None), Decimal(0))
    return ALL if shares > ALL - _NEGLIGIBLE else shares


def share_left(reversals: ReversalReader, event_id: str) -> Decimal:
    """Return the share of an event that is not reversed yet."""
    return ALL - reversed_share(reversals.of(event_id))


def _join_if_it_fits(
    tx: StoreRepositories, program: Program, waiting: StoredReversal, *, now: datetime
) -> EventRef | None:
    """Append a waiting event to its queue; None: it stays outside, and its due item gives the reason."""
    try:
        return join_late(tx, program, waiting, now=now)
    except ReversalRefusal:
        return None


def _rule(program: Program, event: StoredEvent) -> Reversal | None:
    known = program.event_types.get(event.type)
    return None if known is None else known.reverses


def _matched(tx: StoreRepositories, rule: Reversal, event: Event, waiting: StoredReversal) -> StoredReversal:
    """Return the event to reverse: of several, the newest that is not completely reversed."""
    candidates = tx.reversals.reversible(event.member, waiting.key) or _earlier(tx, rule, event, waiting.key)
    if not candidates:
        return waiting
    for event_id in candidates:
        left = share_left(tx.reversals, event_id)
        if left > 0:
            share = _share_of(rule, event, tx.events.get(event_id))
            if share > left + _NEGLIGIBLE:
                raise MoreThanLeft(rule.event, left, share)
            return StoredReversal(event.id, event.member, rule.event, waiting.key, event_id, min(share, left))
    raise MoreThanLeft(rule.event, Decimal(0), None)


def _earlier(tx: StoreRepositories, rule: Reversal, event: Event, key: str) -> list[str]:
    """Find an event that was accepted before the program declared it reversible, and index it by key."""
    for each in tx.events.newest_of(event.member, rule.event, limit=MOST_SEARCHED):
        if key in _keys_of([rule], each.type, each.body):
            tx.reversals.note_reversible([ReversibleEvent(each.id, each.member, key, each.time)])
    return list(tx.reversals.reversible(event.member, key))


def _share_of(rule: Reversal, event: Event, found: StoredEvent | None) -> Decimal:
    if rule.share is None:
        return ALL
    values = event_input(event, now=event.time)
    if found is not None:
        values["reversed"] = event_input(_as_event(found), now=event.time)["event"]
    share = _value(rule.share.rule, values)
    if isinstance(share, bool) or not isinstance(share, int | Decimal):
        raise UnclearReversal("share", "is not a number for this event")
    if not 0 < share <= ALL:
        raise ShareOutOfRange(Decimal(share))
    return Decimal(share)


def _key_of(rule: Reversal, event: Event) -> str:
    """Return the key of the event that an event reverses."""
    values = event_input(event, now=event.time)
    said = {path: _value(logic.rule, values) for path, logic in rule.where.items()}
    key = _key(rule.event, said)
    if key is None:
        unknown = next(path for path, value in said.items() if _comparable(value) is None)
        raise UnclearReversal(unknown, "is not a text, number, true or false for this event")
    return key


def _keys_of(rules_: Iterable[Reversal], type_: str, body: Mapping[str, Any]) -> list[str]:
    """Return the keys by which an event is found."""
    keys = [_key(type_, {path: _at(body, path) for path in rule.where}) for rule in rules_]
    return list(dict.fromkeys(key for key in keys if key is not None))


def _key(type_: str, fields: Mapping[str, Any]) -> str | None:
    """Return a hash of the values of fields; None if one of them is not comparable."""
    known = [[path, _comparable(fields[path])] for path in sorted(fields)]
    if any(value is None for _, value in known):
        return None
    return hashlib.sha256(rules.exact.dumps([type_, known]).encode()).hexdigest()


def _comparable(value: Any) -> list[Any] | None:
    """Return a value so that equal ones are the same text; None: it is not a text, number or boolean."""
    match value:
        case bool() | str():
            return [value]
        case int() | Decimal():
            return ["number", f"{Decimal(value).normalize():f}"]
        case _:
            return None


def _at(body: Any, path: str) -> Any:
    for step in path.split("."):
        body = body.get(step) if isinstance(body, Mapping) else None
    return body


def _value(rule: rules.Rule, values: Mapping[str, Any]) -> Any:
    try:
        return rule(values)
    except rules.TooMuchWork:
        raise UnclearReversal("reverses", "takes too much work for this event") from None


def _as_event(found: StoredEvent) -> Event:
    return Event(found.id, found.type, found.member, found.time, found.body)
