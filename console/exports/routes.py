"""Exports: asked for, listed with their progress, downloaded, tried again."""

from fastapi import APIRouter
from starlette.responses import Response

from api.exports.routes import download, list_exports, post_export, retry
from console.pages.forms import Field, Form
from console.pages.page import REFUSED, PageOfStore
from console.pages.tables import Column, Table
from console.route_rules import STORE

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

TYPES = {
    "member": "Members",
    "unitTransfer": "Movements of points",
    "customEvent": "Events",
    "transaction": "Sales and returns",
    "rewardCoupon": "Coupon codes",
    "rewardFulfillment": "Issued rewards",
}
STATUSES = {"queued": "Queued", "running": "Running", "done": "Done", "failed": "Failed"}
FORM = Form(
    [
        Field("_type", "What", "choice", required=True, choices=TYPES, value="member"),
        Field("format", "As", "choice", required=True, choices={"csv": "CSV", "jsonl": "JSON lines"}, value="csv"),
    ]
)


@router.get(f"{STORE}/exports")
async def list_page(page: PageOfStore) -> Response:
    """The exports of a store, the newest first; the page follows those that run."""
    if page.asks_csv:
        return await page.csv_of(list_exports, EXPORTS)
    found = await page.list_of(list_exports, EXPORTS)
    return await page.render(
        "exports/list.html", block="rows", list=found, types=TYPES, statuses=STATUSES, form=page.new_form(FORM)
    )


@router.post(f"{STORE}/exports")
async def ask_page(page: PageOfStore) -> Response:
    """Have everything of a type written into a file."""
    form = FORM.filled(page.sent)
    try:
        await page.call(post_export, body={"format": form["format"].value}, type_=form["_type"].value)
    except REFUSED as error:
        found = await page.list_of(list_exports, EXPORTS)
        return await page.refuse("exports/list.html", form, error, list=found, types=TYPES, statuses=STATUSES)
    return page.redirect(page.url("exports"), notice="The file is being written.")


@router.get(f"{STORE}/exports/{{export}}/download")
async def download_page(export: str, page: PageOfStore) -> Response:
    """The file of an export."""
    return await page.file_of(download, export_id=export)


@router.post(f"{STORE}/exports/{{export}}/retry")
async def retry_page(export: str, page: PageOfStore) -> Response:
    """Go on with a failed export."""
    await page.call(retry, export_id=export)
    return page.redirect(page.url("exports"), notice="The export goes on.")
