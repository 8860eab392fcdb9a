"""Event types: listing, filtering, showing, and the answer to changes."""

import pytest

from tests.kit.api import Api

PATH = "/api/DEFAULT/customEvent/schema"


async def test_event_types_are_listed_with_their_schemas(api_anywhere: Api):
    listed = await api_anywhere.get(PATH)
    purchase = await api_anywhere.get(f"{PATH}/purchase")

    assert [item["eventType"] for item in listed["items"]] == ["app_login", "purchase", "text"]
    assert purchase["schema"]["fields"][0] == {"type": "number", "name": "total", "description": ""}
    assert purchase["jsonSchema"]["required"] == ["total"]
    assert purchase["active"] is True


@pytest.mark.parametrize(("query", "found"), [("name=Some text", 1), ("eventType[like]=p", 2), ("active=false", 0)])
async def test_event_types_are_filtered(api: Api, query: str, found: int):
    assert len((await api.get(f"{PATH}?{query}"))["items"]) == found


async def test_unknown_and_built_in_event_types_are_not_found(api: Api):
    statuses = [(await api.http.get(f"{PATH}/{name}")).status_code for name in ("nothing", "member_registered")]

    assert statuses == [404, 404]


@pytest.mark.parametrize(("method", "path"), [("POST", ""), ("PUT", "/purchase"), ("POST", "/purchase/active")])
async def test_event_types_are_changed_in_files(api: Api, method: str, path: str):
    answer = await api.http.request(method, PATH + path, json={})

    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")
    assert "files" in answer.json()["message"]
