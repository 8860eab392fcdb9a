"""Backtests that no request waits for: begun once, followed to the end, cancelled, and lost with their process."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from database.backtests import StoredBacktest
from tests.api.plans.test_planning import NEW, PATH, SPRING, plan, put
from tests.kit.api import Api

BACKTEST = f"{PATH}/backtest"


async def begin(api: Api, **content: Any) -> Any:
    answer = await api.post(BACKTEST, content)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def ended(api: Api) -> Any:
    """The backtest when it runs no more."""
    async with asyncio.timeout(200):
        while (shown := await api.get(BACKTEST))["status"] == "running":
            await asyncio.sleep(0.2)
    return shown


async def test_a_backtest_goes_on_by_itself_and_is_of_the_draft_that_it_was_begun_with(api_anywhere: Api):
    api = api_anywhere
    await put(api, NEW, SPRING)
    await api.report()

    begun = await begin(api, days=1)
    again = await begin(api, days=1)
    done = await ended(api)
    await put(api, NEW, SPRING.replace("5", "6"))
    late = await api.get(BACKTEST)

    assert (begun["status"], again["backtestId"]) == ("running", begun["backtestId"])
    assert (done["status"], done["isCurrent"], done["days"], done["because"]) == ("done", True, 1, None)
    assert (done["events"], done["eventsInAll"]) == (2, 2)
    assert done["fingerprint"] != (await plan(api))["fingerprint"]
    (affected,) = done["result"]["mostAffected"]
    assert (affected["inForce"], affected["planned"]) == (0, 5)
    assert {each["source"]: (each["inForce"], each["planned"]) for each in done["result"]["fired"]} == {
        "reactor/spring": (0, 1)
    }
    assert [each["planned"] for each in done["result"]["awardedByDay"]["items"]] == [5]
    assert (late["isCurrent"], late["result"]) == (False, done["result"])


async def test_a_backtest_is_cancelled_and_another_takes_its_place(api: Api):
    await put(api, NEW, SPRING)
    first = await begin(api, days=1)
    assert (await api.http.delete(BACKTEST)).status_code == 204
    cancelled = await api.get(BACKTEST)
    second = await begin(api, days=2)
    done = await ended(api)

    assert (cancelled["status"], cancelled["result"]) == ("cancelled", None)
    assert second["backtestId"] != first["backtestId"]
    assert (done["backtestId"], done["status"]) == (second["backtestId"], "failed")
    assert done["because"].startswith("no event was reported since")
    assert (await api.http.delete(BACKTEST)).status_code == 204
    assert (await api.get(BACKTEST))["status"] == "failed"


async def test_a_backtest_whose_process_has_ended_is_lost_and_ends_with_the_draft(api: Api):
    assert (await api.http.get(BACKTEST)).status_code == 404
    await put(api, NEW, SPRING)
    fingerprint = (await plan(api))["fingerprint"]
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    admin = await api.database.access_read(lambda access: access.admins.named("admin"))
    lost = StoredBacktest("b" * 36, fingerprint, 1, 30, "running", long_ago, long_ago, events=5, events_in_all=9)
    await api.write(lambda tx: tx.backtests.begin(admin.id, lost))

    shown = await api.get(BACKTEST)
    await api.http.delete(PATH)

    assert (shown["status"], shown["events"], shown["eventsInAll"], shown["result"]) == ("failed", 5, 9, None)
    assert shown["because"].startswith("the process that ran it has ended")
    assert (await api.http.get(BACKTEST)).status_code == 404


async def test_a_backtest_is_of_a_draft_without_faults_and_of_some_days(api: Api):
    for days in (0, -1, 91, "7", 1.5, None):
        assert (await api.post(BACKTEST, {"days": days})).status_code == 400, days
    await put(api, NEW, SPRING.replace("app_login", "app_logn"))

    refused = await api.post(BACKTEST, {"days": 1})

    assert refused.status_code == 400
    assert "app_logn" in refused.text
    assert (await api.http.get(BACKTEST)).status_code == 404
