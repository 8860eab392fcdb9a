"""Programs: deploying, listing, comparing, rolling back."""

import pytest

from program_files import revision_hash
from tests.kit.api import TEXT_EVENT, Api
from tests.kit.programs import PROGRAM, files

PATH = "/api/DEFAULT/program"
CHANGED = PROGRAM.replace("points: 7d", "points: 9d")


def texts(**changed: str) -> dict[str, str]:
    return {name: content.decode() for name, content in files(**changed).items()}


async def test_a_program_is_deployed_once(api_anywhere: Api):
    changed = texts(program=CHANGED)

    first = await api_anywhere.post(PATH, {"files": changed})
    again = await api_anywhere.post(PATH, {"files": changed})

    content_hash = revision_hash({name: text.encode() for name, text in changed.items()})
    assert first.json() == {"revision": 2, "hash": content_hash, "isNew": True}
    assert again.json() == {"revision": 2, "hash": content_hash, "isNew": False}
    listed = await api_anywhere.get(PATH)
    revisions = [(item["revision"], item["inForce"], item["deployedBy"]) for item in listed["items"]]
    assert revisions == [(2, True, "admin"), (1, False, "test")]


async def test_a_store_is_created_by_its_first_program(api_anywhere: Api):
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
async def test_an_invalid_program_body_is_refused(api: Api, content: dict):
    assert (await api.post(PATH, content)).status_code == 400


async def test_a_program_of_too_many_files_is_refused_with_the_bound(api: Api):
    answer = await api.post(PATH, {"files": {f"reactors/r{number}.yaml": "" for number in range(5001)}})

    assert answer.json()["errors"] == [
        {"message": "these are too many: send at most 5000", "code": "tooLong", "path": "files"}
    ]


async def test_a_program_may_be_larger_than_an_event(api: Api):
    comment = "# " + "x" * 300_000 + "\n"

    answer = await api.post(PATH, {"files": texts(events__text=comment + TEXT_EVENT)})

    assert answer.status_code == 200, answer.text


async def test_the_second_deploy_based_on_one_revision_is_refused_with_who_deployed_the_first_and_the_cure(
    api_anywhere: Api,
):
    first = await api_anywhere.post(PATH, {"files": texts(program=CHANGED), "basedOn": 1, "note": "spring"})
    second = await api_anywhere.post(PATH, {"files": texts(), "basedOn": 1})

    assert first.json()["revision"] == 2
    assert (second.status_code, second.json()["code"]) == (409, 409)
    in_force = second.json()["inForce"]
    assert (in_force["revision"], in_force["deployedBy"], in_force["deployedAt"][-6:]) == (2, "admin", "+00:00")
    assert "revision 2 is in force, deployed by admin at" in second.json()["message"]
    assert "`laurel revisions`" in second.json()["message"]
    listed = await api_anywhere.get(PATH)
    assert [(item["revision"], item["note"]) for item in listed["items"]] == [(2, "spring"), (1, "")]


async def test_a_folder_that_is_behind_the_console_is_refused_with_who_edited_what(api: Api):
    await api.programs.deploy(files(program=CHANGED), by="eve", in_console=True)

    answer = await api.post(PATH, {"files": texts(), "pulled": 1})
    pulled = await api.post(PATH, {"files": texts(), "pulled": 2})

    assert (answer.status_code, answer.json()["inForce"]["deployedBy"], answer.json()["pulled"]) == (409, "eve", 1)
    assert "revision 2 was edited in the console by eve" in answer.json()["message"]
    assert (pulled.status_code, pulled.json()["revision"]) == (200, 3)
    assert [item["inConsole"] for item in (await api.get(PATH))["items"]] == [False, True, False]


@pytest.mark.parametrize(
    "wrong", [{"pulled": -1}, {"basedOn": -1}, {"basedOn": "1"}, {"basedOn": 2**31}, {"note": "x" * 256}]
)
async def test_an_invalid_base_or_note_of_a_deploy_is_refused(api: Api, wrong: dict):
    answer = await api.post(PATH, {"files": texts(), **wrong})

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (400, next(iter(wrong)))


async def test_a_revision_is_shown_with_its_files(api_anywhere: Api):
    await api_anywhere.post(PATH, {"files": texts(program=CHANGED, events__text=TEXT_EVENT)})

    first, second = await api_anywhere.get(f"{PATH}/1"), await api_anywhere.get(f"{PATH}/2")

    assert (first["inForce"], second["inForce"]) == (False, True)
    assert second["files"] == texts(program=CHANGED, events__text=TEXT_EVENT)
    assert second["files"]["program.yaml"] != first["files"]["program.yaml"]


@pytest.mark.parametrize("path", ["9", "9/difference", "2/difference?since=7", "1/difference?since=9"])
async def test_an_unknown_revision_is_not_found(api_anywhere: Api, path: str):
    answer = await api_anywhere.http.get(f"{PATH}/{path}")

    assert answer.status_code == 404
    assert "no revision" in answer.json()["message"]


@pytest.mark.parametrize("path", ["0", "-1", "x", str(2**31), "1/difference?since=-1", "1/difference?since=x"])
async def test_an_invalid_revision_number_is_refused(api: Api, path: str):
    assert (await api.http.get(f"{PATH}/{path}")).status_code == 400


async def test_the_difference_of_a_revision_shows_both_sides(api_anywhere: Api):
    await api_anywhere.post(PATH, {"files": texts(program=CHANGED, events__text=TEXT_EVENT)})

    second = await api_anywhere.get(f"{PATH}/2/difference")
    back = await api_anywhere.get(f"{PATH}/1/difference?since=2")
    same = await api_anywhere.get(f"{PATH}/2/difference?since=2")
    first = await api_anywhere.get(f"{PATH}/1/difference")

    (change,) = second["changes"]
    assert (second["since"], change["kind"], change["name"], change["what"]) == (
        1,
        "setting",
        "notify_before points",
        "changed",
    )
    assert (change["parts"][0]["was"], change["parts"][0]["now"]) == ("7d", "9d")
    assert back["changes"][0]["parts"][0]["now"] == "7d"
    assert same["changes"] == []
    assert {change["what"] for change in first["changes"]} == {"added"}


async def test_a_rollback_puts_an_earlier_revision_in_force_again_as_a_new_one(api_anywhere: Api):
    await api_anywhere.post(PATH, {"files": texts(program=CHANGED, events__text=TEXT_EVENT)})

    answer = await api_anywhere.post(f"{PATH}/rollback", {})
    again = await api_anywhere.post(f"{PATH}/rollback", {"revision": 1})

    assert answer.json() == {"revision": 3, "rolledBackTo": 1, "isNew": True}
    assert again.json() == {"revision": 3, "rolledBackTo": 1, "isNew": False}
    latest = (await api_anywhere.get(PATH))["items"][0]
    assert (latest["note"], latest["deployedBy"], latest["inForce"]) == ("rollback to 1", "admin", True)
    assert (await api_anywhere.get(f"{PATH}/3"))["files"] == (await api_anywhere.get(f"{PATH}/1"))["files"]


async def test_a_refused_rollback_changes_nothing(api: Api):
    await api.post(PATH, {"files": texts(program=CHANGED, events__text=TEXT_EVENT)})

    statuses = [
        (await api.post(f"/api/{store}/program/rollback", body)).status_code
        for store, body in [
            ("DEFAULT", {"revision": 9}),
            ("DEFAULT", {"revision": 1, "basedOn": 1}),
            ("DEFAULT", {"basedOn": 77}),
            ("DEFAULT", {"basedOn": 1}),
            ("DEFAULT", {"revision": 0}),
            ("DEFAULT", {"revision": "1"}),
            ("NOWHERE", {}),
            ("X" * 300, {}),
        ]
    ]

    assert statuses == [404, 409, 409, 409, 400, 400, 404, 404]
    assert (await api.get(PATH))["total"]["all"] == 2


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/store"), ("GET", f"{PATH}/1"), ("POST", f"{PATH}/rollback")]
)
async def test_programs_need_a_login(api: Api, method: str, path: str):
    answer = await api.http.request(method, path, json={}, headers={"Authorization": "nobody"})

    assert answer.status_code == 401


GOLD = "  - {tier: gold, from: 2000}\n"


async def test_a_deploy_that_loses_something_is_refused_with_what_and_done_when_it_is_named(api_anywhere: Api):
    await api_anywhere.post("/api/DEFAULT/member", {"customer": {"email": "ann@example.com", "levelId": "gold"}})
    poorer = {"files": texts(program=PROGRAM.replace(GOLD, "").replace("Coffee", "Tea"), events__text=TEXT_EVENT)}

    refused = await api_anywhere.post(PATH, poorer)
    half = await api_anywhere.post(PATH, poorer | {"drop": ["tier:gold"]})
    done = await api_anywhere.post(PATH, poorer | {"drop": ["tier:gold"], "rename": True})
    back = await api_anywhere.post(f"{PATH}/rollback", {})
    back_too = await api_anywhere.post(f"{PATH}/rollback", {"rename": True})

    assert (refused.status_code, half.status_code, back.status_code) == (400, 400, 400)
    content = refused.json()
    assert content["losses"] == [{"kind": "tier", "name": "gold", "members": 1, "events": 0}]
    assert content["title"] == {"inForce": "Coffee shop", "deployed": "Tea shop"}
    assert [(fault["code"], fault["path"]) for fault in content["errors"]] == [
        ("unnamedLoss", "drop"),
        ("otherTitle", "rename"),
    ]
    assert (half.json()["losses"], half.json()["title"]) == ([], content["title"])
    assert (done.json()["revision"], back_too.json()["revision"]) == (2, 3)


@pytest.mark.parametrize(
    ("content", "path"),
    [
        ({"drop": ["points"]}, "drop.0"),
        ({"drop": ["wallet:points", "purse:points"]}, "drop.1"),
        ({"drop": ["wallet:"]}, "drop.0"),
        ({"drop": "wallet:points"}, "drop"),
        ({"drop": [7]}, "drop.0"),
        ({"rename": "perhaps"}, "rename"),
    ],
)
async def test_what_drop_and_rename_cannot_be_is_refused_where_it_is(api: Api, content: dict, path: str):
    deployed = await api.post(PATH, {"files": texts(), **content})
    rolled_back = await api.post(f"{PATH}/rollback", content)

    for answer in (deployed, rolled_back):
        assert answer.status_code == 400
        assert [fault["path"] for fault in answer.json()["errors"]] == [path]
