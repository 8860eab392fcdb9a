"""Resend deliveries: a single one, or many by a job that counts first, runs page by page, and can be cancelled.

A message keeps its `webhook-id`, so that its receiver recognizes a repeated one.
"""

from dataclasses import replace
from datetime import datetime

from loyalty.ids import caused_id
from loyalty.refusals import DeliveryNotFailed, FormatNotKept, NoLiveSubscription, OtherEventName, ResendFinished
from loyalty.store.resends import Resend, ResendCriteria, ResendRepository, criteria_from_json
from loyalty.store.webhooks import OutboundDelivery, Subscription

PAGE = 200
"""Deliveries that a job examines in one transaction."""


def resend_delivery(deliveries: ResendRepository, delivery_id: str, *, target: str | None, now: datetime) -> str | None:
    """Resend a delivery, whatever its result; return the id of what is sent, None if there is no such delivery.

    `target`: another subscription to send to, for which a delivery is added. Raise NoLiveSubscription, OtherEventName
    or FormatNotKept; DeliveryNotFailed for one that failed and waits for its next attempt.
    """
    found = deliveries.outbound(delivery_id)
    if found is None:
        return None
    if target is not None and target != found.subscription:
        return _copy(deliveries, delivery_id, found, _live(deliveries, target), now=now)
    if found.subscription is not None and not found.is_live:
        raise NoLiveSubscription(found.subscription)
    if not deliveries.retry(delivery_id, now=now, delivered_too=True):
        waits_for_retry = found.status == "pending" and found.attempts > found.earlier_attempts
        if waits_for_retry and (found.next_attempt_at is None or found.next_attempt_at > now):
            raise DeliveryNotFailed(delivery_id, "its next attempt is due later, or is made right now")
        deliveries.leave_to_relay(delivery_id, now=now)
    return delivery_id


def begin_resend(
    deliveries: ResendRepository,
    resend_id: str,
    criteria: ResendCriteria,
    *,
    target: str | None,
    by: str,
    now: datetime,
) -> Resend:
    """Store a job that resends what matches the criteria now; raise NoLiveSubscription or OtherEventName."""
    if target is not None:
        found = _live(deliveries, target)
        if criteria.name is not None and criteria.name != found.event_name:
            raise OtherEventName(found.event_name, criteria.name)
        criteria = replace(criteria, name=found.event_name)
    elif criteria.subscription is not None:
        _live(deliveries, criteria.subscription)
    total = deliveries.count(criteria, until=now)
    given = criteria.to_json()
    new = Resend(resend_id, "running", given, target, total, 0, 0, None, None, now, by, None)
    deliveries.add(new)
    return new


def resend_page(deliveries: ResendRepository, resend_id: str, *, now: datetime) -> Resend | None:
    """Resend the next deliveries of a job, idempotently; return the job, None if there is no such job.

    Deliveries that are in progress, or have no live subscription, are skipped.
    """
    resend = deliveries.get_to_change(resend_id)
    if resend is None or resend.status != "running":
        return resend
    page = deliveries.next_page(resend, PAGE)
    target = None if resend.target is None else deliveries.subscription(resend.target)
    resent = 0
    if resend.target is None:
        resent = sum(deliveries.retry(each, now=now, delivered_too=_wants_delivered(resend)) for each in page.own)
    elif target is not None and target.disabled_at is None:
        resent = sum(_copied(deliveries, each, target, now=now) for each in page.ids)
    is_done = len(page.ids) < PAGE
    resend = replace(
        resend,
        status="done" if is_done else "running",
        looked_at=resend.looked_at + len(page.ids),
        resent=resend.resent + resent,
        after_at=page.last_at or resend.after_at,
        after_id=page.ids[-1] if page.ids else resend.after_id,
        finished_at=now if is_done else None,
    )
    deliveries.change(resend)
    return resend


def cancel_resend(deliveries: ResendRepository, resend_id: str, *, now: datetime) -> bool:
    """Cancel a job; what it resent stays sent. Return False if there is no such job; raise ResendFinished."""
    resend = deliveries.get_to_change(resend_id)
    if resend is None:
        return False
    if resend.status == "done":
        raise ResendFinished(resend_id)
    if resend.status == "running":
        deliveries.change(replace(resend, status="cancelled", finished_at=now))
    return True


def _wants_delivered(resend: Resend) -> bool:
    return "delivered" in criteria_from_json(resend.criteria).statuses


def _live(deliveries: ResendRepository, subscription_id: str) -> Subscription:
    """Return a subscription that is not disabled; raise NoLiveSubscription."""
    found = deliveries.subscription(subscription_id)
    if found is None or found.disabled_at is not None:
        raise NoLiveSubscription(subscription_id)
    return found


def _copied(deliveries: ResendRepository, delivery_id: str, target: Subscription, *, now: datetime) -> bool:
    found = deliveries.outbound(delivery_id)
    if found is None:  # retention removed it
        return False
    try:
        _copy(deliveries, delivery_id, found, target, now=now)
    except (FormatNotKept, OtherEventName):
        return False
    return True


def _copy(
    deliveries: ResendRepository, delivery_id: str, found: OutboundDelivery, target: Subscription, *, now: datetime
) -> str:
    """Send the message of a delivery to another subscription; raise OtherEventName or FormatNotKept."""
    if found.name != target.event_name:
        raise OtherEventName(target.event_name, found.name)
    if target.format not in found.bodies:
        raise FormatNotKept(target.format, sorted(found.bodies))
    copy_id = caused_id(delivery_id, f"resend/{target.id}")
    if not deliveries.copy(delivery_id, copy_id, target, now=now):
        deliveries.retry(copy_id, now=now, delivered_too=True)
    return copy_id
