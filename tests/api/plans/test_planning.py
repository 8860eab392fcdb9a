"""Plans and deploys of drafts: exactly what was planned comes into force, and the draft ends."""

from typing import Any

import pytest

from access import Permission
from api.backtests import process
from tests.kit.access import add_administrator, add_role
from tests.kit.api import Api, fault
from tests.kit.programs import PROGRAM

PATH = "/api/DEFAULT/program/draft"
FILE = f"{PATH}/file"
NEW = "reactors/spring.yaml"
SPRING = "reactor: spring\non: app_login\nthen: [{award_points: {points: 5}}]\n"
TESTS = "tests/spring.yaml"
FAILS = """\
at: 2024-05-01T09:00:00
tests:
  - test: five points
    steps: [{event: app_login}, {expect: {points: 5}}]
  - test: six points
    steps: [{event: app_login}, {expect: {points: 6}}]
"""


async def put(api: Api, path: str, text: str) -> None:
    shown = await api.http.get(FILE, params={"path": path})
    version = shown.json()["version"] if shown.status_code == 200 else ""
    answer = await api.http.put(FILE, json={"path": path, "text": text, "version": version})
    assert answer.status_code == 200, answer.text


async def plan(api: Api, **content: Any) -> Any:
    answer = await api.post(f"{PATH}/plan", content)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def deploy(api: Api, fingerprint: str, **content: Any) -> Any:
    return await api.post(f"{PATH}/deploy", {"fingerprint": fingerprint, **content})


async def test_what_was_planned_comes_into_force_and_the_draft_ends(api_anywhere: Api):
    api = api_anywhere
    await put(api, NEW, SPRING)
    await put(api, TESTS, FAILS)
    planned = await plan(api)
    done = await deploy(api, planned["fingerprint"], note="for the spring")

    assert [(each["what"], each["kind"], each["name"]) for each in planned["changes"]] == [
        ("added", "reactor", "spring")
    ]
    assert (planned["tests"]["passed"], planned["tests"]["notRun"]) == (1, 0)
    (failed,) = [each for each in planned["tests"]["tests"] if each["verdict"] == "failed"]
    (miss,) = failed["mismatches"]
    assert (failed["name"], miss["expected"], miss["actual"]) == ("six points", "6", "5")
    assert (planned["problems"], planned["backtest"], planned["notReplayed"]) == ([], None, None)
    assert done.json() == {"revision": 2, "hash": planned["fingerprint"], "isNew": True}
    latest = (await api.get("/api/DEFAULT/program"))["items"][0]
    assert (latest["note"], latest["inConsole"], latest["hash"]) == ("for the spring", True, planned["fingerprint"])
    after = await api.get(PATH)
    assert (after["basedOn"], after["changedAt"]) == (2, None)
    assert TESTS in [each["path"] for each in after["files"]]


async def test_a_draft_that_was_changed_since_it_was_planned_is_not_deployed(api: Api):
    await put(api, NEW, SPRING)
    planned = await plan(api)
    await put(api, NEW, SPRING.replace("5", "6"))

    refused = await deploy(api, planned["fingerprint"])
    unnamed = await deploy(api, "")
    empty = await api.post(f"{PATH}/deploy", {})

    assert fault(refused, "fingerprint")["code"] == "notPlanned"
    assert (unnamed.status_code, empty.status_code) == (400, 400)
    assert (await api.get("/api/DEFAULT/program"))["total"]["all"] == 1


async def test_a_repeated_deploy_gets_the_first_answer(api: Api):
    await put(api, NEW, SPRING)
    fingerprint = (await plan(api))["fingerprint"]
    headers = {"Idempotency-Key": "one"}

    first = await api.post(f"{PATH}/deploy", {"fingerprint": fingerprint}, headers=headers)
    again = await api.post(f"{PATH}/deploy", {"fingerprint": fingerprint}, headers=headers)

    assert (again.status_code, again.json()) == (200, first.json())


async def test_of_two_people_the_second_takes_over_before_they_deploy(api: Api):
    designer = {"Authorization": (await add_administrator(api, "designer")).key}
    await put(api, NEW, SPRING)
    theirs = {"path": "reactors/theirs.yaml", "text": SPRING.replace("spring", "theirs"), "version": ""}
    await api.http.put(FILE, json=theirs, headers=designer)
    mine = await plan(api)
    other = (await api.post(f"{PATH}/plan", {}, headers=designer)).json()
    assert (await deploy(api, mine["fingerprint"])).status_code == 200

    late = await api.post(f"{PATH}/deploy", {"fingerprint": other["fingerprint"]}, headers=designer)
    await api.post(f"{PATH}/rebase", {"basedOn": 2}, headers=designer)
    replanned = (await api.post(f"{PATH}/plan", {}, headers=designer)).json()
    done = await api.post(f"{PATH}/deploy", {"fingerprint": replanned["fingerprint"]}, headers=designer)

    assert (late.status_code, late.json()["inForce"]["revision"]) == (409, 2)
    assert [each["name"] for each in replanned["changes"]] == ["theirs"]
    assert done.json()["revision"] == 3
    shown = await api.get("/api/DEFAULT/program/3")
    assert {NEW, "reactors/theirs.yaml"} <= set(shown["files"])


async def test_what_members_would_lose_is_planned_and_must_be_meant(api: Api):
    await api.report()
    await put(api, "program.yaml", PROGRAM.replace("Coffee shop", "Tea shop").replace("bronze", "iron"))
    planned = await plan(api)

    refused = await deploy(api, planned["fingerprint"])
    drop = [f"{each['kind']}:{each['name']}" for each in planned["losses"]]
    confirmed = await deploy(api, planned["fingerprint"], rename=True, drop=drop)

    assert drop == ["tier:bronze"]
    assert planned["title"] == {"inForce": "Coffee shop", "deployed": "Tea shop"}
    assert fault(refused, "rename")["code"] == "otherTitle"
    assert confirmed.status_code == 200, confirmed.text


async def test_what_is_wrong_is_planned_alone(api: Api):
    await put(api, NEW, SPRING.replace("app_login", "app_logn"))
    planned = await plan(api)
    refused = await deploy(api, planned["fingerprint"])
    await put(api, NEW, SPRING)
    await put(api, "program.yaml", PROGRAM.replace("DEFAULT", "OTHER"))
    other = await api.post(f"{PATH}/plan", {})

    assert [each["path"] for each in planned["problems"]] == [NEW]
    assert (planned["changes"], planned["tests"]["passed"]) == ([], 0)
    assert refused.status_code == 400
    assert fault(other, "files.program.yaml")["code"] == "otherStore"
    for days in (-1, 91, "7", 1.5):
        assert (await api.post(f"{PATH}/plan", {"days": days})).status_code == 400


async def test_the_days_before_are_replayed_in_a_process_of_its_own(api_anywhere: Api, monkeypatch: pytest.MonkeyPatch):
    api = api_anywhere
    await put(api, NEW, SPRING)
    nothing = await plan(api, days=1)
    await api.report()
    replayed = await plan(api, days=1)
    monkeypatch.setattr(process, "BACKTEST_SECONDS", 0.01)
    slow = await plan(api, days=1)

    assert nothing["notReplayed"].startswith("no event was reported since")
    assert (replayed["notReplayed"], replayed["backtest"]["days"], replayed["backtest"]["events"]) == (None, 1, 2)
    (affected,) = replayed["backtest"]["mostAffected"]
    assert (affected["inForce"], affected["planned"]) == (0, 5)
    assert slow["notReplayed"].startswith("the backtest took longer")


async def test_tests_that_cannot_be_read_are_problems_and_do_not_stop_a_deploy(api: Api):
    await put(api, NEW, SPRING)
    await put(api, TESTS, "test: x\nsteps: 7\n")
    planned = await plan(api)

    assert {each["path"] for each in planned["problems"]} == {TESTS}
    assert (planned["tests"]["passed"], len(planned["changes"])) == (0, 1)
    assert (await deploy(api, planned["fingerprint"])).status_code == 200


async def test_who_edits_may_not_deploy(api: Api):
    role = await add_role(api, "editor", frozenset({Permission.EDIT_PROGRAMS, Permission.VIEW_PROGRAMS}))
    editor = {"Authorization": (await add_administrator(api, "editor", role=role)).key}
    await api.http.put(FILE, json={"path": NEW, "text": SPRING, "version": ""}, headers=editor)
    planned = (await api.post(f"{PATH}/plan", {}, headers=editor)).json()

    refused = await api.post(f"{PATH}/deploy", {"fingerprint": planned["fingerprint"]}, headers=editor)

    assert refused.status_code == 403
    assert "PROGRAM MODIFY" in refused.json()["message"]
