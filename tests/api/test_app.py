"""The app as a whole: what is decoded from a path, and who may report events."""

from tests.kit.api import Api


async def test_a_store_code_in_a_path_is_decoded(api: Api):
    answer = await api.post("/api/caf%C3%A9%20%22/customEvent", {"event": {}})

    assert answer.status_code == 404
    assert 'café "' in answer.json()["message"]


async def test_a_member_cannot_report_events(api: Api):
    member = {"email": "anna@example.com", "plainPassword": "password"}
    await api.post("/api/DEFAULT/member", {"customer": member})
    login = {"username": "anna@example.com", "password": "password"}
    token = (await api.post("/api/DEFAULT/member/login_check", login)).json()["token"]

    answer = await api.post("/api/DEFAULT/customEvent", {"event": {}}, headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 403
