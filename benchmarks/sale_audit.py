"""What the database must hold of the sales and returns that were answered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select

from database.tables import customer_transaction, event, member, transfer
from loyalty.program.wallets import ONE


@dataclass
class Sale:
    """A sale that was reported, what is left of it by sku, and the ids of its returns by their numbers."""

    number: str
    email: str
    value: int
    left: dict[str, int]
    id: str = ""
    returned: int = 0
    returns: dict[str, str] = field(default_factory=dict)


def faults_of_sales(connection: Connection, sales: Sequence[Sale]) -> Iterator[str]:
    """Each document is there once; each sale of a member paid its value once, and lost what came back of it."""
    stored = {row.document_number: row for row in connection.execute(select(customer_transaction))}
    member_of = {number: row.member for number, row in stored.items()}
    for sale in sales:
        for number, answered in {sale.number: sale.id, **sale.returns}.items():
            row = stored.pop(number, None)
            if row is None or row.id != answered:
                yield f"{number} was answered as {answered}, and is there as {row and row.id}"
            elif row.return_state == "waiting" and member_of.get(row.linked_number):
                yield f"{number} waits, although its sale has a member"
    for number in stored:
        yield f"{number} was never answered, and is there"
    yield from _wrong_points(connection, sales)


def _wrong_points(connection: Connection, sales: Sequence[Sale]) -> Iterator[str]:
    known = set(connection.execute(select(member.c.email)).scalars())
    of_sales = (
        select(customer_transaction.c.document_number, transfer.c.kind, func.sum(transfer.c.points))
        .join(event, event.c.id == customer_transaction.c.event)
        .join(transfer, transfer.c.event == event.c.id)
        .where(transfer.c.source == "reactor/sales")
    )
    of_sales = of_sales.group_by(customer_transaction.c.document_number, transfer.c.kind)
    moved = {(number, kind): int(points) // ONE for number, kind, points in connection.execute(of_sales)}
    for sale in sales:
        paid = moved.get((sale.number, "award"), 0)
        back = sum(moved.get((number, "return"), 0) for number in (sale.number, *sale.returns))
        should = (sale.value, sale.returned) if sale.email in known else (0, 0)
        if (paid, back) != should:
            yield f"{sale.number} of {sale.email} paid {paid} and lost {back}, not {should[0]} and {should[1]}"


def paid_by_sales(connection: Connection, sales: Sequence[Sale]) -> int:
    """Return what the sales of members pay together, before anything comes back."""
    known = set(connection.execute(select(member.c.email)).scalars())
    return sum(sale.value for sale in sales if sale.email in known)
