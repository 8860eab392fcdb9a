"""Find members by an id, an e-mail address, a phone, a card, and optionally a last name."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.members.routes import list_members
from console.pages.page import StorePage
from loyalty.ids import is_id

_IDENTITY = ("email", "phone", "loyaltyCardNumber")
_MOST = "5"


async def members_named(page: StorePage, text: str, *, by_last_name: bool = False) -> Sequence[Mapping[str, Any]]:
    """Return a few members whom a text names: exactly, or else in part."""
    if not text or not page.may(list_members):
        return []
    names = ["customerId"] if is_id(text) else ["emailOrPhone", "loyaltyCardNumber"]
    if by_last_name and names != ["customerId"]:
        names.append("lastName")
    found: dict[str, Mapping[str, Any]] = {}
    for name in names:
        content = await page.call(list_members, query={name: text, "_itemsOnPage": _MOST})
        found |= {each["customerId"]: each for each in content["items"] if "unreadable" not in each}
    exact = [each for each in found.values() if text.lower() in (str(each.get(name, "")).lower() for name in _EXACT)]
    return exact or list(found.values())


_EXACT = ("customerId", *_IDENTITY)


def name_of(page: StorePage, member: Mapping[str, Any]) -> str:
    """Return the label of a member in a list of choices, masked for callers who may not see it."""
    return page.person({name: member.get(name) for name in _IDENTITY}, member["customerId"]).striptags()
