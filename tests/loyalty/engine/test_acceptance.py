"""Accepting reported events, on a store in memory."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from loyalty.engine.acceptance import AcceptedEvent, IncomingEvent, accept_event, accepted_before
from loyalty.refusals import EventIdReused
from loyalty.store.members import Identity
from loyalty.store.memory.store import InMemoryStore
from program_files import read_program
from tests.kit import programs

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
PROGRAM = read_program(programs.files())
EVENT = IncomingEvent(
    type="purchase",
    time=NOW,
    body={"total": Decimal("12.50"), "items": [{"sku": "a", "n": 1}]},
    identity=Identity(email="anna@example.com"),
    customer_data={"email": "anna@example.com"},
    external_id="receipt-4711",
)


def accept(store: InMemoryStore, event: IncomingEvent = EVENT) -> AcceptedEvent:
    return accept_event(store, PROGRAM, 3, event, now=NOW)


def test_an_event_is_stored_with_its_member_and_the_revision_and_both_workflows_are_to_start() -> None:
    store = InMemoryStore("DEFAULT")

    accepted = accept(store)

    (member_id,) = store.members_by_id
    state = store.events.state(accepted.event_id, "decide")
    assert state is not None
    assert (state.type, state.member, state.time, state.revision) == ("purchase", member_id, NOW, 3)
    assert [event.type for event in accepted.to_start] == ["member_registered", "purchase"]
    assert accepted.to_start[-1].id == accepted.event_id


def test_an_event_of_a_known_member_starts_one_workflow() -> None:
    store = InMemoryStore("DEFAULT")
    accept(store)

    second = accept(store, replace(EVENT, external_id=None))

    assert [event.type for event in second.to_start] == ["purchase"]
    assert len(store.members_by_id) == 1


def test_the_same_event_again_gets_the_first_id_and_starts_nothing() -> None:
    store = InMemoryStore("DEFAULT")
    first = accept(store)
    reordered: dict[str, Any] = {"items": [{"n": 1, "sku": "a"}], "total": Decimal("12.50")}

    again = accept(store, replace(EVENT, body=reordered))
    before = accepted_before(store, EVENT)

    assert again == before == AcceptedEvent(first.event_id, is_repeated=True)


@pytest.mark.parametrize(
    "changed",
    [
        {"type": "app_login"},
        {"time": NOW + timedelta(seconds=1)},
        {"body": {"total": 13}},
        {"customer_data": {"email": "bert@example.com"}},
    ],
)
def test_another_event_under_the_same_external_id_is_refused_with_the_id_of_the_first(changed: dict[str, Any]) -> None:
    store = InMemoryStore("DEFAULT")
    first = accept(store)

    for refuse in (accept, accepted_before):
        with pytest.raises(EventIdReused) as refused:
            refuse(store, replace(EVENT, **changed))

        assert refused.value.event_id == first.event_id


def test_an_event_that_was_never_accepted_was_answered_nothing_before() -> None:
    assert accepted_before(InMemoryStore("DEFAULT"), EVENT) is None


def test_events_without_an_external_id_are_all_new() -> None:
    store = InMemoryStore("DEFAULT")

    ids = {accept(store, replace(EVENT, external_id=None)).event_id for _ in range(3)}

    assert len(ids) == 3
