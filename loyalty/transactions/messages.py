"""Messages about transactions."""

from decimal import Decimal

from loyalty.events.context import EventContext
from loyalty.events.message_parts import customer
from loyalty.store.transactions import StoredTransaction
from loyalty.webhooks.messages import TransactionAssignedToCustomer, TransactionRegistered, TransactionView


def send_transaction_registered(context: EventContext) -> None:
    """Send `TransactionRegistered` for the transaction of the context's event."""
    if context.outbox.has_subscribers and (found := _transaction(context)) is not None:
        _send_registered(context, found)


def send_transaction(context: EventContext) -> None:
    """Send `TransactionAssignedToCustomer`, and `TransactionRegistered` before it if that was not sent yet."""
    found = _transaction(context) if context.outbox.has_subscribers else None
    if found is None:
        return
    if found.was_assigned_at_once:
        _send_registered(context, found)
    context.outbox.send(
        TransactionAssignedToCustomer,
        lambda: TransactionAssignedToCustomer(customer=customer(context), transaction=_view(found)),
    )


def _send_registered(context: EventContext, found: StoredTransaction) -> None:
    context.outbox.send(TransactionRegistered, lambda: TransactionRegistered(transaction=_view(found)))


def _transaction(context: EventContext) -> StoredTransaction | None:
    return context.tx.transactions.get(str(context.event.body["transaction"]))


def _view(found: StoredTransaction) -> TransactionView:
    return TransactionView(
        found.id,
        found.document_number,
        found.document_type,
        found.purchased_at,
        found.purchase_place,
        found.channel,
        sum((Decimal(item["gross_value"]) for item in found.items), Decimal(0)),
        found.customer_data,
        tuple(found.items),
    )
