"""Transactions: request bodies and responses."""

from decimal import Decimal
from typing import Annotated, Any, Literal, NotRequired

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from api.http.requests import Identifier, RequestModel, exact_number
from api.http.responses import ExactNumber, Id, Instant, JsonObject, Listed, UnreadableItem
from loyalty.transactions.documents import MAX_ITEMS, MAX_VALUE


def _label_value(value: Any) -> str | Decimal | int | bool:
    if not isinstance(value, str | int | Decimal):
        raise PydanticCustomError("label_type", "this must be a text, a number, true or false")
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise PydanticCustomError(
            "string_too_long", "this must have at most {max_length} characters", {"max_length": MAX_TEXT}
        )
    return value


MAX_TEXT = 255
MAX_LABELS = 100

Value = Annotated[
    Decimal | int,
    BeforeValidator(exact_number),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": int(MAX_VALUE)}),
]
"""The amount paid; the operation checks its precision."""
Quantity = Annotated[
    Decimal | int,
    BeforeValidator(exact_number),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": int(MAX_VALUE)}),
]
LabelValue = Annotated[
    Any, BeforeValidator(_label_value), WithJsonSchema({"type": ["string", "number", "boolean"], "maxLength": MAX_TEXT})
]
Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]


class Label(RequestModel):
    """A key and its value: a text, or the type that the program declares for the key."""

    key: Text
    value: LabelValue


class CustomerAddress(RequestModel):
    """Where the customer lives."""

    street: str | None = Field(default=None, max_length=MAX_TEXT)
    address1: str | None = Field(default=None, max_length=MAX_TEXT)
    address2: str | None = Field(default=None, max_length=MAX_TEXT)
    postal: str | None = Field(default=None, max_length=MAX_TEXT)
    city: str | None = Field(default=None, max_length=MAX_TEXT)
    province: str | None = Field(default=None, max_length=MAX_TEXT)
    country: str | None = Field(default=None, max_length=MAX_TEXT)


class TransactionCustomer(RequestModel):
    """The customer, as the till knows them. Any of the id, email, phone and card number finds the member."""

    customer_id: Identifier | None = None
    email: Identifier | None = None
    phone: Identifier | None = None
    loyalty_card_number: Identifier | None = None
    name: str | None = Field(default=None, max_length=MAX_TEXT)
    nip: str | None = Field(default=None, max_length=MAX_TEXT)
    address: CustomerAddress | None = None


class TransactionItem(RequestModel):
    """One line: `grossValue` is what was paid for all of its quantity. `highPrecisionQuantity` is for fractions."""

    sku: Text
    name: Text
    category: Text
    gross_value: Value
    maker: str | None = Field(default=None, min_length=1, max_length=MAX_TEXT)
    quantity: Quantity | None = None
    high_precision_quantity: Quantity | None = None
    labels: list[Label] | None = Field(default=None, max_length=MAX_LABELS)


class TransactionHeader(RequestModel):
    """`linkedDocumentNumber`: for a return, the number of its sale."""

    document_number: Text
    purchased_at: str = Field(max_length=64)
    document_type: Literal["sell", "return"] = "sell"
    linked_document_number: str | None = Field(default=None, min_length=1, max_length=MAX_TEXT)
    purchase_place: str | None = Field(default=None, min_length=1, max_length=MAX_TEXT)
    labels: list[Label] | None = Field(default=None, max_length=MAX_LABELS)


class ReportedTransaction(RequestModel):
    """A sale or a return. Its `documentNumber` makes reporting it idempotent."""

    header: TransactionHeader
    items: list[TransactionItem] = Field(min_length=1, max_length=MAX_ITEMS)
    customer_data: TransactionCustomer | None = None
    channel_id: str | None = Field(default=None, min_length=1, max_length=MAX_TEXT)


class PostTransaction(RequestModel):
    """A transaction to store."""

    transaction: ReportedTransaction


class ChangedTransaction(RequestModel):
    """The new content of a transaction."""

    transaction: ReportedTransaction


class PutTransaction(RequestModel):
    """A transaction to change."""

    transaction: ChangedTransaction


class Assignment(RequestModel):
    """A transaction and its member, by one of an id, a card number and a phone number."""

    transaction_document_number: Text
    customer_id: Identifier | None = None
    customer_loyalty_card_number: Identifier | None = None
    customer_phone_number: Identifier | None = None


class PostAssignment(RequestModel):
    """A transaction to assign."""

    assign: Assignment


class TransactionLabels(RequestModel):
    """Labels of a transaction."""

    labels: list[Label] = Field(max_length=MAX_LABELS)


class TransactionId(TypedDict):
    """The id of the transaction."""

    transactionId: Id


class AssignedCustomer(TypedDict):
    """A transaction and its member."""

    transactionId: Id
    customerId: Id


class MissingPoints(TypedDict):
    """Points of a wallet that a return could not take back."""

    wallet: str
    points: ExactNumber


class TransactionView(TypedDict):
    """A transaction. `pointsEarned` and `unitsDeducted` are what it moved in the default wallet.

    `returnState`: `waiting` until its sale is known and has a member, then `joined`. `shortfall`: what a return could
    not take back, neither from points nor as a debt; empty if it took all, absent while it took nothing.
    """

    transactionId: Id
    grossValue: ExactNumber
    customerData: JsonObject
    items: list[JsonObject]
    header: JsonObject
    matched: bool
    pointsEarned: ExactNumber
    unitsDeducted: ExactNumber
    createdAt: Instant
    customerId: NotRequired[Id]
    channelId: NotRequired[str]
    assignedToCustomerAt: NotRequired[Instant]
    returnState: NotRequired[Literal["waiting", "joined"]]
    customEventId: NotRequired[Id]
    shortfall: NotRequired[list[MissingPoints]]


class TransactionPage(Listed):
    """A page of transactions."""

    items: list[TransactionView | UnreadableItem]
