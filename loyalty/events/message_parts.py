"""The parts of messages that every resource needs: the member, the cause and the trigger."""

from decimal import Decimal

from loyalty.events.builtin_events import BUILT_IN, TRANSACTIONS
from loyalty.events.context import EventContext
from loyalty.program.wallets import Wallet
from loyalty.webhooks.messages import (
    Cause,
    Customer,
    CustomEventTrigger,
    InternalEventTrigger,
    TransactionTrigger,
    Trigger,
)


def customer(context: EventContext) -> Customer:
    """Return the event's member."""
    member = context.member
    return Customer(
        id=member.id,
        email=member.email,
        phone=member.phone,
        card=member.card,
        first_name=member.profile.get("firstName"),
        last_name=member.profile.get("lastName"),
        is_test=member.is_test,
    )


def cause_of(context: EventContext, source: str) -> Cause:
    """Return what caused a change: a source such as `reactor/NAME`, in answer to the context's event."""
    kind, _, name = source.partition("/")
    built_in = context.event.type in BUILT_IN
    transaction = context.event.body.get("transaction") if context.event.type in TRANSACTIONS else None
    return Cause(
        campaign_id=context.program.id_of(kind, name) if name else None,
        customer_id=context.event.member,
        transaction_id=transaction,
        custom_event_id=None if built_in else context.event.id,
        internal_event_name=context.event.type if built_in and transaction is None else None,
        performed_at=context.now,
    )


def trigger_of(context: EventContext) -> Trigger:
    """Return the context's event as the trigger of something."""
    state = context.state
    if context.event.type in TRANSACTIONS:
        number = str(context.event.body.get("document_number", ""))
        return TransactionTrigger(state.id, state.received_at, context.event.time, number, context.event.type)
    if context.event.type in BUILT_IN:
        return InternalEventTrigger(state.id, state.received_at, dict(context.event.body))
    return CustomEventTrigger(state.id, state.received_at, context.event.time, state.external_id)


def amount(wallet: Wallet, points: int) -> Decimal:
    """Return points in units of the wallet."""
    return Decimal(wallet.amount(points))
