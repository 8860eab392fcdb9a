"""Rolling back: what an earlier revision would change is shown before it is put in force again."""

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from api.drafts.schemas import MAX_PLAN_DAYS
from api.http.errors import BadInput
from api.plans.rollbacks import plan_rollback
from api.programs.routes import roll_back, show_revision
from console.pages.backtest_charts import backtest_charts
from console.pages.forms import Field, Form
from console.pages.page import REFUSED, PageOfStore, StorePage
from console.route_rules import STORE

router = APIRouter()

_TEMPLATE = "program/roll_back.html"
_PATH = f"{STORE}/program/{{revision}}/roll-back"
_DAYS = 7
_MOST_DIGITS = 4
FORM = Form(
    [
        Field("days", "Days before today", "whole", value=str(_DAYS)),
        Field("note", "Why", hint="It is shown beside the new revision."),
    ]
)
_DROP, _RENAME = "_drop", "_rename"


@router.get(_PATH)
async def question_page(revision: int, page: PageOfStore) -> Response:
    """Return what that changes, in words, in tests, and in a backtest; what was typed into the form stays."""
    query = page.request.query_params
    form = page.new_form(FORM.shown(query))
    chosen: dict[str, Any] = {"drop": query.getlist(_DROP), "rename": _RENAME in query}
    try:
        days = _days(form["days"].value) if "_replay" in query else 0
    except BadInput as error:
        return await page.refuse(_TEMPLATE, form, error, **chosen, **await _planned(page, revision))
    return await page.render(_TEMPLATE, form=form, **chosen, **await _planned(page, revision, days=days))


@router.post(_PATH)
async def roll_back_page(revision: int, page: PageOfStore) -> Response:
    """Put an earlier revision in force again, if the one that was shown is still in force."""
    form, seen = FORM.filled(page.sent), page.sent.first("_inForce")
    drop, rename = page.sent.all(_DROP), page.sent.has(_RENAME)
    body: dict[str, Any] = {"revision": revision, "note": form["note"].value, "drop": drop, "rename": rename}
    if seen.isdecimal():
        body["basedOn"] = int(seen)
    try:
        done = await page.call(roll_back, body=body, store=page.store)
    except REFUSED as error:
        planned = await _planned(page, revision)
        return await page.refuse(_TEMPLATE, form, error, drop=drop, rename=rename, **planned)
    return page.redirect(f"{page.url('program', str(done['revision']))}?deployed=1")


def _days(text: str) -> int:
    """Return the days of a form; raise BadInput for what is no number of days."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else 0
    if not 1 <= number <= MAX_PLAN_DAYS:
        raise BadInput.at("days", f"write a whole number from 1 to {MAX_PLAN_DAYS}", "outOfRange")
    return number


async def _planned(page: StorePage, revision: int, *, days: int = 0) -> dict[str, Any]:
    """Return what the page shows of the revision, and of what rolling back to it would change."""
    one = await page.call(show_revision, number=revision)
    plan = await page.call(plan_rollback, number=revision, days=days)
    charts = [] if plan["backtest"] is None else backtest_charts(page, plan["backtest"])
    files = page.url("program", str(revision), "file")
    return {
        "one": one,
        "plan": plan,
        "charts": charts,
        "url_of": lambda path: f"{files}?{urlencode({'path': path})}",
    }
