"""Anonymising members: closed at once, erased when what was under way is applied; the ledger adds up."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from activities.erasing import ErasingActivities
from activities.events import EventActivities
from activities.merging import MergeActivities
from database import ReadTransaction
from database.audit.auditing import audit
from database.personal_data import erasing
from database.personal_data.inventory import KEPT_OF_A_MEMBER
from database.tables import event
from loyalty.references import ErasurePass, EventRef, MergeRef
from tests.api.members.test_routes import PATH, register
from tests.kit.api import Api, fault
from tests.kit.database import all_rows
from tests.kit.personal_data import MARKER, fill, places_of_marker
from tests.kit.sent import answer_events, sent, subscribe


async def erase(api: Api, member_id: str) -> ErasurePass:
    activities = ErasingActivities(api.database, api.programs)
    return await activities.erase_member(ErasurePass("DEFAULT", member_id), datetime.now(UTC))


async def anonymise(api: Api, member_id: str) -> None:
    """Ask for it, and do what the workflows do."""
    answer = await api.http.post(f"{PATH}/{member_id}/anonymize")
    assert answer.status_code == 204, answer.text
    await answer_events(api)
    while not (await erase(api, member_id)).is_done:
        pass
    await answer_queue(api)


async def answer_queue(api: Api) -> None:
    """Answer what the relay would find in queues."""

    def read(tx: ReadTransaction) -> list[EventRef]:
        columns = [event.c[name] for name in ("store", "id", "type", "member", "revision")]
        queued = event.select().with_only_columns(*columns).where(event.c.position.is_not(None))
        return [EventRef(*row) for row in tx.connection.execute(queued.order_by(event.c.position))]

    queued = await api.database.store("DEFAULT").read(read)
    if queued:
        await EventActivities(api.database, api.programs).react_to_events(queued, datetime.now(UTC))


async def findings(api: Api) -> list[Any]:
    _, program = await api.programs.current("DEFAULT")
    found = await api.database.store("DEFAULT").read(
        lambda tx: audit(tx.connection, "DEFAULT", now=datetime.now(UTC), program=program)
    )
    return list(found.findings)


async def test_nothing_personal_is_left_in_any_table_and_the_ledger_adds_up(
    api_anywhere: Api, monkeypatch: pytest.MonkeyPatch
):
    api = api_anywhere
    monkeypatch.setattr(erasing, "PAGE", 3)
    member_id = await fill(api)
    before = await api.get(f"{PATH}/{member_id}/export")
    assert await places_of_marker(api)

    await anonymise(api, member_id)

    places = [each for each in await places_of_marker(api) if not each.startswith("revision.")]
    after = await api.get(f"{PATH}/{member_id}/export")
    assert places == []
    assert "ewa@example.com" not in str({**after, "events": [], "transactions": []})
    assert await findings(api) == []
    for section in ("transfers", "lots", "allocations", "accounts", "rewards", "badges"):
        assert [row | {"comment": ""} for row in after[section]] == [row | {"comment": ""} for row in before[section]]
    known = {row["id"]: row for row in after["events"]}
    same = ("id", "type", "time", "receivedAt", "revision", "status")
    assert all(known[row["id"]][name] == row[name] for row in before["events"] for name in same)


async def test_nothing_personal_is_left_of_a_survivor_and_of_who_was_merged_into_them(api_anywhere: Api):
    api = api_anywhere
    survivor = await register(api, email="zoe@example.com", firstName="Zoe", lastName="Last")
    merged = await fill(api)
    added = {"transfer": {"customer": survivor, "points": 30}}
    assert (await api.post("/api/DEFAULT/points/add", added)).status_code == 200
    await answer_events(api)
    asked = await api.post(f"{PATH}/{survivor}/merge", {"mergedCustomer": merged, "comment": "ewa@example.com"})
    assert asked.status_code == 200, asked.text
    merging = MergeActivities(api.database, api.programs)
    done = await merging.merge_members(MergeRef("DEFAULT", asked.json()["mergeId"]), datetime.now(UTC))
    await answer_queue(api)
    kept = await api.get(f"{PATH}/{merged}")
    assert (done.status, kept["customerId"]) == ("done", survivor)
    assert await places_of_marker(api)

    await anonymise(api, survivor)

    own_ids = ("D-ewa@example.com", "receipt-ewa@example.com")  # of a document and an event: the client's own stay
    rows = await all_rows(api.database)
    left = {
        name: text
        for name, texts in rows.items()
        for text in texts
        for part in ("ewa@", "zoe@", "Zoe", MARKER)
        if part in text.replace(own_ids[0], "").replace(own_ids[1], "") and name != "revision"
    }
    assert left == {}
    assert await findings(api) == []


async def test_the_one_message_says_that_the_member_is_deactivated_by_the_id_alone(api_anywhere: Api):
    api = api_anywhere
    member_id = await fill(api)
    await subscribe(api, ["CustomerDeactivated"])

    await anonymise(api, member_id)

    assert await sent(api) == [("CustomerDeactivated", {"customer": {"customerId": member_id}})]


async def test_a_closed_member_is_shown_without_a_person_and_refuses_what_is_asked(api: Api):
    member_id = await fill(api)
    await anonymise(api, member_id)

    shown = await api.get(f"{PATH}/{member_id}")
    reported = await api.report(customerData={"customerId": member_id})
    changed = await api.http.put(f"{PATH}/{member_id}", json={"customer": {"firstName": "Ewa"}})
    activated = await api.http.post(f"{PATH}/{member_id}/activate")

    assert (shown["active"], "email" in shown, "firstName" in shown, shown["customAttributes"]) == (
        False,
        False,
        False,
        [],
    )
    assert reported.json()["errors"][0]["code"] == "memberInactive"
    assert {fault(each, "member")["code"] for each in (changed, activated)} == {"memberClosed"}
    assert await register(api, email="ewa@example.com") != member_id


async def test_a_repeated_event_id_still_gets_its_first_answer_and_is_not_run_again(api: Api):
    member_id = await fill(api)
    first = (await api.http.get("/api/DEFAULT/customEvent?eventId=receipt-ewa@example.com")).json()
    await anonymise(api, member_id)

    again = await api.report(eventId="receipt-ewa@example.com", customerData={"email": "ewa@example.com"})

    assert again.status_code == 200
    assert again.json()["customEventId"] == first["items"][0]["customEventId"]


@pytest.mark.parametrize("method", ["DELETE", "POST"])
async def test_it_is_asked_for_many_times_at_once_and_done_once(api_anywhere: Api, method: str):
    api = api_anywhere
    member_id = await register(api, email="ewa@example.com", firstName=MARKER)
    path = f"{PATH}/{member_id}" + ("" if method == "DELETE" else "/anonymize")

    answers = await asyncio.gather(*(api.http.request(method, path) for _ in range(8)))
    await answer_events(api)
    done = await asyncio.gather(*(erase(api, member_id) for _ in range(4)))
    await answer_queue(api)

    assert {each.status_code for each in answers} == {204}
    assert {each.is_done for each in done} == {True}
    types = [each["type"] for each in (await api.get(f"{PATH}/{member_id}/export"))["events"]]
    assert sorted(types) == ["member_anonymised", "member_closed", "member_registered"]
    assert await places_of_marker(api) == []


async def test_events_reported_meanwhile_are_applied_before_or_refused(api_anywhere: Api):
    api = api_anywhere
    member_id = await register(api, email="ewa@example.com")
    await answer_events(api)
    body = {"customerData": {"email": "ewa@example.com"}, "type": "purchase", "body": {"total": 7}}

    async def batch() -> None:
        one = {"event": body | {"eventDate": "2024-05-01T00:00:00"}}
        await api.post("/api/DEFAULT/customEvent/batch", {"events": [one["event"]]})

    reports = [api.report(**body) for _ in range(10)]
    await asyncio.gather(*reports[:5], api.http.post(f"{PATH}/{member_id}/anonymize"), batch(), *reports[5:])
    assert (await erase(api, member_id)).waits
    await answer_queue(api)
    while not (await erase(api, member_id)).is_done:
        pass
    await answer_queue(api)

    exported = await api.get(f"{PATH}/{member_id}/export")
    events = exported["events"]
    purchases = [each for each in events if each["type"] == "purchase"]
    assert {each["status"] for each in events} == {"applied"}
    assert all("customerData" not in each and each["body"] == {} for each in purchases)
    assert sum(each["points"] for each in exported["transfers"]) == 7 * len(purchases)
    assert await findings(api) == []


async def test_a_failed_event_is_erased_and_cannot_be_tried_again(api: Api):
    member_id = await fill(api)
    failed = await api.get(f"{PATH}/{member_id}/export")
    event_id = next(each["id"] for each in failed["events"] if each["type"] == "purchase")
    change = event.update().where(event.c.id == event_id).values(status="failed", error=MARKER)
    await api.write(lambda tx: tx.connection.execute(change))

    await anonymise(api, member_id)

    answer = await api.http.post(f"/api/DEFAULT/customEvent/{event_id}/retry")
    assert fault(answer, "customEvent")["code"] == "eventErased"
    assert (await api.get("/api/DEFAULT/stuck"))["items"] == []


@pytest.mark.parametrize("member", ["0190f2a0-0000-7000-8000-00000000dead", "nobody", "email=", "email=x@y.example"])
@pytest.mark.parametrize("request_", [("POST", "/anonymize"), ("DELETE", "")], ids=["anonymize", "delete"])
async def test_an_unknown_member_is_not_found(api: Api, member: str, request_: tuple[str, str]):
    method, end = request_

    answer = await api.http.request(method, f"{PATH}/{member}{end}")

    assert answer.status_code == 404


def test_each_section_is_erased_in_an_order_in_which_what_finds_others_comes_later():
    order = [rows.section for rows in erasing.ERASED]

    assert order.index("messages") < order.index("events") < order.index("transactions")
    assert order.index("contributions") < order.index("dailySums")
    personal = {rows.section for rows in KEPT_OF_A_MEMBER if rows.personal or rows.deleted}
    assert personal - set(order) == {"member", "deliveries", "attempts"}
