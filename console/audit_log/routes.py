"""The audit log: who changed what, from where, and the outcome."""

from fastapi import APIRouter
from starlette.responses import Response

from api.audit_log.routes import list_entries
from console.pages.page import AnyPage
from console.pages.tables import Column, Table

router = APIRouter()

ENTRIES = Table(
    "audit-log",
    (
        Column("When", "createdAt", "moment"),
        Column("Who", "username"),
        Column("What", "eventType"),
        Column("About", "entityType"),
        Column("Id", "entityId", "sentence"),
        Column("Store", "store.code"),
        Column("Outcome", "outcome"),
        Column("Status", "status"),
        Column("From", "ip", "personal"),
    ),
    by_key=True,
)


@router.get("/console/audit-log")
async def list_page(page: AnyPage) -> Response:
    """Return the entries of the audit log that the caller may see, the newest first."""
    if page.asks_csv:
        return await page.csv_of(list_entries, ENTRIES)
    found = await page.list_of(list_entries, ENTRIES)
    return await page.render("audit_log/list.html", block="rows", list=found)
