"""What the pages of plans share: the backtest of one for templates, and the fields of its form in URLs."""

from typing import Any, Final
from urllib.parse import urlencode

from api.http.errors import NotFound
from console.pages.backtest_charts import backtest_charts
from console.pages.calls import Endpoint
from console.pages.page import StorePage

DROP: Final = "_drop"
RENAME: Final = "_rename"
_KEPT: Final = ("days", "note", DROP, RENAME)
_MOST_KEPT: Final = 500
"""The most characters of a field that the URL keeps: more than the API accepts."""


async def backtest_context(page: StorePage, show: Endpoint, url: str, **parameters: Any) -> dict[str, Any]:
    """Return the backtest that an endpoint of the API shows, with its charts and its URL; None if there is none."""
    try:
        backtest = await page.call(show, **parameters)
    except NotFound:
        return {"backtest": None, "backtest_url": url, "charts": []}
    result = backtest["result"]
    charts = [] if result is None else backtest_charts(page, result)
    return {"backtest": backtest, "backtest_url": url, "charts": charts}


def with_sent_fields(page: StorePage, url: str) -> str:
    """Return the URL of a plan, at its backtest, with the fields of its form that were sent."""
    kept = [(name, value[:_MOST_KEPT]) for name, value in page.sent.fields if name in _KEPT and value]
    query = f"?{urlencode(kept)}" if kept else ""
    return f"{url}{query}#backtest"
