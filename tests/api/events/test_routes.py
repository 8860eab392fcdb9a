"""Reporting events: what is accepted, what is refused, and how a repetition is answered."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from tests.kit.api import Api, fault
from tests.kit.programs import PURCHASE
from workflows.starter import LONGEST_START

PATH = "/api/DEFAULT/customEvent"


async def test_an_event_is_stored_with_the_revision_in_force_and_its_workflow_started(api_anywhere: Api):
    answer = await api_anywhere.report(body={"device": "ios"})

    event_id = answer.json()["customEventId"]
    details = await api_anywhere.get(f"{PATH}/{event_id}")
    assert (details["status"], details["revision"], details["body"]) == ("received", 1, {"device": "ios"})
    started = api_anywhere.started[-1]
    assert (started.id, started.type, started.revision) == (event_id, "app_login", 1)
    assert started.member == details["customerId"]


async def test_an_unknown_member_is_registered_in_the_lowest_tier_with_the_event_that_says_so(api_anywhere: Api):
    await api_anywhere.report()
    await api_anywhere.report(eventId="second")

    status = await api_anywhere.get("/api/DEFAULT/member/email=anna@example.com/status")
    assert (status["tier"], status["levelName"]) == ("bronze", "bronze")
    assert [event.type for event in api_anywhere.started] == ["member_registered", "app_login", "app_login"]
    assert await api_anywhere.count() == (1, 3)


async def test_an_event_of_an_unknown_member_is_refused_if_the_program_says_so_and_nothing_is_stored(api: Api):
    from tests.kit.programs import PROGRAM

    await api.deploy(program=PROGRAM.replace("register", "refuse"))

    answer = await api.report()

    assert "POST /api/DEFAULT/member" in fault(answer, "event.customerData")["message"]
    assert await api.count() == (0, 0)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2024-05-01T00:00:00", "2024-05-01T00:00:00.000+02:00"),
        ("2024-05-01T00:00:00.250Z", "2024-05-01T02:00:00.250+02:00"),
        ("2024-12-01T00:00:00-05:00", "2024-12-01T06:00:00.000+01:00"),
        ("2024-05-01", "2024-05-01T00:00:00.000+02:00"),
    ],
)
async def test_a_date_without_an_offset_is_on_the_clock_of_the_store(api: Api, text: str, instant: str):
    event_id = (await api.report(eventDate=text)).json()["customEventId"]

    assert (await api.get(f"{PATH}/{event_id}"))["eventDate"] == instant


@pytest.mark.parametrize(
    "text", ["yesterday", "", "2024-13-01T00:00:00", "0001-01-01T00:00:00", "9999-12-31T23:59:59Z"]
)
async def test_an_invalid_date_is_refused(api: Api, text: str):
    answer = await api.report(eventDate=text)

    assert fault(answer, "event.eventDate")["code"] == "invalidDate"


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"type": None}, "event.type"),
        ({"type": 7}, "event.type"),
        ({"type": ""}, "event.type"),
        ({"eventDate": None}, "event.eventDate"),
        ({"eventDate": 20240501}, "event.eventDate"),
        ({"eventId": ""}, "event.eventId"),
        ({"eventId": "x" * 256}, "event.eventId"),
        ({"eventId": True}, "event.eventId"),
        ({"customerData": None}, "event.customerData"),
        ({"customerData": {}}, "event.customerData"),
        ({"customerData": []}, "event.customerData"),
        ({"customerData": {"email": ""}}, "event.customerData.email"),
        ({"customerData": {"email": "x" * 256}}, "event.customerData.email"),
        ({"customerData": {"phone": 48500100200}}, "event.customerData.phone"),
        ({"customerData": {"customerId": "C-17"}}, "event.customerData.customerId"),
        ({"customerData": {"customerId": str(uuid4())}}, "event.customerData.customerId"),
        ({"body": "text"}, "event.body"),
        ({"body": {"device": 7}}, "event.body.device"),
    ],
)
async def test_every_wrong_part_is_named_by_its_path_and_nothing_is_kept(api: Api, changed: dict, path: str):
    answer = await api.report(**changed)

    assert fault(answer, path)["message"]
    assert (await api.count(), api.started) == ((0, 0), [])


async def test_a_body_that_does_not_fit_its_schema_is_refused_with_every_fault(api: Api):
    answer = await api.report(type="purchase", body={"total": -1, "channel": "fax"})

    assert "0" in fault(answer, "event.body.total")["message"]
    assert "fax" in fault(answer, "event.body.channel")["message"]


async def test_a_missing_body_is_an_empty_one(api: Api):
    missing = await api.report(type="purchase")
    empty = await api.report()

    assert "total" in fault(missing, "event.body")["message"]
    assert (await api.get(f"{PATH}/{empty.json()['customEventId']}"))["body"] == {}


async def test_an_unknown_type_is_refused_with_the_nearest(api: Api):
    assert "did you mean app_login?" in fault(await api.report(type="app_logn"), "event.type")["message"]
    assert "app_login, purchase, text" in fault(await api.report(type="zzz"), "event.type")["message"]


async def test_a_built_in_event_cannot_be_reported(api: Api):
    answer = await api.report(type="member_registered")

    assert "happens by itself" in fault(answer, "event.type")["message"]


async def test_unknown_fields_are_ignored(api: Api):
    answer = await api.report(source="till 7", customerData={"email": "anna@example.com", "gender": "female"})

    assert answer.status_code == 200


async def test_numbers_keep_every_digit(api: Api):
    text = '{"event": {"type": "purchase", "eventDate": "2024-05-01T00:00:00", "customerData": {"email": "a"}, '
    text += '"body": {"total": 0.1000000000000000055511151231}}}'

    event_id = (await api.http.post(PATH, content=text)).json()["customEventId"]

    assert '"total": 0.1000000000000000055511151231}' in (await api.http.get(f"{PATH}/{event_id}")).text


# The member it happened to


async def test_parts_that_no_member_has_are_learned_if_another_matches(api: Api):
    await api.report()

    answer = await api.report(customerData={"email": "ANNA@example.com", "phone": "+48500100200"})

    assert answer.status_code == 200
    assert await api.count() == (1, 3)
    assert (await api.get("/api/DEFAULT/member/email=anna@example.com"))["phone"] == "+48500100200"


async def test_a_phone_of_somebody_else_beside_a_known_email_is_not_learned(api_anywhere: Api):
    await api_anywhere.report()
    await api_anywhere.report(customerData={"phone": "+48500100200"})

    answer = await api_anywhere.report(customerData={"email": "anna@example.com", "phone": "+48500100200"})

    anna = await api_anywhere.get("/api/DEFAULT/member/email=anna@example.com")
    stored = await api_anywhere.get(f"/api/DEFAULT/customEvent/{answer.json()['customEventId']}")
    other = await api_anywhere.get("/api/DEFAULT/member/phone=+48500100200")
    assert (stored["customerId"], "phone" in anna) == (anna["customerId"], False)
    assert ("email" in other, other["customerId"] != anna["customerId"]) == (False, True)


async def test_card_numbers_are_case_sensitive(api: Api):
    await api.report(customerData={"loyaltyCardNumber": "c-1"})
    await api.report(customerData={"loyaltyCardNumber": "C-1"})

    assert (await api.count())[0] == 2


async def test_an_id_that_a_member_of_another_store_has_is_refused(api_anywhere: Api):
    from tests.kit.programs import PROGRAM, files

    other = files(program=PROGRAM.replace("DEFAULT", "OTHER"))
    await api_anywhere.programs.deploy(other, by="test")
    customer = {"customerId": str(uuid4()), "email": "anna@example.com"}
    await api_anywhere.report(customerData=customer)
    event = {"type": "app_login", "eventDate": "2024-05-01", "customerData": customer | {"email": "b"}}

    answer = await api_anywhere.post("/api/OTHER/customEvent", {"event": event})

    assert fault(answer, "event.customerData.customerId")["code"] == "alreadyUsed"


@pytest.mark.parametrize(
    "customer",
    [
        {"email": "new@example.com"},
        {"email": "new@example.com", "phone": "1", "loyaltyCardNumber": "C-1"},
        {"customerId": str(uuid4()), "email": "new@example.com"},
    ],
    ids=["one part", "many parts", "an id of the client's"],
)
async def test_concurrent_events_of_one_unknown_member_all_succeed_and_register_one_member(
    api_anywhere: Api, customer: dict
):
    answers = await asyncio.gather(*(api_anywhere.report(customerData=customer) for _ in range(40)))

    assert [answer.status_code for answer in answers] == [200] * 40
    assert await api_anywhere.count() == (1, 41)


async def test_concurrent_registrations_of_one_member_need_no_retry(api_anywhere: Api, monkeypatch):
    monkeypatch.setattr("database.database.MAX_TRIES", 1)

    answers = await asyncio.gather(
        *(api_anywhere.report(customerData={"email": "NEW@example.com", "phone": str(n % 2)}) for n in range(40))
    )

    assert [answer.status_code for answer in answers] == [200] * 40
    assert await api_anywhere.count() == (1, 41)


# Repetition


async def test_the_same_event_again_gets_the_first_answer_and_starts_nothing(api_anywhere: Api):
    first = await api_anywhere.report(eventId="login-1", body={"device": "ios"})
    started = len(api_anywhere.started)

    again = await api_anywhere.report(eventId="login-1", body={"device": "ios"}, eventDate="2024-04-30T22:00:00Z")

    assert (again.status_code, again.json()) == (200, first.json())
    assert len(api_anywhere.started) == started
    assert await api_anywhere.count() == (1, 2)


@pytest.mark.parametrize(
    "changed",
    [
        {"body": {"device": "android"}},
        {"eventDate": "2024-05-02T00:00:00"},
        {"type": "text", "body": {}},
        {"customerData": {"email": "bert@example.com"}},
    ],
)
async def test_another_event_under_the_same_id_is_refused(api: Api, changed: dict):
    await api.report(eventId="login-1", body={"device": "ios"})

    answer = await api.report(**{"eventId": "login-1", "body": {"device": "ios"}} | changed)

    assert fault(answer, "event.eventId")["code"] == "eventIdReused"
    assert await api.count() == (1, 2)


@pytest.mark.parametrize(
    "changed",
    [
        {"events__purchase": "", "reactors__points-for-purchase": ""},
        {"events__purchase": PURCHASE.replace("[total]", "[total, channel]")},
    ],
    ids=["the type is gone", "the body is another"],
)
async def test_a_repetition_gets_the_first_answer_after_the_program_stopped_accepting_the_event(
    api_anywhere: Api, changed: dict
):
    first = await api_anywhere.report(eventId="p-1", type="purchase", body={"total": 1})
    event_id = first.json()["customEventId"]  # applied: a type with events under way is not dropped
    await api_anywhere.write(lambda tx: tx.events.set_applied(event_id, now=datetime.now(UTC)))
    await api_anywhere.deploy(**changed)

    again = await api_anywhere.report(eventId="p-1", type="purchase", body={"total": 1})
    other = await api_anywhere.report(eventId="p-1", type="purchase", body={"total": 2})
    new = await api_anywhere.report(eventId="p-2", type="purchase", body={"total": 1})
    unnamed = await api_anywhere.report(type="purchase", body={"total": 1})

    assert (again.status_code, again.json()) == (200, first.json())
    assert fault(other, "event.eventId")["code"] == "eventIdReused"
    assert new.json()["errors"] == unnamed.json()["errors"]
    assert new.json()["errors"][0]["code"] in ("unknownType", "bodyInvalid")


async def test_the_same_event_sent_concurrently_is_stored_once(api_anywhere: Api):
    await api_anywhere.report()

    answers = await asyncio.gather(*(api_anywhere.report(eventId="login-1") for _ in range(8)))

    assert len({answer.json()["customEventId"] for answer in answers}) == 1
    assert await api_anywhere.count() == (1, 3)


async def test_a_number_is_not_the_text_of_its_digits_when_events_are_compared(api: Api):
    await api.report(eventId="1", type="text", body={"key": "a", "other": 1})

    answer = await api.report(eventId="1", type="text", body={"key": "a", "other": "1"})

    assert fault(answer, "event.eventId")["code"] == "eventIdReused"


# Temporal away


async def test_an_event_is_accepted_without_temporal(api: Api):
    api.failure = ConnectionError("nobody there")

    answer = await api.report()

    assert answer.status_code == 200
    assert await api.count() == (1, 2)


async def test_a_client_waits_for_temporal_no_longer_than_the_limit(api: Api, monkeypatch: pytest.MonkeyPatch):
    assert LONGEST_START <= 2
    monkeypatch.setattr("workflows.starter.LONGEST_START", 0.01)
    monkeypatch.setattr(api, "start", lambda event: asyncio.sleep(3600))

    answer = await api.report()

    assert answer.status_code == 200


# Stores


async def test_a_store_without_a_program_is_not_found(api: Api):
    answer = await api.post("/api/NOWHERE/customEvent", {"event": {}})

    assert answer.status_code == 404
    assert "laurel deploy" in answer.json()["message"]


# Lists


async def test_events_are_listed_in_pages_with_the_total(api_anywhere: Api):
    for number in range(12):
        await api_anywhere.report(eventId=f"e{number:02}")

    first = await api_anywhere.get(PATH)
    last = await api_anywhere.get(PATH, params={"_page": 3, "_itemsOnPage": 5, "_orderBy[createdAt]": "asc"})

    assert first["total"] == {"all": 12, "filtered": 12, "estimated": False}
    assert [item["eventId"] for item in first["items"]] == [f"e{number:02}" for number in range(11, 1, -1)]
    assert [item["eventId"] for item in last["items"]] == ["e10", "e11"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"eventId": "b"}, ["b"]),
        ({"type": "purchase"}, ["p"]),
        ({"eventName[like]": "sOME"}, ["t"]),
        ({"customerData:email": "BERT@example.com"}, ["b"]),
        ({"customerData:email": "nobody"}, []),
        ({"customerData:phone": "1"}, []),
        ({"eventDate[gte]": "2024-06-01", "eventDate[lt]": "2024-06-02"}, ["p"]),
        ({"createdAt[lt]": "2020-01-01"}, []),
        ({"status": "received", "_orderBy[createdAt]": "asc"}, ["a", "b", "p", "t"]),
        ({"customerId": "nobody"}, []),
    ],
)
async def test_events_are_filtered(api_anywhere: Api, query: dict, found: list[str]):
    await api_anywhere.report(eventId="a")
    await api_anywhere.report(eventId="b", customerData={"email": "bert@example.com"})
    await api_anywhere.report(eventId="p", type="purchase", body={"total": 1}, eventDate="2024-06-01T12:00:00")
    await api_anywhere.report(eventId="t", type="text")

    listed = await api_anywhere.get(PATH, params=query)

    assert [item["eventId"] for item in listed["items"]] == found
    assert listed["total"] == {"all": 4, "filtered": len(found), "estimated": False}
