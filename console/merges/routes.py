"""Merges: choose and preview two members, then merge them for a reason; list merges, and show the progress of one."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api.http.errors import BadInput
from api.merges.routes import list_merges, post_merge, preview_merge, show_merge
from console.merges.choosing import COMMENT, FORM, MERGED, SURVIVOR, Chosen, choose
from console.pages.page import REFUSED, PageOfStore, StorePage
from console.pages.tables import Column, Table
from console.route_rules import STORE

router = APIRouter()

MERGES = Table(
    "merges",
    (
        Column("Asked", "requestedAt", "moment"),
        Column("Stays", "customerId"),
        Column("Is merged", "mergedCustomerId"),
        Column("By", "requestedBy"),
        Column("Status", "status"),
        Column("Id", "mergeId"),
    ),
    id="mergeId",
)

TEMPLATE = "merges/new.html"
STATUSES = {"waiting": "Waiting", "done": "Done", "refused": "Refused"}


@router.get(f"{STORE}/merges")
async def list_page(page: PageOfStore) -> Response:
    """Return the merges of a store, the newest first."""
    if page.asks_csv:
        return await page.csv_of(list_merges, MERGES)
    found = await page.list_of(list_merges, MERGES)
    return await page.render("merges/list.html", block="rows", list=found, statuses=STATUSES)


@router.get(f"{STORE}/merges/new")
async def new_page(page: PageOfStore) -> Response:
    """Return the form that chooses two members; the URL may name them."""
    query = page.request.query_params
    named = {SURVIVOR: query.get("survivor", ""), MERGED: query.get("merged", "")}
    return await page.render(TEMPLATE, form=page.new_form(FORM.shown(named)), chosen=None, preview=None)


@router.post(f"{STORE}/merges/new")
async def merge_page(page: PageOfStore) -> Response:
    """Preview what a merge moves; `_do=merge` merges the previewed members, `_do=swap` exchanges the two."""
    form = FORM.filled(page.sent)
    if page.sent.first("_do") == "swap":
        form = form.shown({SURVIVOR: form[MERGED].value, MERGED: form[SURVIVOR].value, COMMENT: form[COMMENT].value})
    chosen = await choose(page, form)
    if not chosen.pair:
        return await page.render(TEMPLATE, status=400, form=chosen.form, chosen=None, preview=None)
    is_confirmed = page.sent.first("_do") == "merge" and page.sent.first("_previewed") == chosen.pair
    try:
        preview = await _preview(page, chosen)
        if not is_confirmed:
            return await page.render(TEMPLATE, form=form, chosen=chosen, preview=preview)
        if not form[COMMENT].value:
            raise BadInput.at(COMMENT, "say why these two are one: a merge cannot be undone", "missing")
        made = await page.call(post_merge, body=_body(chosen, form[COMMENT].value), member=_id(chosen.survivor))
    except BadInput as error:
        return await page.refuse(TEMPLATE, form, error, chosen=chosen, preview=preview)
    except REFUSED as error:
        return await page.refuse(TEMPLATE, form, error, chosen=None, preview=None)
    return page.redirect(page.url("merges", made["mergeId"]), notice="The merge begins.")


@router.get(f"{STORE}/merges/{{merge}}")
async def show_page(merge: str, page: PageOfStore) -> Response:
    """Return one merge: its progress, updated live, and what it moved."""
    shown = await page.call(show_merge, merge=merge)
    return await page.render("merges/merge.html", block="progress", one=shown)


async def _preview(page: StorePage, chosen: Chosen) -> Any:
    asked = replace(page, sent=replace(page.sent, fields=[]))  # a preview is no change: it needs no key
    return await asked.call(preview_merge, body={MERGED: _id(chosen.merged)}, member=_id(chosen.survivor))


def _body(chosen: Chosen, comment: str) -> dict[str, str]:
    return {MERGED: _id(chosen.merged), COMMENT: comment}


def _id(member: Any) -> str:
    return str(member["customerId"])
