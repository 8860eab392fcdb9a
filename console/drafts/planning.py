"""What deploying the draft would change, and deploying exactly that."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api.plans.planning import deploy_draft, plan_draft
from console.drafts.backtest import last_backtest
from console.drafts.files import file_url
from console.pages.forms import Field, Form
from console.pages.page import REFUSED, PageOfStore, StorePage
from console.route_rules import STORE

router = APIRouter()

DAYS = 30
"""Days of a backtest, unless another number was asked for."""
DEPLOY = Form([Field("note", "Why", hint="It stands beside the revision.")])


@router.get(f"{STORE}/program/draft/plan")
async def plan_page(page: PageOfStore) -> Response:
    """The changes in words, what is wrong, failing tests, and the last backtest."""
    return await page.render("drafts/plan.html", form=page.new_form(DEPLOY), **await _planned(page))


@router.post(f"{STORE}/program/draft/plan")
async def deploy_page(page: PageOfStore) -> Response:
    """Put in force what the page has shown, and nothing else."""
    form = DEPLOY.filled(page.sent)
    fingerprint, drop, rename = page.sent.first("_fingerprint"), page.sent.all("_drop"), page.sent.has("_rename")
    body = {"fingerprint": fingerprint, "drop": drop, "rename": rename, **form.body()}
    try:
        done = await page.call(deploy_draft, body=body, store=page.store)
    except REFUSED as error:
        return await page.refuse("drafts/plan.html", form, error, **await _planned(page))
    return page.redirect(f"{page.url('program', str(done['revision']))}?deployed=1")


async def _planned(page: StorePage) -> dict[str, Any]:
    """The plan, with the last backtest of the draft."""
    plan = await page.call(plan_draft, body={"days": 0})
    last = await last_backtest(page)
    days = DAYS if last["backtest"] is None else last["backtest"]["days"]
    return {"plan": plan, "days": days, "url_of": lambda path: file_url(page, path), **last}
