"""The form of a merge: two members, and the reason."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from console.pages.forms import Field, Form
from console.pages.member_search import members_named, name_of
from console.pages.page import StorePage

SURVIVOR, MERGED, COMMENT = "_survivor", "mergedCustomer", "comment"
_HINT = "An e-mail, a phone with its country, a card, a last name, or an id."
FORM = Form(
    [
        Field(SURVIVOR, "Member who stays", required=True, hint=_HINT),
        Field(MERGED, "Member who is merged into them", required=True, hint=_HINT),
        Field(COMMENT, "Reason", "area", required=True, hint="For those who look at it later."),
    ]
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A form with its members looked up: each found, or an error at the field."""

    form: Form
    survivor: Mapping[str, Any] | None
    merged: Mapping[str, Any] | None

    @property
    def pair(self) -> str:
        """The ids of the two members; empty unless both were found."""
        both = [each["customerId"] for each in (self.survivor, self.merged) if each is not None]
        return "/".join(both) if len(both) == len((SURVIVOR, MERGED)) else ""


async def choose(page: StorePage, form: Form) -> Chosen:
    """Look up both members of a form. If a text names several, its field offers them as choices."""
    survivor_field, survivor = await _found(page, form[SURVIVOR])
    merged_field, merged = await _found(page, form[MERGED])
    return Chosen(replace(form, fields=[survivor_field, merged_field, form[COMMENT]]), survivor, merged)


async def _found(page: StorePage, field: Field) -> tuple[Field, Mapping[str, Any] | None]:
    found = await members_named(page, field.value, by_last_name=True)
    if len(found) == 1:
        return field, found[0]
    if not found:
        message = "no member is known by this" if field.value else "say who"
        return replace(field, errors=[message]), None
    choices = {each["customerId"]: name_of(page, each) for each in found}
    message = f"{len(found)} members are known by this: choose one, or write what names only one"
    return replace(field, kind="choice", choices=choices, value="", errors=[message]), None
