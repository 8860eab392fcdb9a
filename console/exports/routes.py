"""Exports: request, list with progress, download and retry them."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from access import Permission
from api.exports.routes import NEEDED, download, list_exports, post_export, retry
from console.pages.forms import Field, Form
from console.pages.page import REFUSED, PageOfStore, StorePage
from console.pages.tables import Column, Table
from console.route_rules import STORE
from loyalty.store.exports import ExportType

router = APIRouter()

EXPORTS = Table(
    "exports",
    (
        Column("Asked for", "createdAt", "moment"),
        Column("What", "type"),
        Column("Rows", "exportedRows"),
        Column("Status", "status"),
        Column("Id", "exportId"),
    ),
    id="exportId",
)

_TEMPLATE = "exports/list.html"
TYPES: Mapping[ExportType, str] = {
    "member": "Members",
    "unitTransfer": "Movements of points",
    "customEvent": "Events",
    "transaction": "Sales and returns",
    "rewardCoupon": "Coupon codes",
    "rewardFulfillment": "Issued rewards",
}
assert set(TYPES) == set(NEEDED)
STATUSES = {"queued": "Queued", "running": "Running", "done": "Done", "failed": "Failed"}
FORMATS = {"csv": "CSV", "jsonl": "JSON lines"}


@router.get(f"{STORE}/exports")
async def list_page(page: PageOfStore) -> Response:
    """Return the exports of a store, the newest first; the page updates running ones."""
    if page.asks_csv:
        return await page.csv_of(list_exports, EXPORTS)
    return await page.render(_TEMPLATE, block="rows", form=page.new_form(_form(page)), **await _context(page))


@router.post(f"{STORE}/exports")
async def ask_page(page: PageOfStore) -> Response:
    """Export everything of a type into a file."""
    form = _form(page).filled(page.sent)
    try:
        await page.call(post_export, body={"format": form["format"].value}, type_=form["_type"].value)
    except REFUSED as error:
        return await page.refuse(_TEMPLATE, form, error, **await _context(page))
    return page.redirect(page.url("exports"), notice="The file is being written.")


@router.get(f"{STORE}/exports/{{export}}/download")
async def download_page(export: str, page: PageOfStore) -> Response:
    """Return the file of an export."""
    return await page.file_of(download, export_id=export)


@router.post(f"{STORE}/exports/{{export}}/retry")
async def retry_page(export: str, page: PageOfStore) -> Response:
    """Resume a failed export."""
    await page.call(retry, export_id=export)
    return page.redirect(page.url("exports"), notice="The export goes on.")


def _exportable(page: StorePage) -> dict[str, str]:
    """Return what the caller may export, and download, by type."""
    may_export = page.allows(Permission.EXPORT_DATA)
    return {each: TYPES[each] for each, needed in NEEDED.items() if may_export and page.allows(needed)}


def _form(page: StorePage) -> Form:
    return Form(
        [
            Field("_type", "What", "choice", required=True, choices=_exportable(page)),
            Field("format", "As", "choice", required=True, choices=FORMATS, value="csv"),
        ]
    )


async def _context(page: StorePage) -> dict[str, Any]:
    found = await page.list_of(list_exports, EXPORTS)
    return {"list": found, "types": TYPES, "statuses": STATUSES, "exportable": _exportable(page)}
