"""Imports: upload a file, show its progress and refused lines; pause, resume, cancel, retry."""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.responses import Response

from api.http.errors import BadInput
from api.imports.routes import (
    NEEDED,
    cancel,
    download_report,
    list_imports,
    pause,
    post_import,
    resume,
    retry,
    show_import,
)
from console.pages.calls import Endpoint
from console.pages.forms import Form
from console.pages.page import REFUSED, PageOfStore, StorePage
from console.pages.tables import Column, Table
from console.route_rules import STORE
from loyalty.store.imports import IMPORT_TYPES, ImportType

router = APIRouter()

IMPORTS = Table(
    "imports",
    (
        Column("Uploaded", "uploadedDate", "moment"),
        Column("By", "createdBy"),
        Column("File", "fileName"),
        Column("What", "type"),
        Column("Lines", "progress.read"),
        Column("Refused", "progress.refused"),
        Column("Status", "status"),
        Column("Id", "importId"),
    ),
    id="importId",
)
LINES = Table(
    "import",
    (
        Column("Line", "line"),
        Column("What came of it", "status"),
        Column("Repeated", "repeated"),
        Column("Field", "path"),
        Column("Why", "message", "personal"),
    ),
    by_key=True,
)

TYPES: Mapping[ImportType, str] = {
    "member": "Members",
    "unitTransferAdding": "Points to add",
    "unitTransferSpending": "Points to spend",
    "customEvent": "Events",
    "transaction": "Sales and returns",
    "transactionMatch": "Members of stored sales",
    "rewardCoupon": "Coupon codes",
}
assert set(TYPES) == set(IMPORT_TYPES)
STATUSES = {
    "queued": "Queued",
    "inprogress": "Running",
    "paused": "Paused",
    "done": "Done",
    "cancelled": "Cancelled",
    "failed": "Failed",
}
_CHANGES: Mapping[str, tuple[Endpoint, str]] = {
    "pause": (pause, "The import pauses."),
    "resume": (resume, "The import goes on."),
    "cancel": (cancel, "The import is cancelled."),
    "retry": (retry, "The import goes on where it failed."),
}


@router.get(f"{STORE}/imports")
async def list_page(page: PageOfStore) -> Response:
    """Return the imports of a store, the newest first."""
    if page.asks_csv:
        return await page.csv_of(list_imports, IMPORTS)
    found = await page.list_of(list_imports, IMPORTS)
    new = next(iter(_importable(page)), None)
    return await page.render("imports/list.html", block="rows", list=found, types=TYPES, statuses=STATUSES, new=new)


@router.get(f"{STORE}/imports/new/{{type}}")
async def new_page(type: str, page: PageOfStore) -> Response:  # noqa: A002 - as its path names it
    """The form that uploads a file."""
    types = _importable(page)
    chosen = type if type in types else next(iter(types), "")
    return await page.render("imports/new.html", form=Form([]), chosen=chosen, types=types)


@router.post(f"{STORE}/imports/new/{{type}}")
async def upload_page(type: str, page: PageOfStore) -> Response:  # noqa: A002 - as its path names it
    """Store a file, and start its import."""
    try:
        if not page.request.headers.get("content-type", "").startswith("multipart/form-data"):
            raise BadInput.at("import[file]", "choose a file", "missing")
        made = await page.call_as_sent(post_import, type_=type)
    except REFUSED as error:
        return await page.refuse("imports/new.html", Form([]), error, chosen=type, types=_importable(page))
    return page.redirect(page.url("imports", made["importId"]), notice="The file is stored; its lines are being done.")


@router.get(f"{STORE}/imports/{{import}}")
async def show_page(page: PageOfStore) -> Response:
    """Return one import: its progress, updated live, and the results of its lines."""
    import_id = page.request.path_params["import"]
    if page.asks_csv:
        return await page.csv_of(show_import, LINES, import_id=import_id)
    found = await page.list_of(show_import, LINES, import_id=import_id)
    one = found.content.get("import") or (await page.call(show_import, query={}, import_id=import_id))["import"]
    is_live = one["status"] in ("queued", "inprogress")
    return await page.render(
        "imports/import.html", block="rows", list=found, one=one, types=TYPES, is_live=is_live, form_key=page.new_key()
    )


@router.get(f"{STORE}/imports/{{import}}/report")
async def report_page(page: PageOfStore) -> Response:
    """Return the refused lines, as CSV."""
    return await page.file_of(download_report, import_id=page.request.path_params["import"])


@router.post(f"{STORE}/imports/{{import}}/{{change}}")
async def change_page(change: str, page: PageOfStore) -> Response:
    """Pause, resume, cancel or retry an import."""
    import_id = page.request.path_params["import"]
    endpoint, notice = _CHANGES.get(change, _CHANGES["retry"])
    await page.call(endpoint, import_id=import_id)
    return page.redirect(page.url("imports", import_id), notice=notice)


def _importable(page: StorePage) -> dict[str, str]:
    """Return what the caller may import, by type."""
    may_import = page.may(post_import)
    return {each: TYPES[each] for each, needed in NEEDED.items() if may_import and page.allows(needed)}
