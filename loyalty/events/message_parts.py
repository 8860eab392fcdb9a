"""Members, wallets and causes as messages show them."""

from decimal import Decimal

from loyalty.events.builtin_events import BUILT_IN
from loyalty.events.context import Step
from loyalty.ids import caused_id
from loyalty.program.program import Program, Tier, Wallet
from loyalty.webhooks.messages import (
    Cause,
    Customer,
    CustomEventTrigger,
    InternalEventTrigger,
    LevelView,
    Trigger,
    WalletView,
)


def customer(step: Step) -> Customer:
    """The event's member."""
    member = step.member
    return Customer(
        id=member.id,
        email=member.email,
        phone=member.phone,
        card=member.card,
        first_name=member.profile.get("firstName"),
        last_name=member.profile.get("lastName"),
    )


def wallet_id(member_id: str, code: str) -> str:
    """The id of one member's wallet of a kind."""
    return caused_id(member_id, f"wallet/{code}")


def wallet_view(step: Step, wallet: Wallet) -> WalletView:
    """The event's member's wallet."""
    return WalletView(
        id=wallet_id(step.event.member, wallet.code),
        type_id=step.program.id_of("wallet", wallet.code),
        code=wallet.code,
        name=wallet.title,
        unit_singular="Point",
        unit_plural="Points",
        is_default=wallet.default,
        created_at=step.member.registered_at,
    )


def cause_of(step: Step, source: str) -> Cause:
    """What stands behind a change: a source such as `reactor/NAME`, answering the step's event."""
    kind, _, name = source.partition("/")
    built_in = step.event.type in BUILT_IN
    return Cause(
        campaign_id=step.program.id_of(kind, name) if name else None,
        customer_id=step.event.member,
        custom_event_id=None if built_in else step.event.id,
        internal_event_name=step.event.type if built_in else None,
        performed_at=step.now,
    )


def trigger_of(step: Step) -> Trigger:
    """The step's event, as what triggered something."""
    row = step.row
    if step.event.type in BUILT_IN:
        return InternalEventTrigger(row["id"], row["received_at"], dict(step.event.body))
    return CustomEventTrigger(row["id"], row["received_at"], step.event.time, row["external_id"])


def level_view(program: Program, tier: Tier) -> LevelView:
    """A tier, as messages call it."""
    return LevelView(program.id_of("tier", tier.name), tier.title)


def amount(wallet: Wallet, points: int) -> Decimal:
    """Points as people write them."""
    return Decimal(wallet.amount(points))
