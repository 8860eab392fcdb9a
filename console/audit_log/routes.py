"""The audit log: who did what, from where, and what came of it."""

from fastapi import APIRouter
from starlette.responses import Response

from api.audit_log.routes import list_entries
from console.pages.page import AnyPage

router = APIRouter()


@router.get("/console/audit-log")
async def list_page(page: AnyPage) -> Response:
    """The entries of the audit log that the caller may see, the newest first."""
    found = await page.list_of(list_entries)
    return await page.render("audit_log/list.html", block="rows", list=found)
