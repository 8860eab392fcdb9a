"""Corrections above one's bound: they wait for a second person, whose own bound suffices."""

import asyncio
from collections import Counter
from typing import Any

import httpx2
import pytest

from tests.api.corrections.shop import PATH, Desk
from tests.kit.access import Credentials, add_administrator
from tests.kit.api import KEY, fault

ROLE = "/api/acl/role"
CORRECT = [{"resource": "CORRECTION", "access": access} for access in ("VIEW", "MODIFY")]
APPROVE = {"resource": "CORRECTION_APPROVAL", "access": "MODIFY"}


async def person(desk: Desk, name: str, bounds: list[dict] | None, *, may_approve: bool = True) -> Credentials:
    """An administrator of a role of its own, with these bounds."""
    permissions = [*CORRECT, *([APPROVE] if may_approve else [])]
    role = {"name": name, "permissions": permissions, "correctionBounds": bounds}
    answer = await desk.api.post(ROLE, {"role": role})
    assert answer.status_code == 201, answer.text
    return await add_administrator(desk.api, name, role=answer.json()["roleId"])


def code(answer: httpx2.Response) -> Any:
    return answer.json()["errors"][0]["code"] if answer.status_code == 400 else answer.status_code


async def test_what_is_above_the_bound_waits_and_is_done_when_another_approves(desk_anywhere: Desk):
    desk = desk_anywhere
    asked = await desk.add(1200, desk.support)
    before = await desk.active()

    approved = (await desk.act(asked, "approve", comment="I have seen the receipt")).json()

    assert (asked["status"], asked["outcome"], before) == ("waiting", None, 0)
    assert (approved["status"], approved["asked"]["username"]) == ("done", "support")
    assert (approved["decided"]["username"], approved["decided"]["comment"]) == ("admin", "I have seen the receipt")
    assert await desk.active() == 1200
    assert await desk.items("status=waiting") == []


async def test_a_preview_says_that_it_would_wait_and_why(desk: Desk):
    tried = await desk.preview(desk.support, points={"type": "add", "points": 1200})

    assert (tried["needsApproval"], tried["bound"]) == (True, {"once": 1000, "day": 5000, "used": None})
    assert tried["outcome"]["after"]["activeUnits"] == 1200
    assert await desk.active() == 0


async def test_the_bound_of_a_day_counts_what_one_person_has_done_in_it(desk_anywhere: Desk):
    desk = desk_anywhere
    mine = await person(desk, "small", [{"kind": "points", "once": 100, "day": 250}])

    statuses = [(await desk.add(100, mine))["status"] for _ in range(3)]
    tried = await desk.preview(mine, points={"type": "add", "points": 100})
    others = (await desk.add(100, desk.support))["status"]

    assert statuses == ["done", "done", "waiting"]
    assert tried["bound"] == {"once": 100, "day": 250, "used": 200}
    assert others == "done"


async def test_what_the_bounds_of_a_role_do_not_name_always_waits(desk: Desk):
    mine = await person(desk, "small", [{"kind": "points", "unit": "stars", "once": 100}])

    assert (await desk.add(1, mine))["status"] == "waiting"
    assert (await desk.made(mine, tier={"levelId": "gold"}))["status"] == "waiting"


async def test_nobody_decides_on_what_they_asked_for_not_even_by_another_key(desk: Desk):
    mine = await person(desk, "both", [{"kind": "points", "once": 10}])
    asked = await desk.add(50, mine)

    assert code(await desk.act(asked, "approve", mine)) == "ownCorrection"
    assert code(await desk.act(asked, "reject", mine)) == "ownCorrection"
    assert (await desk.show(asked))["status"] == "waiting"


async def test_who_approves_needs_a_bound_and_the_permission_that_suffice(desk: Desk):
    small = await person(desk, "small", [{"kind": "points", "once": 1100, "day": 1300}])
    asked = [await desk.add(points, desk.support) for points in (1200, 1100, 1050)]

    found = [code(await desk.act(each, "approve", small)) for each in asked]
    without = await desk.act(asked[2], "approve", desk.other)

    assert found == ["aboveBound", 200, "aboveBound"]  # of a day, in the end
    assert without.status_code == 403
    assert "CORRECTION_APPROVAL MODIFY" in without.json()["message"]


async def test_a_rejected_correction_changes_nothing_and_is_not_approved(desk: Desk):
    asked = await desk.add(1200, desk.support)

    rejected = (await desk.act(asked, "reject", comment="There was no sale")).json()

    assert (rejected["status"], rejected["decided"]["comment"]) == ("rejected", "There was no sale")
    refused = fault(await desk.act(asked, "approve"), "correction")
    assert (refused["code"], refused["parameters"]) == ("notWaitingForApproval", {"status": "rejected"})
    assert fault(await desk.act(asked, "undo"), "correction")["code"] == "notUndoable"
    assert await desk.active() == 0


async def test_an_approval_is_judged_by_what_is_there_then(desk: Desk):
    await desk.add(1500)
    asked = await desk.made(desk.support, points={"type": "subtract", "points": 1500})
    spent = {"transfer": {"customer": desk.anna, "points": 100}}
    await desk.api.post("/api/DEFAULT/points/spend", spent)

    refused = await desk.act(asked, "approve")

    assert code(refused) == "notEnoughPoints"
    assert (await desk.show(asked))["status"] == "waiting"


async def test_only_who_could_do_as_much_at_once_undoes(desk: Desk):
    asked = await desk.add(1200, desk.support)
    await desk.act(asked, "approve")

    assert code(await desk.act(asked, "undo", desk.support)) == "aboveBound"
    assert (await desk.act(asked, "undo")).status_code == 200


@pytest.mark.parametrize("actions", [("approve", "approve"), ("approve", "reject"), ("undo", "undo")])
async def test_of_decisions_at_once_exactly_one_is_done(desk_anywhere: Desk, actions: tuple[str, str]):
    desk = desk_anywhere
    second = await add_administrator(desk.api, "administrator")
    asked = await desk.add(1200, desk.support)
    if actions[0] == "undo":
        await desk.act(asked, "approve")

    both = [None, second, None, second]
    found = await asyncio.gather(*(desk.act(asked, action, by) for action, by in zip(actions * 2, both, strict=True)))

    refused = "notUndoable" if actions[0] == "undo" else "notWaitingForApproval"
    assert Counter(map(code, found)) == {200: 1, refused: 3}
    shown = await desk.show(asked)
    assert await desk.active() == (1200 if shown["status"] == "done" else 0)


async def test_corrections_at_once_do_not_exceed_the_bound_of_a_day(desk_anywhere: Desk):
    desk = desk_anywhere
    mine = await person(desk, "small", [{"kind": "points", "once": 100, "day": 250}])

    made = await asyncio.gather(*(desk.add(100, mine) for _ in range(8)))

    assert Counter(each["status"] for each in made) == {"done": 2, "waiting": 6}
    assert await desk.active() == 200


async def test_a_key_is_within_the_bounds_of_its_administrator(desk: Desk):
    key = {"apiKey": {"name": "script", "role": "support"}}
    made = await desk.api.post(f"/api/admin/{desk.support.username}/api-key", key)

    correction = {"customer": desk.anna, "reason": "goodwill", "points": {"type": "add", "points": 1200}}
    token = made.json()["token"]
    asked = await desk.api.post(PATH, {"correction": correction}, headers={"Authorization": token})

    assert asked.json()["status"] == "waiting"
    assert asked.json()["asked"]["adminId"] == desk.support.id


async def test_nobody_gives_larger_bounds_than_their_own(desk: Desk):
    acl = [{"resource": "ACL", "access": access} for access in ("VIEW", "MODIFY")]
    bounds = [{"kind": "points", "once": 100, "day": 500}]
    clerk = {"name": "clerk", "permissions": [*acl, *CORRECT], "correctionBounds": bounds}
    number = (await desk.api.post(ROLE, {"role": clerk})).json()["roleId"]
    desk.api.http.headers["Authorization"] = (await add_administrator(desk.api, "clerk", role=number)).key

    def role(name: str, bounds: Any) -> dict[str, Any]:
        return {"role": {"name": name, "permissions": CORRECT, "correctionBounds": bounds}}

    answers = [
        await desk.api.post(ROLE, role("a", None)),
        await desk.api.post(ROLE, role("b", [{"kind": "points", "once": 101, "day": 500}])),
        await desk.api.post(ROLE, role("c", [{"kind": "points", "unit": "stars"}])),
        await desk.api.post(ROLE, role("d", [{"kind": "points", "once": 100, "day": 500, "unit": "stars"}])),
    ]
    desk.api.http.headers["Authorization"] = KEY

    assert [answer.status_code for answer in answers] == [403, 403, 403, 201]
    shown = await desk.api.get(f"{ROLE}/{answers[3].json()['roleId']}")
    assert shown["correctionBounds"] == [{"kind": "points", "unit": "stars", "once": 100, "day": 500}]
    assert (await desk.api.get(f"{ROLE}/administrator"))["correctionBounds"] is None


async def test_bounds_that_are_left_out_of_a_change_stay(desk: Desk):
    bounds = [{"kind": "reward", "unit": None, "once": 2, "day": None}]
    role = {"name": "a", "permissions": CORRECT}
    number = (await desk.api.post(ROLE, {"role": {**role, "correctionBounds": bounds}})).json()["roleId"]

    await desk.api.http.put(f"{ROLE}/{number}", json={"role": {**role, "name": "b"}})
    kept = (await desk.api.get(f"{ROLE}/{number}"))["correctionBounds"]
    await desk.api.http.put(f"{ROLE}/{number}", json={"role": {**role, "correctionBounds": None}})

    assert (kept, (await desk.api.get(f"{ROLE}/{number}"))["correctionBounds"]) == (bounds, None)


@pytest.mark.parametrize(
    ("bound", "path", "expected"),
    [
        ({"kind": "money"}, "role.correctionBounds.1.kind", "literalError"),
        ({"kind": "points", "once": -1}, "role.correctionBounds.1.once", "greaterThanEqual"),
        ({"kind": "tier"}, "role.correctionBounds.1", "repeatedKey"),
    ],
)
async def test_an_invalid_bound_is_refused(desk: Desk, bound: dict, path: str, expected: str):
    role = {"name": "a", "permissions": CORRECT, "correctionBounds": [{"kind": "tier"}, bound]}

    assert fault(await desk.api.post(ROLE, {"role": role}), path)["code"] == expected
