"""The pictures of a backtest: what rules awarded by day, and how often each fired, before beside after."""

from collections.abc import Iterator, Mapping
from typing import Any

from access import Permission
from console.pages.charts import NO_TESTS, Chart, Series, day_after, link
from console.pages.page import StorePage

MOST_PAIRS = 31
"""Days that are drawn as bars side by side; more are lines."""
MOST_SOURCES = 20
"""Reactors and achievements in the picture; all that differ are among the numbers."""


def backtest_charts(page: StorePage, result: Mapping[str, Any]) -> list[Chart]:
    """Return what rules awarded on each day, and how often each that differs most fired, before and after."""
    return list(_charts(page, result))


def _charts(page: StorePage, result: Mapping[str, Any]) -> Iterator[Chart]:
    awarded = result["awardedByDay"]
    days = awarded["items"]
    yield Chart(
        "Points awarded by rules, by day",
        "Day",
        [each["day"] for each in days],
        _before_and_after(days, _transfers(page, days, awarded["wallet"])),
        "pairs" if len(days) <= MOST_PAIRS else "lines",
        awarded["wallet"],
    )
    fired = result["fired"][:MOST_SOURCES]
    names = [each["source"].partition("/")[2] for each in fired]
    yield Chart(
        "How often each fired", "Reactor or achievement", names, _before_and_after(fired, _events(page, fired)), "pairs"
    )


def _before_and_after(items: list[Mapping[str, Any]], links: list[str]) -> list[Series]:
    """Return series in which what is in force leads to its rows; what is planned happened to no one, so it has none."""
    return [
        Series("in force", [each["inForce"] for each in items], links),
        Series("planned", [each["planned"] for each in items]),
    ]


def _transfers(page: StorePage, days: list[Mapping[str, Any]], wallet: str) -> list[str]:
    if not page.allows(Permission.VIEW_POINTS):
        return []
    within = [{"createdAt[gte]": each["day"], "createdAt[lt]": day_after(each["day"])} for each in days]
    return [
        link(page.url("points"), **{"walletType:code": wallet, "type": "adding", **NO_TESTS, **each}) for each in within
    ]


def _events(page: StorePage, fired: list[Mapping[str, Any]]) -> list[str]:
    """Return links to the events that fired each reactor; achievements have no such list."""
    if not page.allows(Permission.VIEW_EVENTS):
        return []
    kinds = (each["source"].partition("/") for each in fired)
    return [
        link(page.url("reactors", name), outcome="fired", **NO_TESTS) if kind == "reactor" else ""
        for kind, _, name in kinds
    ]
