"""Due items of returns: set aside a return whose sale, or reversed event, does not arrive."""

from loyalty.events.due_items import DueItemContext
from loyalty.references import EventRef
from loyalty.transactions.refusals import ReturnBeforeSale, SaleMissing
from loyalty.transactions.returned_lines import left_of
from loyalty.transactions.reversing import join_late


def run_return_item(due: DueItemContext) -> EventRef | None:
    """Raise a refusal for the return whose id is the subject if its sale is unknown or unfit: that sets it aside."""
    found = due.tx.transactions.get(due.subject)
    if found is None or found.member is not None:
        return None
    sale = due.tx.transactions.by_number(found.linked_number or "")
    if sale is None:
        raise SaleMissing(found.linked_number or "")
    if sale.purchased_at > found.purchased_at:
        raise ReturnBeforeSale(sale.purchased_at)
    left_of(sale.items, [each.items for each in due.tx.transactions.returns_of(sale.document_number)])
    return None


def run_reversal_item(due: DueItemContext) -> EventRef | None:
    """Append the event whose id is the subject to its queue, if the one that it reverses is known by now.

    Else raise the reason why it waits, to set it aside.
    """
    found = due.tx.reversals.get(due.subject)
    if found is None or found.reversed is not None:
        return None
    return join_late(due.tx, due.program, found, now=due.now)
