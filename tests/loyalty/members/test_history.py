"""Kinds and types of the entries of a history."""

from typing import get_args

from loyalty.events.builtin_events import BUILT_IN
from loyalty.members.history import (
    HISTORY_KINDS,
    SHOWN_AS_TRANSFERS,
    history_types,
    kind_of_event,
    narrowed,
    selection_of_kinds,
    selection_of_type,
    type_of_event,
)
from loyalty.store.points import TransferKind


def test_every_event_and_transfer_is_selected_by_one_type_and_by_its_kind() -> None:
    by_type = [selection_of_type(name) for name in history_types()]
    whole = selection_of_kinds(HISTORY_KINDS)

    built_in = [name for each in by_type if each is not None for name in each.built_in]
    assert sorted(built_in) == sorted(BUILT_IN.keys() - SHOWN_AS_TRANSFERS) == sorted(whole.built_in)
    moved = [(kind, each.is_pending) for each in by_type if each is not None for kind in each.transfers]
    assert {kind for kind, _ in moved} == set(get_args(TransferKind)) == whole.transfers
    assert len(moved) == len(set(moved))
    assert (whole.custom, whole.changes) == (True, True)


def test_events_have_kinds_and_types_that_clients_know() -> None:
    named = {name: (kind_of_event(name), type_of_event(name)) for name in ("tier_changed", "badges_set", "purchase")}

    assert named == {
        "tier_changed": ("tier", "CustomerWasMovedToLevel"),
        "badges_set": ("badge", "BadgesSet"),
        "purchase": ("event", "CustomEventWasReported"),
    }


def test_two_selections_select_what_both_do() -> None:
    pending = selection_of_type("PendingPointsWereAdded")
    assert pending is not None

    both = narrowed(selection_of_kinds(["points", "tier"]), pending)

    assert (both.transfers, both.is_pending, both.built_in) == ({"award", "add", "receive"}, True, frozenset())
    assert selection_of_type("nonsense") is None
