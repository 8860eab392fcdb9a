"""Figures over time: rewards by day and attempts of webhooks by hour, as they wait and as they are counted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from loyalty.store.webhooks import LoggedAttempt
from tests.api.analytics.test_figures import WARSAW, busy_shop, today
from tests.kit.api import Api
from tests.kit.figures import count_all
from tests.kit.sent import answer_events
from tests.kit.webhooks import deliveries, subscribe

SERIES = "/api/DEFAULT/analytics/series"
COFFEE = "reward: coffee\ntitle: A coffee\nprice: 1\ncoupon: {value: 5, type: money}\n"
NINE = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
"""Nine o'clock in Warsaw."""


async def test_rewards_are_counted_on_the_days_on_which_they_were_issued_and_cancelled(api_anywhere: Api) -> None:
    api = api_anywhere
    ann, _ = await busy_shop(api)
    await api.deploy(rewards__coffee=COFFEE)
    bought = [await api.post("/api/DEFAULT/reward/coffee/buy", {"customerId": ann, "quantity": 1}) for _ in range(3)]
    cancelled = bought[0].json()[0]["issuedRewardId"]
    assert (await api.post(f"/api/DEFAULT/redemption/{cancelled}/cancel", {})).status_code == 204
    moved = text(
        "UPDATE issued_reward SET issued_at = issued_at, used_at = cancelled_at WHERE cancelled_at IS NOT NULL"
    )

    async def shown(query: str = "") -> dict[str, Any]:
        items = (await api.get(f"{SERIES}/rewards?intervalStartDate={today(days_ago=1)}{query}"))["items"]
        assert [each["issued"] for each in items[:-1]] == [0]
        return {name: items[-1][name] for name in ("issued", "used", "cancelled")}

    waiting = await shown()
    await count_all(api.database, WARSAW)
    await api.write(lambda tx: tx.connection.execute(moved))

    assert waiting == {"issued": 3, "used": 0, "cancelled": 1}
    assert await shown() == {"issued": 3, "used": 1, "cancelled": 1}
    assert await shown("&reward=coffee") == await shown()
    assert await shown("&reward=other") == {"issued": 0, "used": 0, "cancelled": 0}
    await api.write(lambda tx: tx.figures.count_again())
    assert await shown() == {"issued": 3, "used": 1, "cancelled": 1}


async def test_attempts_are_counted_by_the_hour_with_their_latency(api_anywhere: Api) -> None:
    api = api_anywhere
    await api.deploy()
    subscription = await subscribe(api.database, "https://shop.example/hook")
    for number in range(2):
        await api.post("/api/DEFAULT/member", {"customer": {"email": f"m{number}@example.com"}})
    await answer_events(api)
    sent = [each.id for each in await deliveries(api.database)]

    def log(tx: Any) -> None:
        for number, (minutes, status, latency) in enumerate(((0, 200, 10), (59, 500, 30), (60, None, 15_000)), 1):
            at = NINE + timedelta(minutes=minutes)
            tx.webhooks.log_attempt(sent[0], LoggedAttempt(number, at, status, latency, "", None))
            tx.webhooks.log_attempt(sent[0], LoggedAttempt(number, at, status, latency, "", None))

    await api.write(log)
    day = "intervalStartDate=2026-03-02&intervalEndDate=2026-03-02"

    for counted in (False, True):
        if counted:
            await count_all(api.database, WARSAW)
        hours = (await api.get(f"{SERIES}/deliveries?{day}"))["items"]
        (whole,) = (await api.get(f"{SERIES}/deliveries?{day}&aggregationType=day"))["items"]
        own = (await api.get(f"{SERIES}/deliveries?{day}&webhookSubscriptionId={subscription.upper()}"))["items"]
        none = (await api.get(f"{SERIES}/deliveries?{day}&webhookSubscriptionId=other"))["items"]

        assert len(hours) == 24
        assert hours[9]["from"] == "2026-03-02T09:00:00.000+01:00"
        assert [hours[9][name] for name in ("delivered", "refused", "unanswered")] == [1, 1, 0]
        assert (hours[9]["averageLatencyMs"], hours[10]["averageLatencyMs"], hours[8]["averageLatencyMs"]) == (
            20,
            15_000,
            None,
        )
        assert [whole[name] for name in ("delivered", "refused", "unanswered")] == [1, 1, 1]
        assert own == hours
        assert all(each["averageLatencyMs"] is None for each in none)


@pytest.mark.parametrize(
    "query",
    [
        "deliveries?aggregationType=minute",
        "deliveries?intervalStartDate=2026-01-01&intervalEndDate=2026-02-01",
        "deliveries?intervalStartDate=2026-01-02&intervalEndDate=2026-01-01",
        "rewards?intervalStartDate=soon",
        "expiring/points?weeks=0",
        "points/points?intervalStartDate=1000-01-01",
    ],
)
async def test_what_makes_no_sense_is_refused(api: Api, query: str) -> None:
    await api.deploy()

    assert (await api.http.get(f"{SERIES}/{query}")).status_code == 400


async def test_an_unknown_wallet_or_member_is_not_found(api: Api) -> None:
    await api.deploy()

    for path in ("series/points/gold", "series/expiring/gold"):
        assert (await api.http.get(f"/api/DEFAULT/analytics/{path}")).status_code == 404, path
    assert (await api.http.get("/api/DEFAULT/member/email=x@example.com/balance/points")).status_code == 404
