"""The fault of every refusal of an operation on transactions, and of a reversal."""

from collections.abc import Mapping
from typing import Final

from api.http.faults import FaultTemplate
from loyalty.refusals import Refusal
from loyalty.transactions.refusals import (
    AlreadyAssigned,
    AlreadyDecided,
    AnothersSale,
    DocumentNumberReused,
    FollowsItsSale,
    MissingSale,
    MoreThanLeft,
    MoreThanSold,
    NotASale,
    ReturnBeforeSale,
    ReversedMissing,
    SaleMissing,
    ShareOutOfRange,
    UnclearReversal,
    UnknownDocument,
)

TRANSACTION_REFUSALS: Final[Mapping[type[Refusal], FaultTemplate]] = {
    DocumentNumberReused: FaultTemplate(
        "documentNumberReused", "transaction.header.documentNumber", parameters=("transaction_id",)
    ),
    UnknownDocument: FaultTemplate("unknownTransaction", "assign.transactionDocumentNumber"),
    MissingSale: FaultTemplate("missing", "transaction.header.linkedDocumentNumber"),
    NotASale: FaultTemplate("notASale", "transaction.header.linkedDocumentNumber"),
    ReturnBeforeSale: FaultTemplate("returnBeforeSale", "transaction.header.purchasedAt"),
    MoreThanSold: FaultTemplate("moreThanSold", "transaction.items", parameters=("what", "left", "asked")),
    AnothersSale: FaultTemplate("anothersSale", "transaction.customerData"),
    AlreadyAssigned: FaultTemplate("alreadyAssigned", "assign", parameters=("customer_id",)),
    FollowsItsSale: FaultTemplate("followsItsSale", "assign.transactionDocumentNumber"),
    SaleMissing: FaultTemplate("saleMissing", "transaction.header.linkedDocumentNumber"),
    MoreThanLeft: FaultTemplate("moreThanLeft", "event.body", parameters=("left", "asked")),
    ShareOutOfRange: FaultTemplate("shareOutOfRange", "event.body", parameters=("share",)),
    UnclearReversal: FaultTemplate("unclearReversal", "event.body", parameters=("part",)),
    ReversedMissing: FaultTemplate("reversedMissing", "event.body"),
    AlreadyDecided: FaultTemplate("alreadyDecided", "transaction.transaction.{refusal.field}"),
}
