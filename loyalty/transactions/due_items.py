"""Due items of returns: one whose sale, or whose reversed event, does not come is set aside."""

from loyalty.events.due_items import DueItemContext
from loyalty.references import EventRef
from loyalty.transactions.refusals import ReturnBeforeSale, SaleMissing
from loyalty.transactions.returned_lines import left_of
from loyalty.transactions.reversing import join_late


def run_return_item(due: DueItemContext) -> EventRef | None:
    """Raise a refusal for the return whose id is the subject, if its sale is unknown or another: so it is set aside."""
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
    """Let the event whose id is the subject join its queue, if the one that it reverses is known by now.

    Else raise what keeps it waiting: so it is set aside.
    """
    found = due.tx.reversals.get(due.subject)
    if found is None or found.reversed is not None:
        return None
    return join_late(due.tx, due.program, found, now=due.now)
