"""Sales and returns: listed, one of them with its lines, and its member assigned by hand."""

from fastapi import APIRouter
from starlette.responses import Response

from api.transactions.routes import list_transactions, post_assignment, show_transaction
from console.pages.forms import Field, Form
from console.pages.page import REFUSED, PageOfStore
from console.pages.tables import Column, Table
from console.route_rules import STORE

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

FORM = Form(
    [
        Field("assign.customerId", "Member id", hint="One of the three."),
        Field("assign.customerLoyaltyCardNumber", "Card number"),
        Field("assign.customerPhoneNumber", "Phone"),
    ]
)


@router.get(f"{STORE}/transactions")
async def list_page(page: PageOfStore) -> Response:
    """The sales and returns of a store, the newest first."""
    if page.asks_csv:
        return await page.csv_of(list_transactions, TRANSACTIONS)
    found = await page.list_of(list_transactions, TRANSACTIONS)
    return await page.render("transactions/list.html", block="rows", list=found)


@router.get(f"{STORE}/transactions/{{transaction}}")
async def show_page(transaction: str, page: PageOfStore) -> Response:
    """One sale or return."""
    shown = await page.call(show_transaction, transaction_id=transaction)
    return await page.render("transactions/transaction.html", one=shown, form=page.new_form(FORM))


@router.post(f"{STORE}/transactions/{{transaction}}/assign")
async def assign_page(transaction: str, page: PageOfStore) -> Response:
    """Assign a sale or return to a member."""
    shown = await page.call(show_transaction, transaction_id=transaction)
    form = FORM.filled(page.sent)
    body = form.body()
    body["assign"] = {"transactionDocumentNumber": shown["header"]["documentNumber"], **body.get("assign", {})}
    try:
        await page.call(post_assignment, body=body)
    except REFUSED as error:
        return await page.refuse("transactions/transaction.html", form, error, one=shown)
    return page.redirect(page.url("transactions", shown["transactionId"]), notice="It is assigned.")
