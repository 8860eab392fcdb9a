"""The figures of a store as charts: points over time, expiring points, members by tier."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api.achievements.funnel import achievement_funnel
from api.analytics.deliveries import deliveries_series
from api.analytics.routes import show_liability
from api.analytics.series import expiring_series, points_series, rewards_series
from api.analytics.totals import levels
from api.webhooks.routes import list_subscriptions
from console.figures.asked import read_asked, read_asked_achievement, read_asked_deliveries
from console.figures.charts import (
    deliveries_chart,
    expiring_chart,
    funnel_chart,
    latency_chart,
    outstanding_chart,
    points_chart,
    rewards_chart,
    tiers_chart,
)
from console.pages.charts import day_after
from console.pages.page import PageOfStore
from console.route_rules import STORE

router = APIRouter()

WEEKS = 8


@router.get(f"{STORE}/figures")
async def show_figures(page: PageOfStore) -> Response:
    """Return the charts of the days in the URL."""
    asked = read_asked(page)
    points = await page.call(points_series, period=asked.period, code=asked.wallet)
    expiring = await page.call(expiring_series, code=asked.wallet, weeks=WEEKS)
    tiers = await page.call(levels)
    rewards = await page.call(rewards_series, period=asked.period, reward=None)
    charts: dict[str, Any] = {
        "points": points_chart(page, points),
        "outstanding": outstanding_chart(page, points),
        "expiring": expiring_chart(page, expiring),
        "tiers": tiers_chart(page, tiers),
        "rewards": rewards_chart(page, rewards),
    }
    program = page.store_request.program
    names = sorted(program.wallets, key=lambda name: name != program.default_wallet.code)
    wallets = [(name, name) for name in names]
    return await page.render(
        "figures/figures.html", charts=charts, list=asked.filters(page.request.query_params), wallets=wallets
    )


@router.get(f"{STORE}/figures/summary")
async def show_summary(page: PageOfStore) -> Response:
    """Return what the store owes its members; the overview loads it separately, as it takes long."""
    liability = await page.call(show_liability)
    return await page.render("figures/summary.html", block="figures", liability=liability, day_after=day_after)


@router.get(f"{STORE}/figures/achievements")
async def show_achievements(page: PageOfStore) -> Response:
    """Return the funnel of one achievement of the program."""
    asked = read_asked_achievement(page)
    chart = None if asked.name is None else funnel_chart(await page.call(achievement_funnel, name=asked.name))
    program = page.store_request.program
    achievements = [("", "Choose one")] + [(each.name, each.title) for each in program.achievements]
    filters = asked.filters(page.request.query_params)
    return await page.render("figures/achievements.html", chart=chart, list=filters, achievements=achievements)


@router.get(f"{STORE}/figures/deliveries")
async def show_deliveries(page: PageOfStore) -> Response:
    """Return the results of attempts to deliver webhooks, and response times, by hour or by days."""
    asked = read_asked_deliveries(page)
    answer = await page.call(deliveries_series, period=asked.period, subscription=asked.subscription or None)
    charts = [deliveries_chart(page, answer, asked.subscription), latency_chart(page, answer, asked.subscription)]
    listed = await page.call(list_subscriptions, query={"_itemsOnPage": "50"})
    names = {
        each["webhookSubscriptionId"]: each.get("name") or each["eventName"]
        for each in listed["items"]
        if "unreadable" not in each
    }
    filters = asked.filters(page.request.query_params)
    return await page.render("figures/deliveries.html", charts=charts, list=filters, subscriptions=names)
