"""API responses as charts, each value with a link to its rows."""

from collections.abc import Mapping, Sequence
from typing import Any

from access import Permission
from console.pages.charts import NO_TESTS, Chart, Series, day_after, labels_of, link
from console.pages.formats import number
from console.pages.page import StorePage

_MOVED = {"issued": "adding", "spent": "spending", "expired": "expired"}
"""The figures of moved points, and the type of the transfers that moved them."""


def points_chart(page: StorePage, answer: Mapping[str, Any]) -> Chart:
    """Points of a wallet that were issued, spent and expired."""
    items, wallet = answer["items"], answer["walletTypeCode"]
    series = [
        Series(name, [each[name] for each in items], _within(page, ("points",), items, "createdAt", wallet, type=kind))
        for name, kind in _MOVED.items()
    ]
    return Chart("Points by day", "Days", labels_of(items), series, "lines", wallet)


def outstanding_chart(page: StorePage, answer: Mapping[str, Any]) -> Chart:
    """Points of a wallet that can be spent, now or later: the sum of all transfers until then."""
    items, wallet = answer["items"], answer["walletTypeCode"]
    links = (
        [
            link(
                page.url("points"), **{"walletType:code": wallet, **NO_TESTS, "createdAt[lt]": day_after(each["until"])}
            )
            for each in items
        ]
        if page.allows(Permission.VIEW_POINTS)
        else ()
    )
    series = [Series("outstanding", [each["outstanding"] for each in items], links)]
    note = "Each is the sum of all transfers until then, to which it leads."
    return Chart("Outstanding points", "At the end of", labels_of(items), series, "lines", wallet, note)


def expiring_chart(page: StorePage, answer: Mapping[str, Any]) -> Chart:
    """Points of a wallet that expire in the coming weeks."""
    items, wallet = answer["items"], answer["walletTypeCode"]
    links = _within(page, ("points", "expiring"), items, "expiresAt", wallet)
    series = [Series("expire", [each["points"] for each in items], links)]
    return Chart("What expires in the coming weeks", "Week", labels_of(items), series, unit=wallet)


def tiers_chart(page: StorePage, answer: Mapping[str, Any]) -> Chart:
    """Members in each tier."""
    items = answer["items"]
    may_list = page.allows(Permission.VIEW_MEMBERS)
    links = [link(page.url("members"), levelId=each["levelId"], **NO_TESTS) for each in items] if may_list else ()
    series = [Series("members", [each["customers"] for each in items], links)]
    return Chart("Members by tier", "Tier", [each["name"] for each in items], series)


def rewards_chart(page: StorePage, answer: Mapping[str, Any]) -> Chart:
    """Rewards that were issued, used and cancelled; issued and cancelled ones link to their list."""
    items = answer["items"]

    def links(field: str) -> Sequence[str]:
        if not field or not page.allows(Permission.VIEW_REDEMPTIONS):
            return ()
        return [
            link(
                page.url("redemptions"),
                **{**NO_TESTS, f"{field}[gte]": each["from"], f"{field}[lt]": day_after(each["until"])},
            )
            for each in items
        ]

    fields = {"issued": "redemptionDate", "used": "", "cancelled": "cancelledAt"}
    series = [Series(name, [each[name] for each in items], links(field)) for name, field in fields.items()]
    note = "A coupon may be used on several days, so issued rewards are not listed by the day of their use."
    return Chart("Rewards by day", "Days", labels_of(items), series, "lines", note=note)


def funnel_chart(answer: Mapping[str, Any]) -> Chart:
    """Return the members at each stage of an achievement."""
    items, goal = answer["items"], number(answer["goal"])
    names = {
        "began": "began",
        "quarter": f"a quarter of {goal}",
        "half": f"half of {goal}",
        "threeQuarters": f"three quarters of {goal}",
        "completed": "completed it",
        "completedAgain": "completed it again",
    }
    series = [Series("members", [each["members"] for each in items])]
    note = "Members are not listed by how far they came: the page of each has their progress."
    return Chart(answer["name"], "So far", [names[each["step"]] for each in items], series, note=note)


def deliveries_chart(page: StorePage, answer: Mapping[str, Any], subscription: str) -> Chart:
    """Attempts by result, each linking to the deliveries that were made in its interval."""
    items = answer["items"]
    chosen = {"webhookSubscriptionId": subscription} if subscription else {}
    series = [
        Series(
            name,
            [each[name] for each in items],
            [
                link(
                    page.url("webhooks", "deliveries"),
                    **{**chosen, **filters, f"{field}[gte]": each["from"], f"{field}[lt]": each["until"]},
                )
                for each in items
            ],
        )
        for name, field, filters in (
            ("delivered", "finishedAt", {"status": "delivered"}),
            ("refused", "createdAt", {}),
            ("unanswered", "createdAt", {}),
        )
    ]
    note = "What was refused or not answered leads to the deliveries made in its interval, delivered by now or not."
    return Chart("Attempts", "From", _moments(answer), series, note=note)


def latency_chart(page: StorePage, answer: Mapping[str, Any], subscription: str) -> Chart:
    """Average response times of receivers, linking to the deliveries that were made in the interval."""
    items = answer["items"]
    chosen = {"webhookSubscriptionId": subscription} if subscription else {}
    links = [
        link(
            page.url("webhooks", "deliveries"),
            **{**chosen, "createdAt[gte]": each["from"], "createdAt[lt]": each["until"]},
        )
        for each in items
    ]
    series = [Series("milliseconds", [each["averageLatencyMs"] or 0 for each in items], links)]
    return Chart("Average latency", "From", _moments(answer), series, "lines", "milliseconds")


def _moments(answer: Mapping[str, Any]) -> list[str]:
    length = 16 if answer["aggregationType"] == "hour" else 10
    return [each["from"][:length].replace("T", " ") for each in answer["items"]]


def _within(
    page: StorePage, path: Sequence[str], items: Sequence[Mapping[str, Any]], field: str, wallet: str, **filters: str
) -> Sequence[str]:
    """Return the URL of the list for each interval; none for callers who may not read the list."""
    if not page.allows(Permission.VIEW_POINTS):
        return ()
    return [
        link(
            page.url(*path),
            **{
                "walletType:code": wallet,
                **NO_TESTS,
                **filters,
                f"{field}[gte]": each["from"],
                f"{field}[lt]": day_after(each["until"]),
            },
        )
        for each in items
    ]
