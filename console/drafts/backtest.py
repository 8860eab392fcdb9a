"""The backtest of the draft: its progress while it runs, and its result as charts with their numbers."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api.plans.backtests import show_backtest
from console.pages.page import PageOfStore, StorePage
from console.pages.plan_backtests import backtest_context
from console.route_rules import STORE

router = APIRouter()

PATH = f"{STORE}/program/draft/backtest"


@router.get(PATH)
async def show_page(page: PageOfStore) -> Response:
    """Return the progress of the backtest, and its result; as a part of the plan, and as a page of its own."""
    return await page.render("drafts/backtest.html", block="backtest", **await last_backtest(page))


async def last_backtest(page: StorePage) -> dict[str, Any]:
    """Return the last backtest of the caller's draft for templates."""
    return await backtest_context(page, show_backtest, page.url("program", "draft", "backtest"))
