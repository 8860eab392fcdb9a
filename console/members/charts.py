"""The balance of a member over time, as charts."""

from datetime import timedelta

from api.analytics.periods import period_of
from api.points.balances import show_balances
from console.pages.charts import Chart, Series, labels_of
from console.pages.page import StorePage
from loyalty.calendar import local_day

DAYS = 90
MOST_WALLETS = 4


async def balance_charts(page: StorePage, member: str) -> list[Chart]:
    """Return the balance of each of the first wallets over the last days; none for callers who may not read points."""
    if not page.may(show_balances):
        return []
    program = page.store_request.program
    today = local_day(page.now, program.zone)
    period = period_of(today - timedelta(days=DAYS - 1), today, "day", today=today)
    charts = []
    for code in list(program.wallets)[:MOST_WALLETS]:
        answer = await page.call(show_balances, member=member, code=code, period=period)
        balances = Series("balance", [each["balance"] for each in answer["items"]])
        charts.append(
            Chart(f"Balance of {code}", "At the end of", labels_of(answer["items"]), [balances], "lines", code)
        )
    return charts
