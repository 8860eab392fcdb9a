"""What the receivers must have got once everything is applied."""

from collections import Counter
from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, Engine, Select, func, or_, select

from benchmarks.chaos.receivers import Receivers
from database.tables import deadline, delivery, event, message, subscription, transfer

TRANSFERS = "UnitsTransferWasAdded"
SUBSCRIBED = (TRANSFERS, "AvailablePointsAmountChanged", "MemberAchievementProgressWasChanged")
LEAVING = "CustomerRegistered"
"""The messages that are sent to the receiver that answers 410."""


def left(engine: Engine, *, gone: str) -> Mapping[str, int]:
    """What is still to be done, by what it is; `gone` is the subscription that is disabled by then."""
    pending = (delivery.c.status == "pending", delivery.c.subscription != gone)
    counts = {
        "events not applied": select(func.count()).where(event.c.status != "applied"),
        "events in a queue": select(func.count()).where(event.c.position.is_not(None)),
        "deliveries pending": select(func.count()).where(*pending),
        "due items set aside": select(func.count()).where(deadline.c.failed_at.is_not(None)),
    }
    with engine.connect() as connection:
        found = {name: connection.execute(query).scalar_one() for name, query in counts.items()}
    return {name: number for name, number in found.items() if number}


def faults(engine: Engine, receivers: Receivers, subscriptions: Mapping[str, str], *, gone: str) -> list[str]:
    """Each message was taken under its one `webhook-id`, and none is there twice; `subscriptions` are ids by path."""
    with engine.connect() as connection:
        return [
            *_of_subscriptions(connection, receivers, subscriptions),
            *_of_transfers(connection),
            *_of_the_disabled(connection, receivers, gone),
        ]


def _of_subscriptions(connection: Connection, receivers: Receivers, subscriptions: Mapping[str, str]) -> Iterator[str]:
    for path, id_ in subscriptions.items():
        query = select(delivery.c.message, delivery.c.status).where(delivery.c.subscription == id_)
        rows = connection.execute(query).all()
        stored = Counter(row.message for row in rows)
        for row in rows:
            if row.status != "delivered":
                yield f"{path}: the delivery of {row.message} is {row.status}"
        if doubled := [each for each, times in stored.items() if times > 1]:
            yield f"{path}: {len(doubled)} messages have several deliveries, {doubled[0]} among them"
        taken = receivers.taken[path]
        if missed := stored.keys() - taken:
            yield f"{path}: {len(missed)} messages were not taken by the receiver, {min(missed)} among them"
        if unknown := taken - stored.keys():
            yield f"{path}: {len(unknown)} messages were taken that are not stored, {min(unknown)} among them"
        if not taken:
            yield f"{path}: nothing was taken"


def _of_transfers(connection: Connection) -> Iterator[str]:
    """Each transfer that a rule made has one message; paying debt has none."""
    by_rule = or_(transfer.c.source.like("reactor/%"), transfer.c.source.like("achievement/%"))
    shown = select(transfer.c.event, func.count()).where(by_rule, transfer.c.kind != "settle")
    posted = _by_event(connection, shown.group_by(transfer.c.event))
    sent = _by_event(
        connection, select(message.c.event, func.count()).where(message.c.name == TRANSFERS).group_by(message.c.event)
    )
    for event_id, number in posted.items():
        if sent.get(event_id, 0) != number:
            yield f"event {event_id} has {number} transfers by rules, and {sent.get(event_id, 0)} messages of them"


def _of_the_disabled(connection: Connection, receivers: Receivers, gone: str) -> Iterator[str]:
    disabled_at = connection.execute(select(subscription.c.disabled_at).where(subscription.c.id == gone)).scalar_one()
    if receivers.gone and disabled_at is None:
        yield f"the receiver answered 410 {receivers.gone} times, and its subscription is not disabled"


def _by_event(connection: Connection, query: Select[str, int]) -> dict[str, int]:
    return {row[0]: row[1] for row in connection.execute(query)}
