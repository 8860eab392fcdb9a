"""Plans of rollbacks: what an earlier revision would change, in words, in tests and in losses; nothing is changed."""

import asyncio

from access import Permission
from tests.kit.access import add_administrator, add_role
from tests.kit.api import Api
from tests.kit.programs import PROGRAM, files

PATH = "/api/DEFAULT/program"
SPRING = "reactor: spring\non: app_login\nthen: [{award_points: {points: 5}}]\n"
MILES = PROGRAM.replace("wallets:\n", "wallets:\n  miles: {expires: never}\n")


async def test_a_rollback_is_planned_and_nothing_is_changed(api_anywhere: Api) -> None:
    api = api_anywhere
    assert MILES != PROGRAM
    await api.programs.deploy(files(program=MILES, reactors__spring=SPRING), by="eve")
    api.programs._in_force.clear()
    anna = (await api.post("/api/DEFAULT/member", {"customer": {"email": "anna@example.com"}})).json()["customerId"]
    added = {"transfer": {"customer": anna, "points": 5, "walletCode": "miles"}}
    assert (await api.post("/api/DEFAULT/points/add", added)).status_code == 200

    planned = await api.get(f"{PATH}/1/plan")
    itself = await api.get(f"{PATH}/2/plan?days=1")
    refused = await api.post(f"{PATH}/rollback", {"revision": 1})
    lost = [f"{each['kind']}:{each['name']}" for each in planned["losses"]]
    done = await api.post(f"{PATH}/rollback", {"revision": 1, "drop": lost, "note": "no miles"})

    changes = {(each["what"], each["kind"], each["name"]) for each in planned["changes"]}
    assert {("removed", "reactor", "spring"), ("removed", "wallet", "miles")} <= changes
    assert (planned["revision"], planned["inForce"], planned["problems"], lost) == (1, 2, [], ["wallet:miles"])
    assert (planned["backtest"], planned["notReplayed"]) == (None, None)
    assert (itself["changes"], itself["losses"], itself["notReplayed"]) == ([], [], None)
    assert (itself["backtest"]["days"], itself["backtest"]["membersGaining"]) == (1, 0)
    assert (refused.status_code, done.status_code) == (400, 200)
    assert (await api.get(PATH))["items"][0]["note"] == "rollback to 1: no miles"


async def test_a_rollback_is_backtested_beside_requests(api_anywhere: Api) -> None:
    api, backtest = api_anywhere, f"{PATH}/1/backtest"
    await api.programs.deploy(files(reactors__spring=SPRING), by="eve")
    await api.report()
    none = await api.http.get(backtest)

    begun = (await api.post(backtest, {"days": 1})).json()
    again = (await api.post(backtest, {"days": 1})).json()
    other = await api.http.get(f"{PATH}/2/backtest")
    await api.http.delete(f"{PATH}/2/backtest")  # that of another revision goes on
    async with asyncio.timeout(200):
        while (done := await api.get(backtest))["status"] == "running":
            await asyncio.sleep(0.2)
    await api.programs.deploy(files(reactors__spring=SPRING.replace("5", "6")), by="eve")

    assert (none.status_code, other.status_code) == (404, 404)
    assert (begun["status"], again["backtestId"]) == ("running", begun["backtestId"])
    assert (done["status"], done["comparedWith"], done["isCurrent"], done["days"]) == ("done", 2, True, 1)
    assert [(each["inForce"], each["planned"]) for each in done["result"]["fired"]] == [(1, 0)]
    assert (await api.get(backtest))["isCurrent"] is False


async def test_the_backtest_of_a_rollback_is_cancelled_and_replaces_that_of_the_draft(api: Api) -> None:
    await api.programs.deploy(files(reactors__spring=SPRING), by="eve")
    draft = (await api.post(f"{PATH}/draft/backtest", {"days": 1})).json()

    begun = (await api.post(f"{PATH}/1/backtest", {"days": 1})).json()
    cancelled = await api.http.delete(f"{PATH}/1/backtest")

    assert draft["backtestId"] != begun["backtestId"] == (await api.get(f"{PATH}/draft/backtest"))["backtestId"]
    assert cancelled.status_code == 204
    assert (await api.get(f"{PATH}/1/backtest"))["status"] == "cancelled"
    for revision, content, status in ((9, {}, 404), (0, {}, 400), (1, {"days": 91}, 400), (1, {"days": "x"}, 400)):
        answer = await api.post(f"{PATH}/{revision}/backtest", content)
        assert answer.status_code == status, (revision, content)


async def test_what_cannot_be_planned_is_refused(api: Api) -> None:
    editing = await add_role(api, "editor", frozenset({Permission.EDIT_PROGRAMS, Permission.VIEW_PROGRAMS}))
    editor = await add_administrator(api, "editor", role=editing)

    for path, status in (("9/plan", 404), ("0/plan", 400), ("1/plan?days=91", 400), ("1/plan?days=x", 400)):
        assert (await api.http.get(f"{PATH}/{path}")).status_code == status, path
    assert (await api.http.get("/api/NONE/program/1/plan")).status_code == 404
    theirs = await api.http.get(f"{PATH}/1/plan", headers={"Authorization": editor.key})
    assert theirs.status_code == 403
    too_long = await api.post(f"{PATH}/rollback", {"revision": 1, "note": "x" * 201})
    assert too_long.status_code == 400
