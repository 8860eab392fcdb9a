"""Settings of a store: notices, rules for corrections, and those of its program's files."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api.corrections.settings import put_settings
from api.corrections.settings import show_settings as show_correction_settings
from api.settings.routes import show_settings
from api.settings.views import DAYS
from api.stores.routes import list_stores
from console.pages.forms import Form
from console.pages.page import REFUSED, PageOfStore, StorePage
from console.route_rules import STORE
from console.settings.forms import rules_form, sent_rules
from program_files.folders.layout import PROGRAM_FILES

router = APIRouter()

TEMPLATE = "settings/settings.html"


@router.get(f"{STORE}/settings")
async def show_page(page: PageOfStore) -> Response:
    """Return every setting, with its source."""
    return await page.render(TEMPLATE, form=await _form(page), **await _context(page))


@router.post(f"{STORE}/settings")
async def save_page(page: PageOfStore) -> Response:
    """Set the reasons of changes by hand, and whether each needs one; `_more` adds a row."""
    form = sent_rules(page.sent)
    if page.sent.has("_more"):
        reasons = form.body()["settings"].get("reasons", [])
        more = rules_form(reasons, required=page.sent.has("settings.required"))
        return await page.render(TEMPLATE, form=page.new_form(more), **await _context(page))
    try:
        await page.call(put_settings, body=form.body())
    except REFUSED as error:
        return await page.refuse(TEMPLATE, form, error, **await _context(page))
    return page.redirect(page.url("settings"), notice="The settings are saved.")


async def _form(page: StorePage) -> Form | None:
    """Return the form of the rules for corrections; None for callers who may not read them."""
    if not page.may(show_correction_settings):
        return None
    known = await page.call(show_correction_settings, query={})
    return page.new_form(rules_form(known["reasons"], required=known["required"]))


async def _context(page: StorePage) -> dict[str, Any]:
    settings = await page.call(show_settings, query={}, public=False)
    in_files = {name: value for name, value in settings["settings"][0].items() if name not in DAYS}
    store = None
    if page.may(list_stores):
        stores = (await page.call(list_stores, query={"code": page.store}))["items"]
        store = next((each for each in stores if each["code"] == page.store), None)
    return {
        "notices": settings["notices"],
        "in_files": in_files,
        "store": store,
        "settings_file": await _file_of_settings(page),
    }


async def _file_of_settings(page: StorePage) -> str:
    """Return the file of the program in force that has its settings."""
    files = await page.state.services.programs.files(page.store, page.store_request.revision)
    return next(each for each in PROGRAM_FILES if each in files)
