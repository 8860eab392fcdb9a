"""Messages about tiers, which are levels in messages."""

from typing import Any

from loyalty.events.context import EventContext
from loyalty.events.message_parts import customer
from loyalty.webhooks.messages import CustomerLevelChanged, LevelView, LevelWillExpire


def send_tier_changed(context: EventContext, name: str, *, up: bool, by_hand: bool = False) -> None:
    """Send `CustomerLevelChanged`."""
    context.outbox.send(
        CustomerLevelChanged,
        lambda: CustomerLevelChanged(customer=customer(context), level=_level(context, name), up=up, by_hand=by_hand),
    )


def send_tier_will_expire(context: EventContext, body: Any) -> None:
    """Send `LevelWillExpire` for a `tier_will_expire` event."""
    context.outbox.send(
        LevelWillExpire,
        lambda: LevelWillExpire(
            customer=customer(context), level=_level(context, body["tier"]), future=_level(context, body["to"])
        ),
    )


def _level(context: EventContext, name: str) -> LevelView:
    """Return a tier as a level; a tier that the program does not have any more goes by its name."""
    tier = context.program.tier_named(name)
    return LevelView(context.program.id_of("tier", name), name if tier is None else tier.title)
