"""EXPIRING NOTIFICATIONS: three numbers of days, and the members who would be notified."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api.settings.notices import preview_notices
from api.settings.routes import configure_settings, show_settings
from api.settings.views import DAYS as NAMES
from console.pages.forms import Form
from console.pages.page import REFUSED, PageOfStore, StorePage
from console.webhooks.forms import DAYS
from console.webhooks.routes import WEBHOOKS

router = APIRouter()

TEMPLATE = "webhooks/notifications.html"
_MOST_DIGITS = 4


@router.get(f"{WEBHOOKS}/expiring-notifications")
async def show_page(page: PageOfStore) -> Response:
    """Return the days as they are."""
    settings = await page.call(show_settings, public=False)
    chosen = {f"settings.{name}": settings["notices"][notice]["days"] for name, notice in NAMES.items()}
    form = page.new_form(DAYS.shown({name: "" if days is None else str(days) for name, days in chosen.items()}))
    return await page.render(TEMPLATE, form=form, settings=settings, preview=await _preview(page, form))


@router.post(f"{WEBHOOKS}/expiring-notifications")
async def save(page: PageOfStore) -> Response:
    """Save the days; `_preview` only shows the members who would be notified."""
    form = DAYS.filled(page.sent)
    settings = await page.call(show_settings, public=False)
    if page.sent.has("_preview"):
        return await page.render(TEMPLATE, form=form, settings=settings, preview=await _preview(page, form))
    try:
        await page.call(configure_settings, body=form.body())
    except REFUSED as error:
        return await page.refuse(TEMPLATE, form, error, settings=settings, preview=None)
    return page.redirect(page.url("webhooks", "expiring-notifications"), notice="The settings are saved.")


async def _preview(page: StorePage, form: Form) -> Any:
    """Return the receivers for the days of a form; None for callers who may not see them, and for invalid days."""
    if not page.may(preview_notices):
        return None
    asked = {notice: form[f"settings.{name}"].value for name, notice in NAMES.items()}
    given = {notice: text for notice, text in asked.items() if text}
    if not all(text.isdecimal() and len(text) <= _MOST_DIGITS for text in given.values()):
        return None
    days: dict[str, Any] = {notice: int(text) for notice, text in given.items()}
    return await page.call(preview_notices, **days)
