"""Simulating events: the answer says what they would do, and nothing is written."""

from typing import Any

import pytest
from sqlalchemy import text

from tests.kit.api import KEY, Api, fault
from tests.kit.database import all_rows
from tests.kit.programs import POINTS_FOR_PURCHASE, PROGRAM, files
from tests.kit.sent import answer_events

PATH = "/api/DEFAULT/simulate"
HOOK = POINTS_FOR_PURCHASE.replace("then: [", 'then: [{call_webhook: {url: "https://partner.example/", body: {}}}, ')
ANNA = {"customerData": {"email": "anna@example.com"}}


def purchase(total: Any = 40, **more: Any) -> dict[str, Any]:
    event = {"type": "purchase", "eventDate": "2026-05-01T09:00:00", "body": {"total": total}}
    return {"event": event | more}


async def tried(api: Api, content: dict[str, Any]) -> dict[str, Any]:
    answer = await api.post(PATH, content)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_nothing_is_written_and_no_workflow_started(api_anywhere: Api) -> None:
    api = api_anywhere
    await api.report()
    before, started = await all_rows(api.database), list(api.started)

    for content in (
        purchase(**ANNA),
        purchase(customerData={"email": "new@example.com"}),
        {**purchase(), "member": {}},
    ):
        await tried(api, content)

    assert await all_rows(api.database) == before
    assert api.started == started


async def test_a_stored_member_is_simulated_as_they_are(api_anywhere: Api) -> None:
    api = api_anywhere
    await api.report()

    said = await tried(api, purchase(**ANNA))

    assert said["customerId"] == api.started[0].member
    assert (said["revision"], said["meanwhile"], len(said["revisionHash"])) == (1, [], 64)
    (event,) = said["events"]
    assert event["decision"][0]["verdict"] == "fired"
    assert event["outcome"]["did"] == ["+40 points by reactor/points-for-purchase"]
    assert [(each["kind"], each["points"], each["balance"]) for each in event["outcome"]["entries"]] == [
        ("award", 40, 40)
    ]
    assert [said[when]["wallets"]["points"]["active"] for when in ("before", "after")] == [0, 40]
    assert {"AvailablePointsAmountChanged", "UnitsTransferWasAdded"} <= {each["name"] for each in said["messages"]}


async def test_an_unknown_member_is_registered_in_the_simulation_or_refused(api: Api) -> None:
    said = await tried(api, purchase(**ANNA))
    await api.deploy(program=PROGRAM.replace("register", "refuse"))
    refused = await api.post(PATH, purchase(**ANNA))

    assert [each["type"] for each in said["events"]] == ["member_registered", "purchase"]
    assert (said["customerId"], said["after"]["tier"]) == (None, "bronze")
    assert fault(refused, "event.customerData")["code"] == "unknownMember"


async def test_an_ad_hoc_member_has_what_the_request_says(api: Api) -> None:
    member = {
        "tier": "silver",
        "points": 10,
        "earned": 1990,
        "attributes": {"a": 1},
        "badges": ["b"],
        "achievements": {"seven-days": {"completed": 1}},
        "registeredAt": "2026-01-01",
    }

    said = await tried(api, {**purchase(), "member": member})

    assert said["before"]["achievements"]["seven-days"]["completed"] == 1
    assert (said["before"]["tier"], said["before"]["badges"], said["before"]["attributes"]) == (
        "silver",
        {"b": 1},
        {"a": 1},
    )
    assert (said["after"]["tier"], said["after"]["wallets"]["points"]["active"]) == ("gold", 50)
    assert [each["type"] for each in said["events"][0]["outcome"]["caused"]] == ["tier_changed"]
    assert said["now"] == "2026-05-01T09:00:00.000+02:00"


async def test_due_items_before_the_event_are_simulated_first(api: Api) -> None:
    member = {"lots": [{"points": 30, "expires_at": "2026-06-01"}]}

    said = await tried(api, {**purchase(), "member": member, "now": "2026-05-20T00:00:00"})
    later = await tried(api, {**purchase(**ANNA), "now": "2999-01-01T00:00:00"})

    assert (said["meanwhile"], said["after"]["wallets"]["points"]["active"]) == ([], 70)
    assert later["now"] == "2999-01-01T00:00:00.000+01:00"


async def test_an_event_is_simulated_under_another_program_and_another_revision(api: Api) -> None:
    await api.deploy(reactors__hook=HOOK.replace("points-for-purchase", "hook"))
    undeployed = {name: text.decode() for name, text in files(**{"reactors__points-for-purchase": HOOK}).items()}

    new = await tried(api, {**purchase(**ANNA), "files": undeployed})
    first = await tried(api, {**purchase(**ANNA), "revision": 1})
    second = await tried(api, purchase(**ANNA))

    assert (new["revision"], first["revision"], second["revision"]) == ("undeployed", 1, 2)
    assert [each["url"] for each in new["messages"] if each["url"]] == ["https://partner.example/"]
    assert [said["after"]["wallets"]["points"]["active"] for said in (new, first, second)] == [40, 40, 80]


@pytest.mark.parametrize(
    ("content", "path"),
    [
        (purchase(), "event.customerData"),
        ({"member": {}}, "event"),
        (purchase(-1, **ANNA), "event.body.total"),
        (purchase(type="purchse", **ANNA), "event.type"),
        (purchase(eventDate="soon", **ANNA), "event.eventDate"),
        ({**purchase(**ANNA), "now": "soon"}, "now"),
        ({**purchase(**ANNA), "now": 5}, "now"),
        ({**purchase(**ANNA), "revision": 0}, "revision"),
        ({**purchase(**ANNA), "revision": 1, "files": {"a": "b"}}, "revision"),
        ({**purchase(**ANNA), "draft": True, "files": {"a": "b"}}, "draft"),
        ({**purchase(**ANNA), "draft": 1}, "draft"),
        ({**purchase(**ANNA), "files": {}}, "files"),
        ({**purchase(**ANNA), "files": {"program.yaml": 5}}, "files.program.yaml"),
        ({**purchase(), "member": []}, "member"),
        ({**purchase(), "member": {"teir": "gold"}}, "member.teir"),
        ({**purchase(), "member": {"tier": "platinum"}}, "member.tier"),
        ({**purchase(), "member": {"points": "many"}}, "member.points"),
        (
            {**purchase(), "member": {"achievements": {"seven-days": {"completed": -1}}}},
            "member.achievements.seven-days.completed",
        ),
        ({**purchase(), "member": {"registeredAt": "2030-01-01"}}, "member.registeredAt"),
        ({**purchase(), "member": {"lots": [{"points": 5, "remaining": 6}]}}, "member.lots.0.remaining"),
    ],
)
async def test_every_wrong_part_is_named_by_its_path(api: Api, content: dict[str, Any], path: str) -> None:
    answer = await api.post(PATH, content)

    assert fault(answer, path)["message"]


async def test_a_program_with_problems_is_refused_with_all_of_them(api: Api) -> None:
    wrong = {name: text.decode() for name, text in files(reactors__x="reactor: x\non: nothing\nthen: []\n").items()}

    answer = await api.post(PATH, {**purchase(**ANNA), "files": wrong})

    assert answer.status_code == 400
    assert "reactors/x.yaml:2:5" in [each["path"] for each in answer.json()["errors"]]


async def test_an_event_is_simulated_under_the_draft_of_who_asks(api: Api) -> None:
    path, drafts = "reactors/points-for-purchase.yaml", "/api/DEFAULT/program/draft/file"
    double = POINTS_FOR_PURCHASE.replace("{var: event.body.total}", "{'*': [{var: event.body.total}, 2]}")
    seen = await api.get(drafts, params={"path": path})

    unchanged = await tried(api, {**purchase(**ANNA), "draft": True})
    await api.http.put(drafts, json={"path": path, "text": double, "version": seen["version"]})
    await api.http.put(drafts, json={"path": "tests/a.yaml", "text": "test: a", "version": ""})
    changed = await tried(api, {**purchase(**ANNA), "draft": True})
    await api.http.put(drafts, json={"path": "events/b.yaml", "text": "event: [", "version": ""})
    broken = await api.post(PATH, {**purchase(**ANNA), "draft": True})

    assert [each["after"]["wallets"]["points"]["active"] for each in (unchanged, changed)] == [40, 80]
    assert changed["revision"] == "undeployed"
    assert (broken.status_code, broken.json()["errors"][0]["path"]) == (400, "events/b.yaml:2:1")


async def test_a_program_of_another_store_and_an_unknown_revision_are_refused(api: Api) -> None:
    other = {name: text.decode() for name, text in files(program=PROGRAM.replace("DEFAULT", "OTHER")).items()}

    answers = [await api.post(PATH, {**purchase(**ANNA), **more}) for more in ({"files": other}, {"revision": 99})]

    assert fault(answers[0], "files.program.yaml")["code"] == "otherStore"
    assert answers[1].status_code == 404


async def test_an_unauthenticated_and_a_too_large_simulation_are_refused(api: Api) -> None:
    unauthenticated = await api.http.post(PATH, json=purchase(**ANNA), headers={"Authorization": "x" + KEY})
    large = await api.post(PATH, {**purchase(note="x", **ANNA), "member": {"attributes": {"a": "x" * 300_000}}})
    too_large = await api.http.post(PATH, content=b"{" + b" " * (8 * 1024 * 1024) + b"}")

    assert (unauthenticated.status_code, large.status_code, too_large.status_code) == (401, 413, 413)


async def test_a_simulation_is_written_as_a_test_without_personal_data(api_anywhere: Api) -> None:
    api = api_anywhere
    await api.report()

    stored = (await api.post(f"{PATH}/test", purchase(**ANNA))).json()
    new = (await api.post(f"{PATH}/test", purchase(customerData={"email": "new@example.com"}))).json()
    wrong = await api.post(f"{PATH}/test", {**purchase(**ANNA), "event": {"type": "purchase"}})

    assert stored["path"].startswith("tests/purchase-")
    assert stored["differences"] == []
    assert "awarded: {points: 40}" in stored["text"]
    assert "registered: false" in new["text"]
    assert "anna" not in stored["text"]
    assert "new@" not in new["text"]
    assert wrong.status_code == 400


async def test_an_event_that_is_decided_is_written_as_a_test(api: Api) -> None:
    await api.report()
    event = (await api.get("/api/DEFAULT/customEvent"))["items"][0]["customEventId"]

    undecided = await api.http.get(f"/api/DEFAULT/customEvent/{event}/test")
    unknown = await api.http.get("/api/DEFAULT/customEvent/nothing/test")

    assert (undecided.status_code, undecided.json()["errors"][0]["code"]) == (400, "noTest")
    assert unknown.status_code == 404


@pytest.mark.parametrize("body", ["{", "{}", "[]", '{"a": ' + "9" * 401 + "}"])
async def test_a_member_with_a_damaged_event_is_simulated_and_their_events_written_as_tests(
    api: Api, body: str
) -> None:
    await api.report()
    await api.report()
    await answer_events(api)
    event = (await api.get("/api/DEFAULT/customEvent"))["items"][0]["customEventId"]
    damaged = text("UPDATE event SET type = :type, body = :body WHERE id = (SELECT min(id) FROM event WHERE id <> :id)")

    for type_ in ("tier_changed", "achievement_progress_set", "badges_set", "badge_granted"):
        await api.write(
            lambda tx, given={"type": type_, "body": body, "id": event}: tx.connection.execute(damaged, given)
        )
        simulated = await api.post(f"{PATH}/test", purchase(**ANNA))
        written = await api.http.get(f"/api/DEFAULT/customEvent/{event}/test")

        assert (simulated.status_code, written.status_code) == (200, 200), written.text
        assert written.json()["path"].startswith("tests/app_login-")
