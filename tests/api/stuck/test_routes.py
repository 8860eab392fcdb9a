"""What is stuck over HTTP: listed with the reason, tried again, and what is refused."""

from datetime import UTC, datetime, timedelta

import pytest

from loyalty.ids import new_id
from tests.kit.api import Api, fault
from tests.kit.stuck import Stuck, add_stuck
from workflows.clock_state import ClockFault

PATH = "/api/DEFAULT/stuck"


async def stuck(api: Api) -> Stuck:
    found = await api.write(add_stuck)
    assert isinstance(found, Stuck)
    return found


async def listed(api: Api, query: str = "") -> list[str]:
    return [item["id"] for item in (await api.get(f"{PATH}?{query}"))["items"]]


async def test_what_is_stuck_is_listed_with_the_reason_and_where_it_is_tried_again(api_anywhere: Api):
    ids = await stuck(api_anywhere)

    page = await api_anywhere.get(PATH)

    assert page["total"] == {"all": 7, "filtered": 7, "estimated": False}
    first = page["items"][0]
    assert 3600 <= first.pop("ageSeconds") < 3700
    assert first.pop("since")
    assert first == {
        "kind": "event",
        "state": "failed",
        "id": ids.failed,
        "name": "purchase",
        "customerId": ids.member,
        "customEventId": None,
        "reason": "KeyError was raised",
        "retry": f"/api/DEFAULT/customEvent/{ids.failed}/retry",
    }
    assert [item["retry"] for item in page["items"][1:]] == [
        f"/api/DEFAULT/customEvent/{ids.overdue}/retry",
        f"/api/DEFAULT/webhook/delivery/{ids.given_up}/retry",
        f"/api/DEFAULT/webhook/delivery/{ids.skipped}/retry",
        f"/api/DEFAULT/dueItem/{ids.lot}/expire/retry",
        None,
        "/api/DEFAULT/clock/retry",
    ]


async def test_the_list_has_filters_pages_and_an_order(api: Api):
    ids = await stuck(api)

    assert await listed(api, "kind=event") == [ids.failed, ids.overdue]
    assert await listed(api, "kind=delivery&_orderBy[since]=asc") == [ids.skipped, ids.given_up]
    assert await listed(api, "kind=dueItem&retryable=true") == [f"{ids.lot}/expire"]
    assert await listed(api, "kind=clock&retryable=false") == ["clock/DEFAULT"]
    assert await listed(api, "_itemsOnPage=1&_page=2") == [ids.overdue]


async def test_a_clock_that_does_not_run_is_listed_and_woken(api: Api):
    await stuck(api)
    since = datetime.now(UTC) - timedelta(hours=7)
    api.clocks.found = ClockFault("it was terminated: by hand", since)

    page = await api.get(f"{PATH}?_orderBy[since]=asc")
    later = await listed(api, "retryable=false")
    answer = await api.http.post("/api/DEFAULT/clock/retry")

    first = page["items"][0]
    assert page["total"]["all"] == 7
    assert (first["kind"], first["state"], first["id"], first["reason"]) == (
        "clock",
        "failed",
        "clock/DEFAULT",
        "it was terminated: by hand",
    )
    assert first["ageSeconds"] >= 7 * 3600
    assert "clock/DEFAULT" not in later
    assert (answer.status_code, api.clocks.woken) == (204, ["DEFAULT"])
    assert first["retry"] == "/api/DEFAULT/clock/retry"


async def test_a_clock_is_not_woken_while_temporal_is_away(api: Api):
    api.clocks.failure = TimeoutError()

    answer = await api.http.post("/api/DEFAULT/clock/retry")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.json()["message"] == "Temporal does not answer: try again"


@pytest.mark.parametrize(
    ("query", "path", "code"),
    [
        ("kind=nothing", "kind", "invalid"),
        ("retryable=maybe", "retryable", "invalid"),
        ("state=failed", "state", "unknownFilter"),
        ("_orderBy[createdAt]=asc", "_orderBy[createdAt]", "unknownOrder"),
    ],
)
async def test_a_wrong_query_is_refused(api: Api, query: str, path: str, code: str):
    assert fault(await api.http.get(f"{PATH}?{query}"), path)["code"] == code


@pytest.mark.parametrize("content", [None, {"revision": "current"}, {"revision": "accepted"}])
async def test_a_failed_event_waits_again_at_the_end_of_its_queue(api_anywhere: Api, content):
    ids = await stuck(api_anywhere)
    await api_anywhere.deploy(events__more="event: more\nbody: {type: object}\n")

    answer = await api_anywhere.post(f"/api/DEFAULT/customEvent/{ids.failed}/retry", content)
    state = await api_anywhere.database.store("DEFAULT").read(lambda tx: tx.events.state(ids.failed, "decide"))

    assert (answer.status_code, answer.content) == (204, b"")
    revision = 2 if content == {"revision": "current"} else 1
    assert (state.status, state.is_next, state.revision) == ("received", False, revision)


async def test_an_event_that_is_applied_or_unknown_is_not_tried_again(api_anywhere: Api):
    ids = await stuck(api_anywhere)
    await api_anywhere.write(lambda tx: tx.events.set_applied(ids.overdue, now=tx.events.get(ids.overdue).received_at))

    applied = await api_anywhere.post(f"/api/DEFAULT/customEvent/{ids.overdue}/retry", {})
    unknown = await api_anywhere.post(f"/api/DEFAULT/customEvent/{new_id()}/retry", {})
    wrong = await api_anywhere.post(f"/api/DEFAULT/customEvent/{ids.failed}/retry", {"revision": "newest"})

    assert fault(applied, "customEvent")["code"] == "notFailed"
    assert unknown.status_code == 404
    assert fault(wrong, "revision")["code"] == "literalError"


async def test_a_delivery_that_was_given_up_is_tried_again_once(api_anywhere: Api):
    ids = await stuck(api_anywhere)

    first = await api_anywhere.http.post(f"/api/DEFAULT/webhook/delivery/{ids.given_up}/retry")
    pending = await api_anywhere.database.store("DEFAULT").read(lambda tx: tx.webhooks.outbound(ids.given_up))
    removed = await api_anywhere.http.post(f"/api/DEFAULT/webhook/delivery/{ids.skipped}/retry")
    unknown = await api_anywhere.http.post(f"/api/DEFAULT/webhook/delivery/{new_id()}/retry")
    elsewhere = await api_anywhere.http.post(f"/api/OTHER/webhook/delivery/{ids.given_up}/retry")

    assert (first.status_code, pending.status) == (204, "pending")
    assert fault(removed, "delivery")["code"] == "noLiveSubscription"
    assert [unknown.status_code, elsewhere.status_code] == [404, 404]


@pytest.mark.parametrize("path", [PATH, "customEvent/{}/retry", "webhook/delivery/{}/retry"])
async def test_what_is_stuck_is_for_admins(api: Api, path: str):
    wrong = {"Authorization": "wrong"}
    if path == PATH:
        answer = await api.http.get(path, headers=wrong)
    else:
        answer = await api.http.post(f"/api/DEFAULT/{path.format(new_id())}", headers=wrong)

    assert answer.status_code == 401
