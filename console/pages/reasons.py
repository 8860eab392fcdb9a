"""Reasons of changes by hand: those that the store lists."""

from collections.abc import Mapping

from api.corrections.settings import show_settings
from api.state.by_hand import NAME
from console.pages.forms import Field
from console.pages.page import StorePage


async def reason_titles(page: StorePage) -> Mapping[str, str]:
    """Return the titles of the available reasons, by code."""
    reasons = (await page.call(show_settings, query={}))["reasons"]
    return {each["code"]: each["title"] for each in reasons if each["active"]}


async def reason_field(page: StorePage) -> Field:
    """Return the field of the reason of a change by hand; the store decides whether it is required."""
    if not page.may(show_settings):
        return Field(NAME, "Reason", hint="Its code, if the store needs one.")
    settings = await page.call(show_settings, query={})
    return Field(NAME, "Reason", "choice", required=settings["required"], choices=await reason_titles(page))
