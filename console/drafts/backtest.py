"""The backtest of the draft: followed while it runs, and shown as pictures with their numbers."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api.http.errors import NotFound
from api.plans.backtests import show_backtest
from console.pages.backtest_charts import backtest_charts
from console.pages.page import PageOfStore, StorePage
from console.route_rules import STORE

router = APIRouter()

PATH = f"{STORE}/program/draft/backtest"


@router.get(PATH)
async def show_page(page: PageOfStore) -> Response:
    """Return how far the backtest has come, and what came of it; a part of the plan, and a page of its own."""
    return await page.render("drafts/backtest.html", block="backtest", **await last_backtest(page))


async def last_backtest(page: StorePage) -> dict[str, Any]:
    """What templates show of the last backtest of the caller's draft: None if there is none, and its pictures."""
    try:
        backtest = await page.call(show_backtest)
    except NotFound:
        return {"backtest": None, "charts": []}
    result = backtest["result"]
    return {"backtest": backtest, "charts": [] if result is None else backtest_charts(page, result)}
