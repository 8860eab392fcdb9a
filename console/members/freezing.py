"""Freezing a member, and unfreezing them: two forms that ask for a reason."""

from dataclasses import dataclass
from typing import Literal

from fastapi import APIRouter
from starlette.responses import Response

from api.members.freezing import freeze, unfreeze
from api.members.routes import show_member
from console.pages.calls import Endpoint
from console.pages.forms import Field, Form
from console.pages.page import REFUSED, PageOfStore, StorePage
from console.route_rules import STORE

router = APIRouter()

_MEMBER = f"{STORE}/members/{{member}}"
_TEMPLATE = "members/freezing.html"


@dataclass(frozen=True, slots=True)
class _Change:
    """One of the two changes; `name` is the last step of its path."""

    name: Literal["freeze", "unfreeze"]
    endpoint: Endpoint
    form: Form
    notice: str


_FREEZE = _Change(
    "freeze",
    freeze,
    Form(
        [Field("reason", "Reason", required=True, hint="Is kept with the member, and shown to those who serve them.")]
    ),
    "The member is frozen.",
)
_UNFREEZE = _Change(
    "unfreeze",
    unfreeze,
    Form([Field("reason", "Reason", hint="Is kept in their history.")]),
    "The member is unfrozen; what waited happens within seconds.",
)


@router.get(f"{_MEMBER}/freeze")
async def freeze_form(member: str, page: PageOfStore) -> Response:
    """Return the form that freezes a member."""
    return await _show(page, member, _FREEZE)


@router.post(f"{_MEMBER}/freeze")
async def freeze_page(member: str, page: PageOfStore) -> Response:
    """Freeze a member for a reason."""
    return await _carry_out(page, member, _FREEZE)


@router.get(f"{_MEMBER}/unfreeze")
async def unfreeze_form(member: str, page: PageOfStore) -> Response:
    """Return the form that unfreezes a member."""
    return await _show(page, member, _UNFREEZE)


@router.post(f"{_MEMBER}/unfreeze")
async def unfreeze_page(member: str, page: PageOfStore) -> Response:
    """Unfreeze a member."""
    return await _carry_out(page, member, _UNFREEZE)


async def _show(page: StorePage, member: str, change: _Change) -> Response:
    shown = await page.call(show_member, member=member)
    return await page.render(_TEMPLATE, form=page.new_form(change.form), member=shown, change=change.name)


async def _carry_out(page: StorePage, member: str, change: _Change) -> Response:
    form = change.form.filled(page.sent)
    try:
        await page.call(change.endpoint, body=form.body(), member=member)
    except REFUSED as error:
        shown = await page.call(show_member, member=member)
        return await page.refuse(_TEMPLATE, form, error, member=shown, change=change.name)
    return page.redirect(page.url("members", member), notice=change.notice)
