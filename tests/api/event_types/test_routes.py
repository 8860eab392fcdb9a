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


async def test_a_sample_proposes_the_fields_that_a_file_is_written_of(api_anywhere: Api):
    proposed = (
        await api_anywhere.post(f"{PATH}/proposal", {"sample": "type: sale\nbody: {total: 1, note: null}"})
    ).json()
    file = await api_anywhere.post(
        f"{PATH}/file", {"eventType": proposed["eventType"], "name": proposed["name"], "fields": proposed["fields"]}
    )

    assert [(each["path"], each["type"], each["required"]) for each in proposed["fields"]] == [
        ("total", "number", True),
        ("note", "any", False),
    ]
    assert "note is null" in proposed["notes"][0]
    assert file.json()["path"] == "events/sale.yaml"
    assert file.json()["text"].startswith("event: sale\ntitle: Sale\nbody:\n  type: object\n")


@pytest.mark.parametrize(
    ("path", "body", "faults"),
    [
        ("proposal", {}, {"sample": "missing"}),
        ("proposal", {"sample": 1}, {"sample": "stringType"}),
        ("proposal", {"sample": "- - x"}, {"sample": "noSample"}),
        ("proposal", {"sample": "a: ["}, {"sample": "unreadableText"}),
        ("file", {}, {"eventType": "missing"}),
        ("file", {"eventType": "a b"}, {"eventType": "invalidName"}),
        ("file", {"eventType": "transaction", "name": "a\nb"}, {"eventType": "invalidName", "name": "invalidName"}),
        ("file", {"eventType": "a", "fields": [{"path": ".", "type": "text"}]}, {"fields.0.path": "invalidField"}),
        ("file", {"eventType": "a", "fields": [{"path": "b", "type": "x"}]}, {"fields.0.type": "literalError"}),
        ("file", {"eventType": "a", "fields": [{}] * 201}, {"fields": "tooLong"}),
    ],
)
async def test_what_is_no_event_type_is_refused_at_its_path(api: Api, path: str, body: object, faults: dict[str, str]):
    answer = await api.post(f"{PATH}/{path}", body)

    assert answer.status_code == 400
    assert {each["path"]: each["code"] for each in answer.json()["errors"]} == faults
