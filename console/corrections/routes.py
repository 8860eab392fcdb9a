"""Corrections: a form with a preview, the list, and one of them, to approve, reject or undo."""

from fastapi import APIRouter
from starlette.responses import Response

from api.corrections.routes import (
    list_corrections,
    post_approval,
    post_correction,
    post_preview,
    post_rejection,
    post_undo,
    show_correction,
)
from api.members.routes import show_member
from console.corrections.forms import KINDS, change_of, form_of, kind_of
from console.pages.calls import Endpoint
from console.pages.forms import Field, Form
from console.pages.page import REFUSED, PageOfStore, StorePage
from console.pages.tables import Column, Table
from console.route_rules import STORE

router = APIRouter()

CORRECTIONS = Table(
    "corrections",
    (
        Column("When", "createdAt", "moment"),
        Column("What", "kind"),
        Column("Unit", "unit"),
        Column("Amount", "amount"),
        Column("Member", "customerId"),
        Column("By", "asked.username"),
        Column("Reason", "reason"),
        Column("Comment", "comment", "personal"),
        Column("Status", "status"),
        Column("Id", "correctionId"),
    ),
    by_key=True,
)

STATUSES = {"waiting": "Waiting", "done": "Done", "rejected": "Rejected", "undone": "Undone"}
_DECISION = Form([Field("correction.comment", "Comment", "area")])


@router.get(f"{STORE}/members/{{member}}/correct")
async def correct_form(member: str, page: PageOfStore) -> Response:
    """Return the form that corrects a member, by its kind; the URL may give initial values."""
    shown = await page.call(show_member, member=member)
    kind = kind_of(page.request.query_params.get("kind", ""))
    form = page.new_form((await form_of(page, kind)).shown(page.request.query_params))
    return await page.render("corrections/correct.html", form=form, member=shown, kind=kind, kinds=KINDS, preview=None)


@router.post(f"{STORE}/members/{{member}}/correct")
async def correct_page(member: str, page: PageOfStore) -> Response:
    """Preview a correction; `_do=make` makes the previewed one, and previews again what was changed since."""
    shown = await page.call(show_member, member=member)
    kind = kind_of(page.sent.first("_kind"))
    form = (await form_of(page, kind)).filled(page.sent)
    body = form.body()
    body["correction"] = {"customer": shown["customerId"], **body.get("correction", {})}
    change, asks = change_of(form, kind), page.sent.first("_do") == "make"
    context = {"member": shown, "kind": kind, "kinds": KINDS, "change": change, "changed": asks}
    try:
        if not asks or page.sent.first("_previewed") != change:
            preview = await page.call(post_preview, body=body)
            return await page.render("corrections/correct.html", form=form, preview=preview, **context)
        made = await page.call(post_correction, body=body)
    except REFUSED as error:
        return await page.refuse("corrections/correct.html", form, error, preview=None, **context)
    waits = made["status"] == "waiting"
    notice = "It is above your bound: it waits for a second person." if waits else "The correction is made."
    return page.redirect(page.url("corrections", made["correctionId"]), notice=notice)


@router.get(f"{STORE}/corrections")
async def list_page(page: PageOfStore) -> Response:
    """Return the corrections of a store, the newest first."""
    if page.asks_csv:
        return await page.csv_of(list_corrections, CORRECTIONS)
    found = await page.list_of(list_corrections, CORRECTIONS)
    return await page.render("corrections/list.html", block="rows", list=found, kinds=KINDS, statuses=STATUSES)


@router.get(f"{STORE}/corrections/{{correction}}")
async def show_page(correction: str, page: PageOfStore) -> Response:
    """Return one correction: its result, its requester, its approval, and the possible actions."""
    shown = await page.call(show_correction, correction_id=correction)
    return await page.render("corrections/correction.html", one=shown, form=page.new_form(_DECISION))


@router.post(f"{STORE}/corrections/{{correction}}/approve")
async def approve_page(correction: str, page: PageOfStore) -> Response:
    """Approve a waiting correction."""
    return await _decide(page, correction, post_approval, "The correction is made.")


@router.post(f"{STORE}/corrections/{{correction}}/reject")
async def reject_page(correction: str, page: PageOfStore) -> Response:
    """Reject a waiting correction."""
    return await _decide(page, correction, post_rejection, "The correction is rejected.")


@router.post(f"{STORE}/corrections/{{correction}}/undo")
async def undo_page(correction: str, page: PageOfStore) -> Response:
    """Undo a correction."""
    return await _decide(page, correction, post_undo, "The correction is undone.")


async def _decide(page: StorePage, correction: str, endpoint: Endpoint, notice: str) -> Response:
    form = _DECISION.filled(page.sent)
    try:
        await page.call(endpoint, body=form.body(), correction_id=correction)
    except REFUSED as error:
        shown = await page.call(show_correction, correction_id=correction)
        return await page.refuse("corrections/correction.html", form, error, one=shown)
    return page.redirect(page.url("corrections", correction), notice=notice)
