"""Messages about members, which call them customers."""

from datetime import date

from loyalty.events.context import EventContext
from loyalty.events.message_parts import customer
from loyalty.store.points import account_id
from loyalty.tiers.messages import send_tier_changed
from loyalty.webhooks.messages import CustomerDeactivated, CustomerRegistered, CustomerUpdated


def send_registered(context: EventContext) -> None:
    """Send `CustomerRegistered`, and `CustomerLevelChanged` for the member's first tier."""
    context.outbox.send(CustomerRegistered, lambda: _registered(context))
    if context.member.tier is not None:
        send_tier_changed(context, context.member.tier, up=True)


def send_updated(context: EventContext) -> None:
    """Send `CustomerUpdated`."""
    context.outbox.send(CustomerUpdated, lambda: CustomerUpdated(customer=customer(context)))


def send_deactivated(context: EventContext) -> None:
    """Send `CustomerDeactivated`."""
    context.outbox.send(CustomerDeactivated, lambda: CustomerDeactivated(customer=customer(context)))


def _registered(context: EventContext) -> CustomerRegistered:
    profile = context.member.profile
    agreements = tuple(bool(profile.get(f"agreement{n}")) for n in (1, 2, 3))
    return CustomerRegistered(
        customer=customer(context),
        registered_at=context.member.registered_at,
        gender=profile.get("gender"),
        birth_date=_date(profile.get("birthDate")),
        address=profile.get("address") or {},
        company=profile.get("company") or {},
        attributes=context.member.attributes,
        agreements=(agreements[0], agreements[1], agreements[2]),
        tier_number=_tier_number(context),
        wallet_id=account_id(context.member.id, context.program.default_wallet.code),
    )


def _tier_number(context: EventContext) -> int | None:
    tier = context.program.tier_named(context.member.tier)
    return None if tier is None else context.program.tiers.index(tier) + 1


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text[:10])
