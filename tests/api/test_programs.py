"""Programs deployed over HTTP, and the event types they bring."""

import pytest

from loyalty.files import revision_hash
from tests.api.conftest import TEXT_EVENT, Api
from tests.programs import PROGRAM, files

PATH = "/api/DEFAULT/program"
SCHEMAS = "/api/DEFAULT/customEvent/schema"


def texts(**changed: str) -> dict[str, str]:
    return {name: content.decode() for name, content in files(**changed).items()}


async def test_a_program_is_deployed_once(api_anywhere: Api):
    changed = texts(program=PROGRAM.replace("Coffee", "Tea"))

    first = await api_anywhere.post(PATH, {"files": changed})
    again = await api_anywhere.post(PATH, {"files": changed})

    content_hash = revision_hash({name: text.encode() for name, text in changed.items()})
    assert first.json() == {"revision": 2, "hash": content_hash, "isNew": True}
    assert again.json() == {"revision": 2, "hash": content_hash, "isNew": False}
    listed = await api_anywhere.get(PATH)
    told = [(item["revision"], item["inForce"], item["deployedBy"]) for item in listed["items"]]
    assert told == [(2, True, "admin"), (1, False, "test")]


async def test_a_store_is_opened_by_its_first_program(api_anywhere: Api):
    answer = await api_anywhere.post("/api/NEW/program", {"files": texts(program=PROGRAM.replace("DEFAULT", "NEW"))})

    assert answer.json()["revision"] == 1
    assert (await api_anywhere.get("/api/NEW/member"))["items"] == []


async def test_a_program_with_faults_is_refused_with_their_places_and_nothing_changes(api: Api):
    broken = texts(reactors__broken="reactor: broken\non: purchse\nthen: [{award_points: {points: 1}}]\n")

    answer = await api.post(PATH, {"files": broken})

    assert answer.status_code == 400
    (fault,) = answer.json()["errors"]
    assert fault["path"].startswith("reactors/broken.yaml:2:")
    assert "purchase" in fault["message"]
    assert (await api.get(PATH))["total"]["all"] == 1


async def test_a_program_of_another_store_is_refused(api: Api):
    answer = await api.post("/api/OTHER/program", {"files": texts()})

    assert answer.json()["errors"][0]["code"] == "otherStore"
    assert (await api.http.get("/api/OTHER/program")).status_code == 404


@pytest.mark.parametrize("content", [{}, {"files": {}}, {"files": {"program.yaml": 7}}, {"files": []}])
async def test_what_is_no_program_is_refused(api: Api, content: dict):
    assert (await api.post(PATH, content)).status_code == 400


async def test_a_program_may_be_larger_than_an_event(api: Api):
    comment = "# " + "x" * 300_000 + "\n"

    answer = await api.post(PATH, {"files": texts(events__text=comment + TEXT_EVENT)})

    assert answer.status_code == 200, answer.text


async def test_event_types_are_listed_with_their_schemas(api_anywhere: Api):
    listed = await api_anywhere.get(SCHEMAS)
    purchase = await api_anywhere.get(f"{SCHEMAS}/purchase")

    assert [item["eventType"] for item in listed["items"]] == ["app_login", "purchase", "text"]
    assert purchase["schema"]["fields"][0] == {"type": "number", "name": "total", "description": ""}
    assert purchase["jsonSchema"]["required"] == ["total"]
    assert purchase["active"] is True


@pytest.mark.parametrize(("query", "found"), [("name=Some text", 1), ("eventType[like]=p", 2), ("active=false", 0)])
async def test_event_types_are_filtered(api: Api, query: str, found: int):
    assert len((await api.get(f"{SCHEMAS}?{query}"))["items"]) == found


async def test_an_event_type_nobody_wrote_is_not_found_and_built_in_ones_are_not_shown(api: Api):
    statuses = [(await api.http.get(f"{SCHEMAS}/{name}")).status_code for name in ("nothing", "member_registered")]

    assert statuses == [404, 404]


@pytest.mark.parametrize(("method", "path"), [("POST", ""), ("PUT", "/purchase"), ("POST", "/purchase/active")])
async def test_event_types_are_changed_in_files(api: Api, method: str, path: str):
    answer = await api.http.request(method, SCHEMAS + path, json={})

    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")
    assert "files" in answer.json()["message"]
