"""Drafts: one of each administrator, saved file by file, which overwrite nothing that was not seen."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from api.drafts import saving
from api.drafts.schemas import MAX_FILE_BYTES
from database import Transaction
from database.tables import draft, draft_file
from tests.kit.access import add_administrator
from tests.kit.api import Api, fault
from tests.kit.programs import PROGRAM, files
from workflows.cleanup import DRAFTS_KEPT_FOR, delete_old_drafts

PATH = "/api/DEFAULT/program/draft"
FILE = f"{PATH}/file"
NEW = "reactors/spring.yaml"
SPRING = "reactor: spring\non: app_login\nthen: [{award_points: {points: 5}}]\n"
NOTIFIES = PROGRAM.replace("points: 7d", "points: 9d")
RETITLED = PROGRAM.replace("title: ", "title:  ")


async def shown(api: Api, path: str = "program.yaml") -> dict[str, Any]:
    return await api.get(FILE, params={"path": path})


async def put(api: Api, path: str, text: str, version: str, **options: Any) -> Any:
    return await api.http.put(FILE, json={"path": path, "text": text, "version": version}, **options)


async def changed(api: Api) -> dict[str, str]:
    """What became of the files that the draft changes."""
    draft = await api.get(PATH)
    return {each["path"]: each["change"] for each in draft["files"] if each["change"] != "none"}


async def test_a_draft_begins_with_the_first_change_and_ends_with_the_last(api_anywhere: Api):
    api = api_anywhere
    before = await api.get(PATH)
    text = await shown(api)

    added = await put(api, NEW, SPRING, "")
    edited = await put(api, "program.yaml", NOTIFIES, text["version"])
    removed = await api.http.delete(FILE, params={"path": "events/text.yaml", "version": await version(api)})

    assert before["changedAt"] is None
    assert {each["change"] for each in before["files"]} == {"none"}
    assert (added.json()["change"], edited.json()["change"], removed.status_code) == ("added", "changed", 204)
    assert await changed(api) == {"events/text.yaml": "removed", "program.yaml": "changed", NEW: "added"}
    assert (await shown(api))["text"] == NOTIFIES
    assert (await shown(api))["baseText"] == text["text"]

    await put(api, "program.yaml", text["text"], edited.json()["version"])
    await api.http.delete(FILE, params={"path": NEW, "version": added.json()["version"]})
    assert await changed(api) == {"events/text.yaml": "removed"}
    assert (await api.http.delete(PATH)).status_code == 204
    assert await api.get(PATH) == before


async def version(api: Api, path: str = "events/text.yaml") -> str:
    return str((await shown(api, path))["version"])


async def test_what_was_changed_since_it_was_shown_is_not_overwritten(api_anywhere: Api):
    api = api_anywhere
    text = await shown(api)
    first = await put(api, "program.yaml", NOTIFIES, text["version"])

    late = await put(api, "program.yaml", RETITLED, text["version"])
    again = await put(api, "program.yaml", NOTIFIES, text["version"])
    removal = await api.http.delete(FILE, params={"path": "program.yaml", "version": text["version"]})
    seen = await put(api, "program.yaml", RETITLED, late.json()["file"]["version"])

    assert (late.status_code, late.json()["file"]["stored"], late.json()["file"]["sent"]) == (409, NOTIFIES, RETITLED)
    assert again.json() == first.json()
    assert (removal.status_code, removal.json()["file"]["sent"]) == (409, None)
    assert seen.json()["change"] == "changed"


async def test_each_administrator_has_a_draft_of_their_own(api: Api):
    designer = {"Authorization": (await add_administrator(api, "designer")).key}

    mine = await put(api, NEW, SPRING, "")
    theirs = await put(api, NEW, SPRING.replace("5", "7"), "", headers=designer)

    assert (mine.status_code, theirs.status_code) == (200, 200)
    assert (await shown(api, NEW))["text"] == SPRING


@pytest.mark.parametrize(
    ("change", "left"),
    [({"isActive": False}, []), ({"store": "SECOND"}, ["SECOND"]), ({"roles": ["viewer"]}, ["DEFAULT", "SECOND"])],
)
async def test_drafts_go_with_the_access_to_their_store(api_anywhere: Api, change: dict[str, Any], left: list[str]):
    api = api_anywhere
    designer, other = await add_administrator(api, "designer"), await add_administrator(api, "marketing")
    assert (await api.post("/api/store", {"store": {"code": "SECOND", "name": "Second"}})).status_code == 200
    for store in ("DEFAULT", "SECOND"):
        for author in (designer, other):
            for path in (NEW, "reactors/summer.yaml"):
                saved = {"path": path, "text": SPRING, "version": ""}
                where = f"/api/{store}/program/draft/file"
                answer = await api.http.put(where, json=saved, headers={"Authorization": author.key})
                assert answer.status_code == 200, answer.text

    answer = await api.http.put(f"/api/admin/data/{designer.username}", json={"admin": change})

    assert answer.status_code == 200, answer.text
    kept = [(store, designer.id) for store in left] + [("DEFAULT", other.id), ("SECOND", other.id)]
    assert await stored(api) == (sorted(kept), sorted(kept * 2))


async def stored(api: Api) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Store and author of each draft, and of each file of one."""

    def read(tx: Transaction) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        heads, texts = (
            sorted((row.store, row.admin) for row in tx.connection.execute(select(table.c.store, table.c.admin)))
            for table in (draft, draft_file)
        )
        return heads, texts

    return await api.write(read)


async def test_a_draft_that_nobody_changes_is_removed_and_a_newer_one_is_not(api_anywhere: Api):
    api = api_anywhere
    designer = await add_administrator(api, "designer")
    await put(api, NEW, SPRING, "")
    await put(api, NEW, SPRING, "", headers={"Authorization": designer.key})
    now = datetime.now(UTC)
    before = now - DRAFTS_KEPT_FOR - timedelta(seconds=1)
    old = update(draft).where(draft.c.admin != designer.id).values(changed_at=before)
    await api.write(lambda tx: tx.connection.execute(old))

    deleted = [await delete_old_drafts(api.database, now=each) for each in (now - DRAFTS_KEPT_FOR, now, now)]

    assert deleted == [0, 1, 0]
    assert await stored(api) == ([("DEFAULT", designer.id)], [("DEFAULT", designer.id)])


async def test_a_draft_follows_the_revision_in_force_and_what_both_changed_is_decided(api_anywhere: Api):
    api = api_anywhere
    text = await shown(api)
    await put(api, "program.yaml", RETITLED, text["version"])
    await put(api, NEW, SPRING, "")
    await api.programs.deploy(files(program=NOTIFIES, reactors__other=SPRING.replace("spring", "other")), by="eve")
    stale = await api.get(PATH)

    early = await api.post(f"{PATH}/rebase", {"basedOn": 1})
    undecided = await api.post(f"{PATH}/rebase", {"basedOn": stale["inForce"]})
    (conflict,) = undecided.json()["files"]
    wrong = {"path": "program.yaml", "text": NOTIFIES, "version": "of another text"}
    unseen = await api.post(f"{PATH}/rebase", {"basedOn": stale["inForce"], "files": [wrong]})
    joined = NOTIFIES.replace("title: ", "title:  ")
    decided = {"path": "program.yaml", "text": joined, "version": conflict["version"]}
    done = await api.post(f"{PATH}/rebase", {"basedOn": stale["inForce"], "files": [decided]})

    assert [each["path"] for each in stale["files"] if each["isInConflict"]] == ["program.yaml"]
    assert (early.status_code, undecided.status_code, unseen.status_code) == (409, 409, 409)
    texts = (conflict["baseText"], conflict["inForceText"], conflict["draftText"])
    assert texts == (text["text"], NOTIFIES, RETITLED)
    assert done.json() == {"basedOn": stale["inForce"]}
    after = await api.get(PATH)
    assert (after["basedOn"], after["inForce"]) == (stale["inForce"], stale["inForce"])
    assert await changed(api) == {"program.yaml": "changed", NEW: "added"}
    assert "reactors/other.yaml" in [each["path"] for each in after["files"]]


async def test_a_first_change_of_a_text_that_is_no_longer_in_force_is_refused(api: Api):
    text = await shown(api)
    await api.programs.deploy(files(program=NOTIFIES), by="eve")

    late = await put(api, "program.yaml", RETITLED, text["version"])

    assert (late.status_code, late.json()["file"]["stored"]) == (409, NOTIFIES)


async def test_a_path_of_no_program_file_is_refused(api: Api):
    for path in (
        "../program.yaml",
        "/etc/x",
        "reactors/",
        "reactors/a.txt",
        "reactors/.yaml",
        "notes.yaml",
        "events//a.yaml",
        "a\tb",
    ):
        answer = await put(api, path, SPRING, "")
        assert fault(answer, "path")["code"] == "invalidPath", path

    assert await changed(api) == {}


async def test_an_invalid_body_is_refused(api: Api):
    whole = {"path": NEW, "text": SPRING, "version": ""}
    for wrong in ({"path": ""}, {"text": 7}, {"text": "a\0b"}, {"version": None}, {"path": "reactors/" + "x" * 200}):
        assert (await api.http.put(FILE, json=whole | wrong)).status_code == 400, wrong
    for body in ({}, [], {"basedOn": "1"}, {"basedOn": 0}, {"basedOn": 1, "files": [{"path": NEW}]}):
        assert (await api.post(f"{PATH}/rebase", body)).status_code == 400, body

    assert await changed(api) == {}


async def test_what_is_not_there_is_not_found(api: Api):
    assert (await api.http.get(FILE, params={"path": NEW})).status_code == 404
    assert (await api.http.delete(FILE, params={"path": NEW})).status_code == 404
    assert (await api.http.get(FILE)).status_code == 400
    assert (await api.http.get("/api/NOWHERE/program/draft")).status_code == 404


async def test_a_draft_is_bounded(api: Api, monkeypatch: pytest.MonkeyPatch):
    large = await put(api, NEW, "#" * (MAX_FILE_BYTES + 1), "")
    monkeypatch.setattr(saving, "MAX_DRAFT_FILES", 2)
    monkeypatch.setattr(saving, "MAX_DRAFT_BYTES", 1000)
    fits = [await put(api, f"reactors/{name}.yaml", SPRING, "") for name in "ab"]
    third = await put(api, "reactors/c.yaml", SPRING, "")
    together = await put(api, "reactors/a.yaml", "#" * 990, fits[0].json()["version"])

    assert [each.status_code for each in fits] == [200, 200]
    assert [fault(each, "text")["code"] for each in (large, third, together)] == ["tooLarge"] * 3


async def test_only_discarding_is_in_the_audit_log(api: Api):
    await put(api, NEW, SPRING, "")
    await api.http.delete(PATH)

    logged = (await api.get("/api/audit/log"))["items"]
    assert [(each["eventType"], each["entityType"]) for each in logged] == [
        ("DELETE /api/{storeCode}/program/draft", "PROGRAM_DRAFT")
    ]


async def test_a_draft_is_checked_and_its_words_are_completed(api: Api):
    misspelt = SPRING.replace("then:", "when: {'==': [{var: member.teir}, silver]}\nthen:")
    await put(api, NEW, misspelt, "")
    await put(api, "tests/spring.yaml", "test: spring\nstep: []\n", "")

    first = (await api.get(f"{PATH}/problems"))["problems"]
    (wrong,) = [each for each in first if each["severity"] == "error"]
    await put(api, NEW, misspelt.replace("teir", "tier"), (await shown(api, NEW))["version"])
    second = (await api.get(f"{PATH}/problems"))["problems"]

    assert (wrong["path"], wrong["line"], wrong["column"]) == (NEW, 3, 21)
    assert wrong["cure"] == {"line": 3, "column": 21, "endColumn": 32, "text": "member.tier"}
    assert {each["path"] for each in second if each["severity"] == "error"} == {"tests/spring.yaml"}

    async def labels(text: str, line: int, column: int, path: str = NEW) -> list[str]:
        asked = {"path": path, "text": text, "line": line, "column": column}
        return [each["label"] for each in (await api.post(f"{PATH}/completion", asked)).json()["proposals"]]

    assert "app_login" in await labels("reactor: spring\non: ap\n", 2, 7)
    assert "member.tier" in await labels("reactor: spring\non: app_login\nwhen: {var: me}\n", 3, 15)
    assert {"limits", "when"} <= set(await labels("reactor: spring\non: app_login\n\n", 3, 1))
    assert '"member.tier"' in await labels('{"on": "app_login", "when": {"var": ""}}', 1, 37, "reactors/a.json")
    assert await labels("{", 1, 2) == await labels("", 9, 1) == []
    for wrong_body in ({"line": 0}, {"path": "x"}, {"column": "1"}, {"text": None}):
        body = {"path": NEW, "text": "", "line": 1, "column": 1} | wrong_body
        assert (await api.post(f"{PATH}/completion", body)).status_code == 400


async def test_a_file_is_drawn_as_blocks_and_a_literal_is_changed(api: Api):
    text = "# five\n" + SPRING.replace("5", "5 ")
    version = (await put(api, NEW, text, "")).json()["version"]
    drawn = await api.get(f"{PATH}/blocks", params={"path": NEW})
    at = {"path": NEW, "version": version, "line": 4, "column": 32}

    then = next(each for each in drawn["root"]["blocks"] if each["label"] == "then")
    points = then["blocks"][0]["blocks"][0]["blocks"][0]
    shown = (points["label"], points["type"], points["value"], points["line"], points["column"])
    assert shown == ("points", "number", "5", at["line"], at["column"])
    for value in ("five", "", "1e5"):
        refused = await api.http.put(f"{PATH}/blocks", json=at | {"value": value})
        assert fault(refused, "value")["code"] == "notWritable", value
    elsewhere = await api.http.put(f"{PATH}/blocks", json=at | {"column": 1, "value": "7"})
    stale = await api.http.put(f"{PATH}/blocks", json=at | {"version": "", "value": "7"})
    done = await api.http.put(f"{PATH}/blocks", json=at | {"value": "7.5"})

    assert (elsewhere.status_code, stale.status_code, done.status_code) == (400, 409, 200)
    assert (await shown_text(api)) == text.replace("5 ", "7.5 ")
    assert (await api.http.get(f"{PATH}/blocks", params={"path": "reactors/none.yaml"})).status_code == 404
    assert (await api.http.put(f"{PATH}/blocks", json={"path": NEW, "version": "", "line": 0})).status_code == 400
    await put(api, NEW, "a: [", done.json()["version"])
    assert (await api.get(f"{PATH}/blocks", params={"path": NEW}))["root"] is None


async def test_a_json_file_is_drawn_as_blocks_and_a_literal_is_changed(api: Api):
    path, text = (
        "reactors/spring.json",
        '{"reactor": "spring",\n"on": "app_login", "then": [{"award_points": {"points": 5}}]}',
    )
    version = (await put(api, path, text, "")).json()["version"]
    root = (await api.get(f"{PATH}/blocks", params={"path": path}))["root"]
    on = next(each for each in root["blocks"] if each["label"] == "on")
    at = {"path": path, "version": version, "line": on["line"], "column": on["column"], "value": "purchase"}

    done = await api.http.put(f"{PATH}/blocks", json=at)

    assert (on["type"], on["value"], "purchase" in on["choices"], done.status_code) == ("text", "app_login", True, 200)
    assert (await shown(api, path))["text"] == text.replace("app_login", "purchase")


async def shown_text(api: Api) -> str:
    return str((await shown(api, NEW))["text"])
