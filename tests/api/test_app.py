"""The routes of the app: in which order they are tried, and which of them FastAPI stays out of."""

from tests.api.conftest import Api


async def test_reporting_an_event_is_the_first_route_that_is_tried(api: Api):
    first = api.app.routes[0]

    assert (first.path, first.methods) == ("/api/{storeCode}/customEvent", {"POST"})


async def test_a_store_with_any_letters_in_its_code_is_asked_for_as_it_is_written(api: Api):
    answer = await api.post("/api/caf%C3%A9%20%22/customEvent", {"event": {}})

    assert answer.status_code == 404
    assert 'café "' in answer.json()["message"]


async def test_a_member_reports_no_events(api: Api):
    member = {"email": "anna@example.com", "plainPassword": "password"}
    await api.post("/api/DEFAULT/member", {"customer": member})
    login = {"username": "anna@example.com", "password": "password"}
    token = (await api.post("/api/DEFAULT/member/login_check", login)).json()["token"]

    answer = await api.post("/api/DEFAULT/customEvent", {"event": {}}, headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 403
