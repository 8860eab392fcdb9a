"""What deploying the draft would change, and deploying exactly that."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api.drafts.schemas import MAX_PLAN_DAYS
from api.plans.planning import deploy_draft, plan_draft
from console.drafts.files import file_url
from console.pages.forms import Field, Form
from console.pages.page import REFUSED, PageOfStore, StorePage
from console.route_rules import STORE

router = APIRouter()

DEPLOY = Form([Field("note", "Why", hint="It stands beside the revision.")])


@router.get(f"{STORE}/program/draft/plan")
async def plan_page(page: PageOfStore) -> Response:
    """The changes in words, what is wrong, failing tests, and for so many days, what would have come of it."""
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
    """The plan, with the days that the URL names."""
    asked = page.request.query_params.get("days", "")
    days = min(int(asked), MAX_PLAN_DAYS) if asked.isdecimal() and len(asked) < 5 else 0
    plan = await page.call(plan_draft, body={"days": days})
    return {"plan": plan, "days": days, "most_days": MAX_PLAN_DAYS, "url_of": lambda path: file_url(page, path)}
