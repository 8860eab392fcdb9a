"""Rolling back: what an earlier revision would change is shown before it is put in force again."""

from functools import partial
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from api.plans.rollback_backtests import (
    begin_rollback_backtest,
    cancel_rollback_backtest,
    show_rollback_backtest,
)
from api.plans.rollbacks import plan_rollback
from api.programs.routes import roll_back, show_revision
from console.pages.forms import Field, Form
from console.pages.page import REFUSED, PageOfStore, StorePage
from console.pages.plan_backtests import (
    Agreed,
    backtest_context,
    failing_tests,
    require_agreed_failures,
    with_sent_fields,
)
from console.pages.waterfall import place_url
from console.route_rules import STORE

router = APIRouter()

_TEMPLATE = "program/roll_back.html"
_PATH = f"{STORE}/program/{{revision}}/roll-back"
_BACKTEST = f"{_PATH}/backtest"
DAYS = 7
"""The default number of days of a backtest."""
FORM = Form(
    [Field("days", "Days before today", "whole"), Field("note", "Why", hint="It is shown beside the new revision.")]
)


@router.get(_PATH)
async def question_page(revision: int, page: PageOfStore) -> Response:
    """Return what that changes, in words, in tests, and in the last backtest; what was typed into the form stays."""
    context, query = await _planned(page, revision), page.request.query_params
    last = context["backtest"]
    days = query.get("days") or str(DAYS if last is None else last["days"])
    form = page.new_form(FORM.shown({"days": days, "note": query.get("note")}))
    return await page.render(_TEMPLATE, form=form, agreed=Agreed.of(query.multi_items()), **context)


@router.post(_PATH)
async def roll_back_page(revision: int, page: PageOfStore) -> Response:
    """Put an earlier revision in force again, if the one that was shown is still in force."""
    form, seen = FORM.filled(page.sent), page.sent.first("_inForce")
    agreed = Agreed.of(page.sent.fields).as_body()
    body: dict[str, Any] = {"revision": revision, "note": form["note"].value, **agreed}
    if seen.isdecimal():
        body["basedOn"] = int(seen)
    try:
        require_agreed_failures(page.sent)
        done = await page.call(roll_back, body=body, store=page.store)
    except REFUSED as error:
        return await _refuse(page, revision, form, error)
    return page.redirect(f"{page.url('program', str(done['revision']))}?deployed=1")


@router.get(_BACKTEST)
async def backtest_page(revision: int, page: PageOfStore) -> Response:
    """Return the progress of the backtest, and its result; as a part of the question, and as a page of its own."""
    context = await _last_backtest(page, revision)
    return await page.render("drafts/backtest.html", block="backtest", revision=revision, **context)


@router.post(_BACKTEST)
async def begin_backtest_page(revision: int, page: PageOfStore) -> Response:
    """Begin a backtest, and go back to the question, which shows its progress; `_look` only goes back to it."""
    form = FORM.filled(page.sent)
    try:
        if not page.sent.has("_look"):
            days = form["days"]
            body = {days.name: days.content(days.value)} if days.value else {}
            await page.call(begin_rollback_backtest, number=revision, body=body)
    except REFUSED as error:
        return await _refuse(page, revision, form, error)
    return page.redirect(with_sent_fields(page, _question_url(page, revision)))


@router.post(f"{_BACKTEST}/cancel")
async def cancel_backtest_page(revision: int, page: PageOfStore) -> Response:
    """Cancel the running backtest."""
    await page.call(cancel_rollback_backtest, number=revision)
    return page.redirect(with_sent_fields(page, _question_url(page, revision)))


async def _refuse(page: StorePage, revision: int, form: Form, error: Exception) -> Response:
    agreed = Agreed.of(page.sent.fields)
    return await page.refuse(_TEMPLATE, form, error, agreed=agreed, **await _planned(page, revision))


def _question_url(page: StorePage, revision: int) -> str:
    return page.url("program", str(revision), "roll-back")


async def _last_backtest(page: StorePage, revision: int) -> dict[str, Any]:
    url = f"{_question_url(page, revision)}/backtest"
    return await backtest_context(page, show_rollback_backtest, url, number=revision)


async def _planned(page: StorePage, revision: int) -> dict[str, Any]:
    """Return what the page shows of the revision, and of what rolling back to it would change."""
    one = await page.call(show_revision, number=revision)
    plan = await page.call(plan_rollback, number=revision, days=0)
    files = page.url("program", str(revision), "file")
    return {
        "one": one,
        "plan": plan,
        "failing": failing_tests(plan),
        "place_url": partial(place_url, page, revision),
        "url_of": lambda path: f"{files}?{urlencode({'path': path})}",
        **await _last_backtest(page, revision),
    }
