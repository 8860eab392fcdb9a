"""Liability over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from loyalty.calendar import local_day
from loyalty.ids import new_id
from loyalty.store.events import NewEvent
from tests.api.points.shop import program
from tests.kit.amounts import points
from tests.kit.api import Api
from tests.kit.awards import award

PATH = "/api/DEFAULT/analytics/liability"
MARCH = datetime(2026, 3, 2, 9, tzinfo=UTC)


async def with_points(api: Api) -> None:
    """A store with a wallet of two decimals, and a member with points of March and April."""
    await api.deploy(program=program().replace("decimals: 2", "decimals: 2, cost: 0.01"))
    member_id = (await api.post("/api/DEFAULT/member", {"customer": {"email": "anna@example.com"}})).json()[
        "customerId"
    ]

    def give(tx: Any) -> None:
        revision = tx.revisions.latest().number
        for days, amount, pending in ((0, 100, None), (31, 50, None), (0, 8, 90)):
            now, event_id = MARCH + timedelta(days=days), new_id()
            tx.events.add(NewEvent(event_id, "purchase", member_id, now, {}, revision), now=now)
            active_from = None if pending is None else now + timedelta(days=pending)
            award(tx, member_id, points(amount), now=now, event_id=event_id, active_from=active_from)

    await api.write(give)


async def test_liability_is_shown_by_wallet_and_month_of_earning(api_anywhere: Api):
    await with_points(api_anywhere)

    found = await api_anywhere.get(f"{PATH}?day=2026-04-30&from=2026-04-01&breakage=0.5")

    assert (found["day"], found["from"], found["until"]) == ("2026-04-30", "2026-04-01", "2026-04-30")
    assert found["breakage"] == 0.5
    (wallet,) = found["wallets"]
    march, april = wallet.pop("months")
    assert (wallet["wallet"], wallet["owed"], wallet["outstanding"]) == ("points", 0, 158)
    assert (wallet["cost"], wallet["expectedCost"], wallet["uncosted"]) == (1.58, 0.79, 0)
    assert (march["month"], march["active"], march["pending"], march["issued"]) == ("2026-03", 100, 8, 0)
    assert (april["month"], april["active"], april["pending"], april["issued"]) == ("2026-04", 50, 0, 50)


async def test_a_day_shows_what_was_booked_by_its_end_in_the_time_zone_of_the_store(api: Api):
    await with_points(api)

    before, first = [await api.get(f"{PATH}?day={day}") for day in ("2026-03-01", "2026-03-02")]

    assert before["wallets"] == []
    assert first["wallets"][0]["outstanding"] == 108


async def test_the_day_is_yesterday_and_movements_are_those_of_its_month_unless_they_are_given(api: Api):
    await with_points(api)

    found = await api.get(PATH)

    yesterday = local_day(datetime.now(UTC) - timedelta(days=1), (await program_of(api)).zone)
    assert (found["day"], found["until"]) == (yesterday.isoformat(),) * 2
    assert found["from"] == yesterday.replace(day=1).isoformat()


async def program_of(api: Api) -> Any:
    return (await api.programs.current("DEFAULT"))[1]


@pytest.mark.parametrize(
    ("query", "path", "code"),
    [
        ("day=2999-01-01", "day", "outOfRange"),
        ("day=1900-01-01", "day", "outOfRange"),
        ("from=2026-04-02&until=2026-04-01", "from", "contradiction"),
        ("until=2999-01-01", "day", "outOfRange"),
        ("breakage=1.01", "breakage", "outOfRange"),
        ("breakage=NaN", "query.breakage", None),
        ("day=today", "query.day", None),
    ],
)
async def test_what_is_wrong_in_a_query_is_named(api: Api, query: str, path: str, code: str | None):
    await with_points(api)

    answer = await api.http.get(f"{PATH}?{query}")

    (fault,) = answer.json()["errors"]
    assert answer.status_code == 400
    assert fault["path"] == path
    assert code is None or fault["code"] == code


async def test_a_member_may_not_see_it(api: Api):
    await with_points(api)
    new = {"email": "bert@example.com", "plainPassword": "password"}
    await api.post("/api/DEFAULT/member", {"customer": new})
    login = {"username": "bert@example.com", "password": "password"}
    token = (await api.post("/api/DEFAULT/member/login_check", login)).json()["token"]

    answer = await api.http.get(PATH, headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 403
