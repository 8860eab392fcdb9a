"""The figures of a store as pictures: points over time, what expires, members by tier."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api.analytics.routes import show_liability
from api.analytics.series import expiring_series, points_series
from api.analytics.totals import levels
from console.figures.asked import read_asked
from console.figures.charts import expiring_chart, outstanding_chart, points_chart, tiers_chart
from console.pages.page import PageOfStore
from console.route_rules import STORE

router = APIRouter()

WEEKS = 8


@router.get(f"{STORE}/figures")
async def show_figures(page: PageOfStore) -> Response:
    """The pictures of the days that the URL asks for."""
    asked = read_asked(page)
    points = await page.call(points_series, period=asked.period, code=asked.wallet)
    expiring = await page.call(expiring_series, code=asked.wallet, weeks=WEEKS)
    tiers = await page.call(levels)
    charts: dict[str, Any] = {
        "points": points_chart(page, points),
        "outstanding": outstanding_chart(points),
        "expiring": expiring_chart(page, expiring),
        "tiers": tiers_chart(page, tiers),
    }
    program = page.store_request.program
    names = sorted(program.wallets, key=lambda name: name != program.default_wallet.code)
    wallets = [(name, name) for name in names]
    return await page.render(
        "figures/figures.html", charts=charts, list=asked.filters(page.request.query_params), wallets=wallets
    )


@router.get(f"{STORE}/figures/summary")
async def show_summary(page: PageOfStore) -> Response:
    """What the store owes its members; asked for by the overview when it is shown, so that nobody waits for it."""
    liability = await page.call(show_liability)
    return await page.render("figures/summary.html", block="figures", liability=liability)
