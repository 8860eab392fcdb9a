"""The plan of the draft, its backtest, and deploying exactly that: one page with one form."""

from functools import partial
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api.http.errors import BadInput
from api.plans.backtests import begin_backtest, cancel_backtest
from api.plans.planning import deploy_draft, plan_draft
from console.drafts.backtest import PATH as BACKTEST
from console.drafts.backtest import last_backtest
from console.drafts.files import file_url
from console.pages.forms import Field, Form
from console.pages.page import REFUSED, PageOfStore, StorePage
from console.pages.plan_backtests import Agreed, failing_tests, require_agreed_failures, with_sent_fields
from console.pages.waterfall import place_url
from console.route_rules import STORE

router = APIRouter()

_TEMPLATE = "drafts/plan.html"
DAYS = 30
"""The default number of days of a backtest."""
FORM = Form(
    [Field("days", "Days before today", "whole"), Field("note", "Why", hint="It is shown beside the revision.")]
)


@router.get(f"{STORE}/program/draft/plan")
async def plan_page(page: PageOfStore) -> Response:
    """Return the changes in words, the problems, the failing tests, and the last backtest."""
    context, query = await _planned(page), page.request.query_params
    last = context["backtest"]
    days = query.get("days") or str(DAYS if last is None else last["days"])
    form = page.new_form(FORM.shown({"days": days, "note": query.get("note")}))
    return await page.render(_TEMPLATE, form=form, agreed=Agreed.of(query.multi_items()), **context)


@router.post(f"{STORE}/program/draft/plan")
async def deploy_page(page: PageOfStore) -> Response:
    """Put in force exactly what the page has shown."""
    form, sent = FORM.filled(page.sent), page.sent
    agreed = Agreed.of(sent.fields).as_body()
    body = {"fingerprint": sent.first("_fingerprint"), "note": form["note"].value, **agreed}
    try:
        await _require_agreed_failures(page)
        done = await page.call(deploy_draft, body=body, store=page.store)
    except REFUSED as error:
        return await _refuse(page, form, error)
    return page.redirect(f"{page.url('program', str(done['revision']))}?deployed=1")


async def _require_agreed_failures(page: StorePage) -> None:
    """Raise BadInput if tests of what was planned fail without a tick; what was changed since, the deploy refuses."""
    try:
        require_agreed_failures(page.sent)
    except BadInput:
        plan = await page.call(plan_draft, body={"days": 0})
        if plan["fingerprint"] == page.sent.first("_fingerprint"):
            raise


@router.post(BACKTEST)
async def begin_page(page: PageOfStore) -> Response:
    """Begin a backtest, and go back to the plan, which shows its progress; `_look` only goes back to it."""
    form = FORM.filled(page.sent)
    try:
        if not page.sent.has("_look"):
            days = form["days"]
            await page.call(begin_backtest, body={days.name: days.content(days.value)} if days.value else {})
    except REFUSED as error:
        return await _refuse(page, form, error)
    return page.redirect(_plan_url(page))


@router.post(f"{BACKTEST}/cancel")
async def cancel_page(page: PageOfStore) -> Response:
    """Cancel the running backtest."""
    await page.call(cancel_backtest)
    return page.redirect(_plan_url(page))


async def _refuse(page: StorePage, form: Form, error: Exception) -> Response:
    return await page.refuse(_TEMPLATE, form, error, agreed=Agreed.of(page.sent.fields), **await _planned(page))


def _plan_url(page: StorePage) -> str:
    return with_sent_fields(page, page.url("program", "draft", "plan"))


async def _planned(page: StorePage) -> dict[str, Any]:
    """Return the plan, with the last backtest of the draft."""
    plan = await page.call(plan_draft, body={"days": 0})
    urls = {"url_of": partial(file_url, page), "place_url": partial(place_url, page, None)}
    return {"plan": plan, "failing": failing_tests(plan), **urls, **await last_backtest(page)}
