"""Refusals of operations on transactions.

TransactionRefusal          a transaction is not stored, changed or assigned
├── DocumentNumberReused    the number was used for another document
├── UnknownDocument         no transaction has this document number
├── MissingSale             a return does not name its sale
├── NotASale                the document that a return names is itself a return
├── ReturnBeforeSale        the return is earlier than its sale
├── MoreThanSold            more is returned than is left of the sale
├── AnothersSale            a return names another member than its sale
├── AlreadyAssigned         the transaction belongs to another member
├── FollowsItsSale          a return has the member of its sale, and cannot be assigned by itself
├── SaleMissing             the sale of a return was not reported within 7 days
├── ReversalRefusal         an event cannot reverse another as its type declares
│   ├── MoreThanLeft        more is reversed than is left of the event
│   ├── ShareOutOfRange     the reversed share is not above 0, or it is above 1
│   ├── UnclearReversal     the event does not identify the reversed one, or the share
│   └── ReversedMissing     the event that is reversed was not reported within 7 days
└── AlreadyDecided          rules have read what is to be changed
"""

from datetime import datetime
from decimal import Decimal

from loyalty.refusals import Refusal


class TransactionRefusal(Refusal):
    """A transaction is not stored, changed or assigned."""


class DocumentNumberReused(TransactionRefusal):
    """The number was used for another document."""

    def __init__(self, transaction_id: str) -> None:
        super().__init__(f"this number was used for another document, {transaction_id}: give each its own")
        self.transaction_id = transaction_id


class UnknownDocument(TransactionRefusal):
    """No transaction has this document number."""

    def __init__(self, document_number: str) -> None:
        super().__init__(f"no transaction has the number {document_number[:80]}: report it first")


class MissingSale(TransactionRefusal):
    """A return does not name its sale."""

    def __init__(self) -> None:
        super().__init__("a return names its sale: send the documentNumber of the sale as linkedDocumentNumber")


class NotASale(TransactionRefusal):
    """The document that a return names is itself a return."""

    def __init__(self, document_number: str) -> None:
        super().__init__(f"{document_number[:80]} is a return: name the sale that the goods were bought by")


class ReturnBeforeSale(TransactionRefusal):
    """The return is earlier than its sale."""

    def __init__(self, sold_at: datetime) -> None:
        super().__init__(f"the sale was at {sold_at.isoformat()}, and a return is not before it")
        self.sold_at = sold_at


class MoreThanSold(TransactionRefusal):
    """More is returned than is left of the sale. `what` is a sku, or `value` for the sum."""

    def __init__(self, what: str, left: Decimal, asked: Decimal, item: int | None = None) -> None:
        super().__init__(f"of {what[:80]} {left:f} can come back, and not {asked:f}")
        self.what, self.left, self.asked = what, left, asked
        self.item = item
        """The index of the item; None: it is the sum."""


class AnothersSale(TransactionRefusal):
    """A return names another member than its sale."""

    def __init__(self) -> None:
        super().__init__("the sale belongs to another member: send the customerData of that one, or none")


class AlreadyAssigned(TransactionRefusal):
    """The transaction belongs to another member."""

    def __init__(self, member_id: str) -> None:
        super().__init__(f"the transaction belongs to member {member_id}, and stays with them")
        self.customer_id = member_id


class FollowsItsSale(TransactionRefusal):
    """A return has the member of its sale, and cannot be assigned by itself."""

    def __init__(self, document_number: str) -> None:
        super().__init__(f"a return belongs to the member of its sale: assign {document_number[:80]}")


class SaleMissing(TransactionRefusal):
    """The sale of a return was not reported within 7 days."""

    def __init__(self, document_number: str) -> None:
        super().__init__(f"no sale has the number {document_number[:80]}: report it, and the return goes on by itself")


class AlreadyDecided(TransactionRefusal):
    """Rules have read what is to be changed."""

    def __init__(self, field: str) -> None:
        super().__init__(
            "the transaction has its member, and rules may have read this: report a return, and a new sale"
        )
        self.field = field


class ReversalRefusal(TransactionRefusal):
    """An event cannot reverse another as its type declares."""


class MoreThanLeft(ReversalRefusal):
    """More is reversed than is left of the event. `asked` None: nothing is left, whatever is requested."""

    def __init__(self, reversed_type: str, left: Decimal, asked: Decimal | None) -> None:
        wanted = "" if asked is None else f", and not {_percent(asked)}"
        super().__init__(f"of the {reversed_type} {_percent(left)} can be reversed{wanted}")
        self.reversed_type, self.left, self.asked = reversed_type, left, asked


class ShareOutOfRange(ReversalRefusal):
    """The reversed share is not above 0, or it is above 1."""

    def __init__(self, share: Decimal) -> None:
        super().__init__(f"a share is above 0 and at most 1, and not {share.normalize():.6}: send other amounts")
        self.share = share


class UnclearReversal(ReversalRefusal):
    """The event does not identify the reversed one, or the share."""

    def __init__(self, part: str, what: str) -> None:
        super().__init__(f"{part} {what}, so it is not clear what is reversed: send the field that it reads")
        self.part = part


class ReversedMissing(ReversalRefusal):
    """The event that is reversed was not reported within 7 days."""

    def __init__(self, reversed_type: str) -> None:
        super().__init__(f"no {reversed_type} of the member fits: report it, and this event goes on by itself")
        self.reversed_type = reversed_type


def _percent(share: Decimal) -> str:
    """`40 %`, of six digits at most."""
    return f"{Decimal(f'{share * 100:.6g}').normalize():f} %"
