"""Reporting many events at once: each is accepted or refused as if it were reported alone."""

import asyncio
from typing import Any

import httpx2
import pytest

from database import ReadTransaction
from tests.kit.api import Api, fault
from tests.kit.programs import PROGRAM, PURCHASE

SINGLE = "/api/DEFAULT/customEvent"
PATH = f"{SINGLE}/batch"


def event(name: str = "anna", **changed: Any) -> dict[str, Any]:
    """An app login with changed fields; a field that is None is left out."""
    whole = {
        "type": "app_login",
        "eventDate": "2024-05-01T00:00:00",
        "customerData": {"email": f"{name}@example.com"},
    } | changed
    return {field: value for field, value in whole.items() if value is not None}


async def report(api: Api, *events: Any, **options: Any) -> dict[str, Any]:
    answer = await api.post(PATH, {"events": list(events)}, **options)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def ids(receipt: dict[str, Any]) -> list[str | None]:
    return [item.get("customEventId") for item in receipt["items"]]


async def positions(api: Api) -> list[tuple[str, int]]:
    """The types of the events in queues, with their positions, by member."""

    def read(tx: ReadTransaction) -> list[tuple[str, int]]:
        rows = tx.connection.exec_driver_sql(
            "SELECT body, position FROM event WHERE position IS NOT NULL ORDER BY member, position"
        )
        return [tuple(row) for row in rows]

    return await api.database.store("DEFAULT").read(read)


async def test_events_are_stored_in_the_order_given_and_run_by_one_workflow(api_anywhere: Api):
    api = api_anywhere
    await report(api, event(body={"device": "web"}))
    api.batches.clear()

    receipt = await report(api, *(event(body={"device": device}) for device in ("ios", "web", "ios")), event("bert"))

    assert (receipt["accepted"], receipt["refused"]) == (4, 0)
    ((batch_id, started),) = api.batches.items()
    assert [each.type for each in started] == ["member_registered", *["app_login"] * 4]
    assert [each.id for each in started[1:]] == ids(receipt)
    shown = [await api.get(f"{SINGLE}/{event_id}") for event_id in ids(receipt)]
    assert [each["body"].get("device") for each in shown] == ["ios", "web", "ios", None]
    assert len({each["customerId"] for each in shown}) == 2
    queued = [body for body, _ in await positions(api)]
    assert [text for text in queued if "device" in text] == [
        '{"device": "web"}',
        '{"device": "ios"}',
        '{"device": "web"}',
        '{"device": "ios"}',
    ]
    owners = await api.database.store("DEFAULT").read(
        lambda tx: {tx.events.queue_state(each.id).owner for each in started}  # type: ignore[union-attr]
    )
    assert (owners, api.started) == ({batch_id}, [])


async def test_what_is_wrong_with_one_event_keeps_none_of_the_others_and_is_named_at_its_index(api: Api):
    receipt = await report(
        api,
        event(),
        event(type="app_logn"),
        "no object",
        event(type="purchase", body={"total": -1, "channel": "fax"}),
        event(customerData={"customerId": "C-17"}),
        event(body={"device": "\0"}),
        event(eventDate=None),
        event("bert"),
    )

    assert (receipt["accepted"], receipt["refused"]) == (2, 6)
    paths = [sorted(each["path"] for each in item.get("errors", ())) for item in receipt["items"]]
    assert paths == [
        [],
        ["events.1.type"],
        ["events.2"],
        ["events.3.body.channel", "events.3.body.total"],
        ["events.4.customerData.customerId"],
        ["events.5.body.device"],
        ["events.6.eventDate"],
        [],
    ]
    assert "did you mean app_login?" in receipt["items"][1]["errors"][0]["message"]
    assert await api.count() == (2, 4)


async def test_a_refusal_of_an_operation_is_one_events_own(api_anywhere: Api):
    api = api_anywhere
    await report(api, event("anna"), event("bert", customerData={"email": "bert@example.com", "phone": "1"}))
    await api.deploy(program=PROGRAM.replace("register", "refuse"))

    receipt = await report(
        api,
        event("anna"),
        event("nobody"),
        event("bert"),
    )

    codes = [[each["code"] for each in item.get("errors", ())] for item in receipt["items"]]
    assert codes == [[], ["unknownMember"], []]
    assert receipt["items"][1]["errors"][0]["path"] == "events.1.customerData"


async def test_an_event_id_makes_an_event_of_many_safe_to_repeat(api_anywhere: Api):
    api = api_anywhere
    alone = (await api.report(eventId="a")).json()["customEventId"]
    first = await report(api, event(eventId="a"), event(eventId="b"))

    second = await report(api, event(eventId="b"), event("bert", eventId="b"), event(eventId="c"), event(eventId="c"))

    assert ids(first)[0] == alone
    assert ids(second)[0] == ids(first)[1]
    assert second["items"][1]["errors"][0]["code"] == "eventIdReused"
    assert second["items"][1]["errors"][0]["parameters"] == {"eventId": ids(first)[1]}
    assert ids(second)[2] == ids(second)[3]
    assert await api.count() == (1, 4)


async def test_an_event_whose_id_a_refused_one_has_is_judged_by_itself(api: Api):
    await api.deploy(program=PROGRAM.replace("register", "refuse"))
    await api.post("/api/DEFAULT/member", {"customer": {"email": "anna@example.com"}})

    receipt = await report(api, event("nobody", eventId="x"), event("anna", eventId="x"), event(type="z", eventId="x"))

    assert [("errors" in item) for item in receipt["items"]] == [True, False, True]


async def test_a_repetition_gets_its_first_answer_although_the_program_refuses_it_now(api: Api):
    sale = event(type="purchase", body={"total": 5})
    first = await report(api, sale | {"eventId": "a"})
    least = PURCHASE.replace("minimum: 0", "minimum: 6")
    await api.deploy(events__purchase=least)

    second = await report(api, sale | {"eventId": "a"}, sale)

    assert ids(second) == [ids(first)[0], None]


async def test_a_key_gives_the_first_answer_again_part_by_part(api_anywhere: Api):
    api = api_anywhere
    events = [event(f"member-{number % 7}") for number in range(250)] + [event(type="nothing")]
    headers = {"Idempotency-Key": "k" * 255}
    first = await api.post(PATH, {"events": events}, headers=headers)

    second = await api.post(PATH, {"events": events}, headers=headers)

    assert second.json() == first.json()
    assert (first.json()["accepted"], first.json()["refused"]) == (250, 1)
    assert (first.headers.get("Idempotent-Replayed"), second.headers["Idempotent-Replayed"]) == (None, "true")
    assert [len(batch) for batch in api.batches.values()] == [107, 100, 50]
    other = await api.post(PATH, {"events": events[:-1]}, headers=headers)
    assert fault(other, "Idempotency-Key")["code"] == "idempotencyKeyReused"
    assert await api.count() == (7, 257)


async def test_what_was_not_stored_before_a_crash_is_stored_by_the_repetition(api: Api, monkeypatch):
    events = [event(f"member-{number % 7}") for number in range(150)]
    headers = {"Idempotency-Key": "key"}
    broken = await _post_until_second_part(api, events, headers, monkeypatch)

    again = await api.post(PATH, {"events": events}, headers=headers)

    assert broken.status_code == 500
    assert again.json()["accepted"] == 150
    assert await api.count() == (7, 157)


async def _post_until_second_part(api: Api, events: list[Any], headers: dict[str, str], monkeypatch) -> httpx2.Response:
    """The answer to a report whose second part fails."""
    from api.events import batches

    whole = batches.accept_batch
    parts = 0

    def fail_second(*given: Any, **named: Any) -> Any:
        nonlocal parts
        parts += 1
        if parts == 2:
            raise RuntimeError("killed")
        return whole(*given, **named)

    with monkeypatch.context() as patched:
        patched.setattr(batches, "accept_batch", fail_second)
        return await api.post(PATH, {"events": events}, headers=headers)


async def test_the_same_many_events_reported_at_once_are_stored_once(api_anywhere: Api):
    api = api_anywhere
    events = [event(f"member-{number % 9}", eventId=f"login-{number}") for number in range(60)]

    receipts = await asyncio.gather(
        report(api, *events),
        report(api, *reversed(events)),
        report(api, *events[20:], *events[:20]),
        *(api.post(SINGLE, {"event": each}) for each in events[:10]),
    )

    assert (
        sorted(map(str, ids(receipts[0]))) == sorted(map(str, ids(receipts[1]))) == sorted(map(str, ids(receipts[2])))
    )
    assert [answer.json()["customEventId"] for answer in receipts[3:]] == ids(receipts[0])[:10]
    assert await api.count() == (9, 69)


async def test_members_have_gapless_queues_when_many_batches_come_at_once(api_anywhere: Api):
    api = api_anywhere
    names = [f"member-{number}" for number in range(8)]

    await asyncio.gather(*(report(api, *(event(name) for name in names[turn:] + names[:turn])) for turn in range(8)))

    def read(tx: ReadTransaction) -> list[tuple[int, int]]:
        rows = tx.connection.exec_driver_sql(
            "SELECT count(*), count(DISTINCT position) FROM event WHERE position IS NOT NULL GROUP BY member"
        )
        return [tuple(row) for row in rows]

    assert await api.database.store("DEFAULT").read(read) == [(9, 9)] * 8


async def test_events_stay_stored_when_their_workflow_cannot_be_started(api: Api):
    api.failure = ConnectionError("temporal is away")

    receipt = await report(api, event(), event("bert"))

    assert (receipt["accepted"], await api.count()) == (2, (2, 4))


@pytest.mark.parametrize(
    ("content", "path"),
    [
        ({}, "events"),
        ({"events": {}}, "events"),
        ({"events": []}, "events"),
        ({"events": [event()] * 1001}, "events"),
        ([], ""),
    ],
)
async def test_a_body_without_a_list_of_events_is_refused(api: Api, content: Any, path: str):
    answer = await api.post(PATH, content)

    assert fault(answer, path)["message"]
    assert await api.count() == (0, 0)


async def test_a_body_that_is_too_large_or_malformed_is_refused(api: Api):
    large = await api.http.post(PATH, content=b'{"events": [' + b" " * (4 * 1024 * 1024) + b"]}")
    malformed = await api.http.post(PATH, content=b'{"events": [{]}')

    assert large.status_code == 413
    assert fault(malformed, "")["code"] == "malformedJson"


async def test_what_an_identity_says_in_parts_is_learned_within_a_batch_and_between_two(api_anywhere: Api):
    """One member, one welcome; a part of somebody else's is refused alone, and the same parts at once are no other."""
    api = api_anywhere
    email, phone = {"email": "anna@example.com"}, {"phone": "+48500100200"}

    first = await report(
        api,
        event(customerData=email),
        event(customerData=email | phone),
        event(customerData=phone),
        event(customerData={"phone": "+48 500-100-200", "loyaltyCardNumber": "C-1"}),
        event("bert"),
        event(customerData={"email": "bert@example.com", "loyaltyCardNumber": "C-1"}),
    )
    many = await asyncio.gather(*(report(api, event(customerData={"loyaltyCardNumber": "C-1"})) for _ in range(4)))

    assert (first["accepted"], first["refused"]) == (6, 0)
    accepted = [each for receipt in (first, *many) for each in ids(receipt) if each is not None]
    members = [(await api.get(f"{SINGLE}/{each}"))["customerId"] for each in accepted]
    anna, bert = members[0], members[4]
    assert members == [anna] * 4 + [bert] * 2 + [anna] * 4
    shown = await api.get(f"/api/DEFAULT/member/{anna}")
    assert (shown["email"], shown["phone"], shown["loyaltyCardNumber"]) == ("anna@example.com", "+48500100200", "C-1")
    started = [each.type for batch in api.batches.values() for each in batch]
    assert started.count("member_registered") == 2
