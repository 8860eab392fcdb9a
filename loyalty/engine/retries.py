"""Retry failed events and deliveries on request. For due items see `due_items`."""

from datetime import datetime
from typing import Protocol, assert_never

from loyalty.refusals import DeliveryNotFailed, EventErased, EventIsCaused, EventNotFailed, NoLiveSubscription
from loyalty.store.events import FailedEvents
from loyalty.store.webhooks import FailedDeliveries


class MemberLock(Protocol):
    """The part of a store that locks members."""

    def lock_member(self, member_id: str) -> None:
        """Lock the member until this transaction ends."""


def retry_event(
    members: MemberLock, events: FailedEvents, event_id: str, *, revision: int | None, now: datetime
) -> bool:
    """Retry a failed event at the end of its member's queue; return False if there is no such event.

    Completed steps are not repeated, and decided outcomes stay. `revision` decides what is not decided yet; None: the
    revision in force when the event was accepted. An overdue event is left to the relay. Raise EventNotFailed,
    EventErased or EventIsCaused.
    """
    found = events.get(event_id)
    if found is None:
        return False
    if found.parent is not None:
        raise EventIsCaused(event_id, events.root_of(event_id))
    members.lock_member(found.member)
    found = events.get(event_id)
    assert found is not None, "events are not removed while their member is locked"
    match found.status:
        case "applied":
            raise EventNotFailed(event_id)
        case "failed" if found.removed_at is not None:
            raise EventErased(event_id)
        case "failed":
            events.requeue(found, now=now)
        case "received" | "decided":
            events.leave_to_relay(event_id, now=now)
        case _:
            assert_never(found.status)
    if revision is not None:
        events.set_revision(event_id, revision)
    return True


def retry_delivery(deliveries: FailedDeliveries, delivery_id: str, *, now: datetime) -> bool:
    """Retry a delivery that was given up or skipped, by a new schedule; return False if there is no such delivery.

    An overdue delivery is left to the relay. Raise DeliveryNotFailed or NoLiveSubscription.
    """
    found = deliveries.outbound(delivery_id)
    if found is None:
        return False
    if found.status == "delivered":
        raise DeliveryNotFailed(delivery_id, "it was delivered")
    if found.subscription is not None and not found.is_live:
        raise NoLiveSubscription(found.subscription)
    if deliveries.retry(delivery_id, now=now):
        return True
    if found.next_attempt_at is None or found.next_attempt_at > now:
        raise DeliveryNotFailed(delivery_id, "its next attempt is due later, or is made right now")
    deliveries.leave_to_relay(delivery_id, now=now)
    return True
