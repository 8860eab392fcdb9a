"""Messages about tiers, which are levels in messages."""

from typing import Any

from loyalty.events.context import EventContext
from loyalty.events.message_parts import customer
from loyalty.program.tiers import DEFAULT_SET
from loyalty.webhooks.messages import CustomerLevelChanged, LevelView, LevelWillExpire


def send_tier_changed(
    context: EventContext, name: str, *, up: bool, by_hand: bool = False, tier_set: str = DEFAULT_SET
) -> None:
    """Send `CustomerLevelChanged`."""

    def message() -> CustomerLevelChanged:
        level = _level(context, name, tier_set)
        return CustomerLevelChanged(customer=customer(context), level=level, up=up, by_hand=by_hand)

    context.outbox.send(CustomerLevelChanged, message)


def send_tier_will_expire(context: EventContext, body: Any) -> None:
    """Send `LevelWillExpire` for a `tier_will_expire` event."""
    tier_set = body.get("tier_set", DEFAULT_SET)

    def message() -> LevelWillExpire:
        level, future = (_level(context, body[field], tier_set) for field in ("tier", "to"))
        return LevelWillExpire(customer=customer(context), level=level, future=future)

    context.outbox.send(LevelWillExpire, message)


def _level(context: EventContext, name: str, tier_set: str) -> LevelView:
    """Return a tier as a level; one that the program does not have any more is shown by its name."""
    known = context.program.tier_sets.get(tier_set)
    tier = None if known is None else known.named(name)
    return LevelView(context.program.tier_id(tier_set, name), name if tier is None else tier.title)
