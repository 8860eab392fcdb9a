"""Sales and returns: list and show them, assign a member, set labels, report a return by hand."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api.events.routes import show_event
from api.transactions.routes import (
    delete_labels,
    list_transactions,
    post_assignment,
    post_transaction,
    put_labels,
    show_transaction,
)
from console.pages.forms import Field, Form
from console.pages.page import REFUSED, PageOfStore, StorePage
from console.pages.tables import Column, Table
from console.route_rules import STORE
from console.transactions.returning import at_its_lines, return_body, return_form

router = APIRouter()

TRANSACTIONS = Table(
    "transactions",
    (
        Column("When", "header.purchasedAt", "moment"),
        Column("Document", "header.documentNumber"),
        Column("What", "header.documentType"),
        Column("Value", "grossValue"),
        Column("Member", "customerId"),
        Column("E-mail", "customerData.email", "personal"),
        Column("Points earned", "pointsEarned"),
        Column("Points deducted", "unitsDeducted"),
        Column("Id", "transactionId"),
    ),
    by_key=True,
)

TEMPLATE = "transactions/transaction.html"
RETURN = "transactions/return.html"
ASSIGN = Form(
    [
        Field("assign.customerId", "Member id", hint="One of the three."),
        Field("assign.customerLoyaltyCardNumber", "Card number"),
        Field("assign.customerPhoneNumber", "Phone"),
    ]
)
LABEL = Form([Field("labels.0.key", "Label", required=True), Field("labels.0.value", "Value", required=True)])
_ONE = f"{STORE}/transactions/{{transaction}}"


@router.get(f"{STORE}/transactions")
async def list_page(page: PageOfStore) -> Response:
    """Return the sales and returns of a store, the newest first."""
    if page.asks_csv:
        return await page.csv_of(list_transactions, TRANSACTIONS)
    found = await page.list_of(list_transactions, TRANSACTIONS)
    return await page.render("transactions/list.html", block="rows", list=found)


@router.get(_ONE)
async def show_page(transaction: str, page: PageOfStore) -> Response:
    """Return one sale or return, with what it moved and its returns."""
    return await _show(page, await page.call(show_transaction, query={}, transaction_id=transaction))


@router.post(f"{_ONE}/assign")
async def assign_page(transaction: str, page: PageOfStore) -> Response:
    """Assign a sale or return to a member."""
    shown = await page.call(show_transaction, transaction_id=transaction)
    form = ASSIGN.filled(page.sent)
    body = form.body()
    body["assign"] = {"transactionDocumentNumber": shown["header"]["documentNumber"], **body.get("assign", {})}
    try:
        await page.call(post_assignment, body=body)
    except REFUSED as error:
        return await _show(page, shown, refused=error, assign=form)
    return page.redirect(page.url("transactions", shown["transactionId"]), notice="It is assigned.")


@router.post(f"{_ONE}/labels")
async def label_page(transaction: str, page: PageOfStore) -> Response:
    """Set a label; `_remove` names one to remove."""
    shown = await page.call(show_transaction, transaction_id=transaction)
    form, removed = LABEL.filled(page.sent), page.sent.first("_remove")
    try:
        if removed:
            known = [each for each in shown["header"]["labels"] if each["key"] == removed]
            await page.call(delete_labels, body={"labels": known}, transaction_id=transaction)
        else:
            await page.call(put_labels, body=form.body(), transaction_id=transaction)
    except REFUSED as error:
        return await _show(page, shown, refused=error, label=form)
    notice = "The label is removed." if removed else "The label is set."
    return page.redirect(page.url("transactions", shown["transactionId"]), notice=notice)


@router.get(f"{_ONE}/return")
async def return_question(transaction: str, page: PageOfStore) -> Response:
    """Return the form that reports a return of a sale by hand."""
    shown = await page.call(show_transaction, transaction_id=transaction)
    return await page.render(RETURN, form=page.new_form(return_form(shown, now=_now(page))), one=shown)


@router.post(f"{_ONE}/return")
async def return_page(transaction: str, page: PageOfStore) -> Response:
    """Report a return; points, progress and tier follow as for any return."""
    shown = await page.call(show_transaction, transaction_id=transaction)
    form = return_form(shown, now=_now(page)).filled(page.sent)
    try:
        made = await page.call(post_transaction, body=return_body(form, shown))
    except REFUSED as error:
        return await page.refuse(RETURN, form, at_its_lines(error, form, shown), one=shown)
    return page.redirect(page.url("transactions", made["transactionId"]), notice="The return is reported.")


async def _show(
    page: StorePage, one: Mapping[str, Any], *, refused: Exception | None = None, **forms: Form
) -> Response:
    """Return the page of a sale or return; `forms`: the sent and refused one."""
    number, returns, moved = one["header"]["documentNumber"], [], []
    if one["header"]["documentType"] == "sell":
        asked = {"header:linkedDocumentNumber": number, "header:documentType": "return", "_itemsOnPage": "50"}
        returns = (await page.call(list_transactions, query=asked))["items"]
    if page.may(show_event) and "customEventId" in one:
        moved = (await page.call(show_event, custom_event_id=one["customEventId"]))["outcome"]["entries"]
    context: dict[str, Any] = {
        "one": one,
        "returns": [each for each in returns if "unreadable" not in each],
        "moved": moved,
        "assign": page.new_form(ASSIGN),
        "label": page.new_form(LABEL),
        **{name: form.refused(refused) for name, form in forms.items() if refused is not None},
    }
    if refused is None:
        return await page.render(TEMPLATE, **context)
    return await page.refuse(TEMPLATE, ASSIGN, refused, **context)


def _now(page: StorePage) -> str:
    return page.now.astimezone(page.store_request.program.zone).strftime("%Y-%m-%dT%H:%M:%S")
