"""Every request has an id, and is measured by its route and status."""

import pytest

from tests.kit.api import Api
from tests.kit.metrics import growth

SECONDS = "laurel_http_request_duration_seconds_count"


async def test_the_id_that_a_client_chose_is_answered(api: Api):
    answer = await api.http.get("/health/live", headers={"X-Request-ID": "till-7.2026_11-29"})

    assert answer.headers["X-Request-ID"] == "till-7.2026_11-29"


@pytest.mark.parametrize("chosen", [None, "", "a b", "x" * 129, "ann@example.com", "<script>", "ünïcode"])
async def test_without_a_sane_one_each_request_gets_another_id(api: Api, chosen: str | None):
    headers = {} if chosen is None else {"X-Request-ID": chosen.encode()}

    ids = {(await api.http.get("/health/live", headers=headers)).headers["X-Request-ID"] for _ in range(3)}

    assert len(ids) == 3
    assert all(len(each) == 32 for each in ids)


@pytest.mark.parametrize(
    ("path", "route", "status"),
    [
        ("/api/DEFAULT/customEvent/nothing", "/api/{storeCode}/customEvent/{customEvent}", 404),
        ("/api/NOWHERE/customEvent", "/api/{storeCode}/customEvent", 404),
        ("/no/such/path", "(none)", 404),
        ("/health/live", "/health/live", 200),
    ],
)
async def test_requests_are_counted_by_the_template_of_their_route(api: Api, path: str, route: str, status: int):
    grown = growth(SECONDS, method="GET", route=route, status=str(status))

    await api.http.get(path)

    assert grown() == 1


async def test_a_method_that_nobody_knows_makes_no_time_series_of_its_own(api: Api):
    grown = growth(SECONDS, method="(other)", route="/health/live", status="405")

    await api.http.request("BREW", "/health/live")

    assert grown() == 1


async def test_refusals_are_counted_by_their_code(api: Api):
    answer = await api.report(type="nothing")
    by_code = growth("laurel_refusals_total", code=answer.json()["errors"][0]["code"])
    by_status = growth("laurel_refusals_total", code="401")

    await api.report(type="nothing")
    await api.http.get("/api/DEFAULT/customEvent", headers={"Authorization": "lrl_wrong"})

    assert (by_code(), by_status()) == (1, 1)


async def test_events_are_counted_once_when_they_are_stored(api: Api):
    grown = growth("laurel_events_accepted_total", store="DEFAULT")

    await api.report(eventId="same")
    await api.report(eventId="same")

    assert grown() == 2, "the registration of the member, and the event"
