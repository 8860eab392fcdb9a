"""Snapshots of members: the initial state of an in-memory engine."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from loyalty.engine.in_memory import InMemoryEngine
from loyalty.points.ledger import due_items_of_lot
from loyalty.program.program import Program
from loyalty.rewards.due_items import due_items_of_coupon
from loyalty.store.due_items import DueTimes
from loyalty.store.memory.member_state import MemberState
from loyalty.store.memory.store import InMemoryStore
from loyalty.store.returnable import NO_PAST, ReturnablePast
from loyalty.store.tiers import NO_PLACE
from loyalty.tiers.places import subject_of
from loyalty.tiers.standing import due_times_from_now

DueItems: TypeAlias = Mapping[str, DueTimes]
"""The due items of each lot, issued reward and member, by id."""


@dataclass(frozen=True, slots=True)
class MemberSnapshot:
    """A member with everything that belongs to it, at one moment."""

    state: MemberState
    is_new: bool = False
    """Whether the member registers later, and is not known yet."""
    due_items: DueItems | None = None
    """None: derive them from lots, coupons and tier."""
    past: ReturnablePast = NO_PAST
    """The purchases and events that may be returned later."""


def load_into(engine: InMemoryEngine, snapshot: MemberSnapshot) -> MemberState:
    """Load a copy of a member into an engine, with its due items; return the copy."""
    state = snapshot.state.copy()
    engine.store.load(state)
    _load_past(engine.store, snapshot.past)
    due_items = _derived(engine, snapshot) if snapshot.due_items is None else snapshot.due_items
    for subject, due in due_items.items():
        for kind, due_at in due.items():
            engine.store.due_items.set(subject, kind, due_at, member=state.member.id)
    return state


def unload_from(engine: InMemoryEngine, member_id: str) -> MemberSnapshot:
    """Remove a member from an engine, with its due items; return it as it is now."""
    state, past = engine.store.unload(member_id), _unload_past(engine.store, member_id)
    waiting = [each.id for each in past.waiting]
    subjects = (subject_of(member_id, each) for each in engine.program.tier_sets.values())
    due_items = engine.store.due_items.remove((member_id, *subjects, *state.holdings, *waiting))
    return MemberSnapshot(state, due_items=due_items, past=past)


def _load_past(store: InMemoryStore, past: ReturnablePast) -> None:
    store.events.kept.load(past.events)
    store.transactions.load(past.transactions)
    store.reversals.load(past.reversals)
    store.reversals.note_reversible(past.reversible)
    store.events.outside.update({each.id: each for each in past.waiting})


def _unload_past(store: InMemoryStore, member_id: str) -> ReturnablePast:
    events = store.events.kept.unload(member_id)
    ids = [each.event.id for each in events]
    transactions = [each for each in map(store.transactions.of_event, ids) if each is not None]
    store.transactions.unload(transactions)
    waiting = [each for each in store.events.outside.values() if each.member == member_id]
    for each in waiting:
        del store.events.outside[each.id]
    reversals, reversible = store.reversals.unload(ids), store.reversals.unload_reversible(member_id)
    return ReturnablePast(events, transactions, reversals, reversible, waiting)


def _derived(engine: InMemoryEngine, snapshot: MemberSnapshot) -> DueItems:
    """Return due items derived from lots, coupons and the tier; warnings up to now count as sent."""
    program, now = engine.program, engine.now
    warn_before = program.notify_before.points
    found: dict[str, DueTimes] = {}
    for lot in snapshot.state.lots.values():
        expires = lot.expires_at
        warned = warn_before is None or (expires is not None and warn_before.before(expires, program.zone) <= now)
        found[lot.id] = due_items_of_lot(program, lot, warned=warned, now=now)
    for issued in snapshot.state.issued.values():
        if issued.status == "issued" and (due := due_items_of_coupon(program, issued, now=now)):
            found[issued.id] = due
    for each in snapshot.state.transfers.values():
        if each.kind == "hold" and each.ends_at is not None and each.ends_at > now:
            found[each.id] = {"unblock": each.ends_at}
    return found | _due_of_tiers(program, snapshot.state, now=now)


def _due_of_tiers(program: Program, state: MemberState, *, now: datetime) -> dict[str, DueTimes]:
    found: dict[str, DueTimes] = {}
    for name, tier_set in program.tier_sets.items():
        member = state.member
        if not tier_set.is_default:
            place = state.tier_places.get(name, NO_PLACE)
            member = replace(member, tier=place.tier, tier_base=place.tier_base, tier_until=place.tier_until)
        found[subject_of(member.id, tier_set)] = due_times_from_now(program, tier_set, member, now=now)
    return found
