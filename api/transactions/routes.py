"""Transactions: store, list, change and assign sales and returns."""

from collections.abc import Callable
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from api.authentication.callers import AdminCaller
from api.http.errors import BadInput, NotFound
from api.http.paging import page_of_records
from api.http.refusal_paths import refusals_at
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson
from api.state.changes import AdminChange, Change, Changed, Operation
from api.state.dependencies import AdminRequest
from api.transactions.filters import LIST_QUERY, find_transactions
from api.transactions.schemas import (
    AssignedCustomer,
    Assignment,
    PostAssignment,
    PostTransaction,
    PutTransaction,
    TransactionId,
    TransactionLabels,
    TransactionPage,
    TransactionView,
)
from api.transactions.validation import labels_of, validate_transaction
from api.transactions.views import transaction_view
from database import ReadTransaction, Transaction
from loyalty.events.operations import OperationContext
from loyalty.members.identity import identity_of
from loyalty.members.registration import find_member
from loyalty.refusals import DifferentMembers, InvalidMemberId, MemberInactive
from loyalty.transactions.operations import (
    assign_transaction,
    change_transaction,
    register_transaction,
    remove_labels,
    set_labels,
)

router = APIRouter(prefix="/api/{storeCode}/transaction", tags=["Transactions"])

TransactionInPath: TypeAlias = Annotated[str, Path(alias="transaction", description="A transactionId.")]

_SALE = {
    "header": {"documentNumber": "TILL-7/4711", "purchasedAt": "2026-05-04T10:30:00", "purchasePlace": "Main street"},
    "items": [
        {"sku": "BEANS-1", "name": "Coffee beans", "category": "coffee", "grossValue": 24.5, "quantity": 2},
        {
            "sku": "CUP-3",
            "name": "A cup",
            "category": "dishes",
            "grossValue": 9,
            "labels": [{"key": "colour", "value": "red"}],
        },
    ],
    "customerData": {"email": "anna.nowak@example.com", "loyaltyCardNumber": "C-000123"},
}
_ASSIGN = {"assign": {"transactionDocumentNumber": "TILL-7/4711", "customerLoyaltyCardNumber": "C-000123"}}
_LABELS = {"labels": [{"key": "table", "value": "12"}]}

_Work: TypeAlias = Callable[[OperationContext, Transaction], dict[str, Any] | None]


@router.post(
    "",
    summary="Report a sale or a return",
    response_model=TransactionId,
    openapi_extra=request_body(PostTransaction, {"transaction": _SALE}),
)
async def post_transaction(request: Request, change: AdminChange) -> Response:
    """Store a sale or a return. Its member is the one with the id, email, phone or card number in `customerData`.

    A transaction of an unknown member is stored, too, and is assigned when one registers by this data, or by `POST
    transaction/assign`. The same document again gets the first response; another one with that number is refused.
    """
    posted = await read_body(request, PostTransaction)
    program = change.store_request.program

    def run(operation: OperationContext, _: Transaction) -> dict[str, Any]:
        document = validate_transaction(posted.transaction, program)
        with refusals_at({MemberInactive: "transaction.customerData"}):
            return {"transactionId": register_transaction(operation, document)}

    return await change.respond(posted, _changes(change, run))


@router.get(
    "", summary="List transactions", response_model=TransactionPage, openapi_extra=LIST_QUERY.openapi_parameters()
)
async def list_transactions(request: Request, store_request: AdminRequest) -> Response:
    """List the sales and returns of a store, the last stored first. Labels are found by `key`, or by `key;value`."""
    program = store_request.program
    page, filters = LIST_QUERY.parse(request.query_params, program.zone)

    def read(tx: ReadTransaction) -> dict[str, Any]:
        found = find_transactions(tx, page, filters, program)
        return page_of_records(found, lambda each: transaction_view(tx, each, program))

    return ExactJson(await store_request.database.read(read))


@router.post(
    "/assign",
    summary="Assign a transaction to a member",
    response_model=AssignedCustomer,
    openapi_extra=request_body(PostAssignment, _ASSIGN),
)
async def post_assignment(request: Request, change: AdminChange) -> Response:
    """Assign an unassigned sale to a member, with its returns. Repeating it gives the same response."""
    posted = await read_body(request, PostAssignment)

    def run(operation: OperationContext, tx: Transaction) -> dict[str, Any]:
        member_id = _member_named(tx, posted.assign, operation.program.region)
        done = assign_transaction(operation, posted.assign.transaction_document_number, member_id)
        return {"transactionId": done.transaction, "customerId": done.member}

    return await change.respond(posted, _changes(change, run))


@router.get("/{transaction}", summary="Show a transaction", response_model=TransactionView)
async def show_transaction(transaction_id: TransactionInPath, store_request: AdminRequest) -> Response:
    """Return one sale or return, its member, and what it moved in the default wallet."""
    program = store_request.program

    def read(tx: ReadTransaction) -> dict[str, Any]:
        found = tx.transactions.get(_required(tx, transaction_id))
        assert found is not None, "it was found in this transaction"
        return transaction_view(tx, found, program)

    return ExactJson(await store_request.database.read(read))


@router.put(
    "/{transaction}",
    summary="Change a transaction",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(PutTransaction, {"transaction": {"transaction": _SALE}}),
)
async def put_transaction(request: Request, transaction_id: TransactionInPath, change: AdminChange) -> Response:
    """Change the content of a transaction; once it has its member, rules have read it, and only `customerData` changes.

    Its number and type never change. If it identifies a member from now on, it is assigned to them.
    """
    posted = await read_body(request, PutTransaction)
    program, path = change.store_request.program, "transaction.transaction"

    def run(operation: OperationContext, tx: Transaction) -> None:
        found = _required(tx, transaction_id)
        document = validate_transaction(posted.transaction.transaction, program, path=path)
        change_transaction(operation, found, document)

    return await change.respond(posted, _changes(change, run))


@router.put(
    "/{transaction}/labels",
    summary="Set labels of a transaction",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(TransactionLabels, _LABELS),
)
async def put_labels(request: Request, transaction_id: TransactionInPath, change: AdminChange) -> Response:
    """Add labels, or replace the values of existing ones. Decisions stay."""
    posted = await read_body(request, TransactionLabels)
    event_type = change.store_request.program.event_types["transaction"]

    def run(operation: OperationContext, tx: Transaction) -> None:
        set_labels(operation, _required(tx, transaction_id), labels_of(posted.labels, event_type, "labels"))

    return await change.respond(posted, _changes(change, run))


@router.delete(
    "/{transaction}/labels",
    summary="Remove labels of a transaction",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(TransactionLabels, _LABELS),
)
async def delete_labels(request: Request, transaction_id: TransactionInPath, change: AdminChange) -> Response:
    """Remove the labels of these keys, whatever their values are."""
    posted = await read_body(request, TransactionLabels)

    def run(operation: OperationContext, tx: Transaction) -> None:
        remove_labels(operation, _required(tx, transaction_id), tuple(label.key for label in posted.labels))

    return await change.respond(posted, _changes(change, run))


def _changes(change: Change, work: _Work) -> Any:
    """Return what `Change.run` runs for a request that changes transactions."""
    store_request = change.store_request

    def run(tx: Transaction) -> Changed:
        source = "admin" if isinstance(store_request.caller, AdminCaller) else "member"
        operation = OperationContext(tx, store_request.program, store_request.revision, store_request.now, source)
        answer = work(operation, tx)
        return Changed(answer, tuple(operation.to_start))

    async def prepare() -> Operation:
        return run

    return prepare


def _required(tx: ReadTransaction, transaction_id: str) -> str:
    """Return the id of the transaction in a path; raise NotFound."""
    found = tx.transactions.get(transaction_id.lower())
    if found is None:
        raise NotFound(f"no transaction {transaction_id[:80]} in {tx.store}")
    return found.id


def _member_named(tx: ReadTransaction, assignment: Assignment, region: str | None) -> str:
    """Return the id of the one member in an assignment, a phone read in a region; raise BadInput."""
    named = {
        "customerId": assignment.customer_id,
        "loyaltyCardNumber": assignment.customer_loyalty_card_number,
        "phone": assignment.customer_phone_number,
    }
    given = {name: value for name, value in named.items() if value is not None}
    if not given:
        message = "no member is named: send a customerId, a customerLoyaltyCardNumber or a customerPhoneNumber"
        raise BadInput.at("assign", message, "missing")
    with refusals_at({InvalidMemberId: "assign.customerId", DifferentMembers: "assign"}):
        found = find_member(tx, identity_of(given).written(region))
    if found is None:
        raise BadInput.at("assign", f"no member of {tx.store} is known by this", "unknownMember")
    return found
