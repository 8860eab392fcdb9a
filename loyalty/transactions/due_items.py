"""Due items of transactions: a return whose sale does not come is set aside."""

from loyalty.events.due_items import DueItemContext
from loyalty.references import EventRef
from loyalty.transactions.refusals import ReturnBeforeSale, SaleMissing
from loyalty.transactions.returned_lines import left_of


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
