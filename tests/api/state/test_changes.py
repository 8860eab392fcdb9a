"""Requests with an Idempotency-Key: run once, answered alike, their answer kept with the change."""

import asyncio
import threading
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy.exc import OperationalError

from api.state import changes, operations
from database import Database
from database.answers import Answers
from tests.kit.api import ADMIN_ID, Api, fault, running
from tests.kit.programs import APP_LOGIN
from workflows.cleanup import KEPT_FOR

MEMBER = "/api/DEFAULT/member"
EVENT = "/api/DEFAULT/customEvent"
ANNA = {"customer": {"email": "anna@example.com", "phone": "+48500100200", "plainPassword": "password"}}
KEY = "5f0c9f9e-6c1d-4c57-9a51-2f6f4a4c2d10"


async def post(api: Api, content: Any, key: str | None = KEY, path: str = MEMBER, **headers: str) -> httpx2.Response:
    return await api.post(path, content, headers=headers | ({"Idempotency-Key": key} if key is not None else {}))


async def kept(api: Api) -> int:
    """How many answers are kept."""
    return await api.write(lambda tx: tx.connection.exec_driver_sql("SELECT count(*) FROM kept_answer").scalar())


async def test_a_repeated_key_gets_the_first_answer_and_changes_nothing(api_anywhere: Api):
    first = await post(api_anywhere, ANNA)
    second = await post(api_anywhere, ANNA)

    assert (second.status_code, second.json()) == (first.status_code, first.json()) == (200, first.json())
    assert ("Idempotent-Replayed" in first.headers, second.headers["Idempotent-Replayed"]) == (False, "true")
    assert await api_anywhere.count() == (1, 1)
    assert len(api_anywhere.started) == 1


async def test_the_same_content_may_be_written_in_another_way(api_anywhere: Api):
    customer = dict(reversed(ANNA["customer"].items()))

    first = await post(api_anywhere, ANNA)
    second = await post(api_anywhere, {"unknown": 1, "customer": customer}, key=f'"{KEY}"')

    assert second.json() == first.json()


async def test_a_key_with_other_content_is_refused(api_anywhere: Api):
    await post(api_anywhere, ANNA)

    answer = await post(api_anywhere, {"customer": {"email": "bert@example.com"}})

    assert fault(answer, "Idempotency-Key")["code"] == "idempotencyKeyReused"
    assert await api_anywhere.count() == (1, 1)


async def test_numbers_that_are_equal_are_the_same_content(api_anywhere: Api):
    def purchase(total: str) -> str:
        event = f'{{"type": "purchase", "eventDate": "2024-05-01", "body": {{"total": {total}}}'
        return f'{{"event": {event}, "customerData": {{"email": "anna@example.com"}}}}}}'

    headers = {"Idempotency-Key": KEY}
    first = await api_anywhere.http.post(EVENT, content=purchase("10"), headers=headers)
    same = await api_anywhere.http.post(EVENT, content=purchase("10.0"), headers=headers)
    other = await api_anywhere.http.post(EVENT, content=purchase("10.5"), headers=headers)

    assert first.status_code == 200, first.text
    assert same.json() == first.json()
    assert fault(other, "Idempotency-Key")["code"] == "idempotencyKeyReused"


async def test_a_refused_request_keeps_no_key(api_anywhere: Api):
    refused = await post(api_anywhere, {"customer": {"firstName": "Anna"}})
    taken = await post(api_anywhere, ANNA, key=None)
    also_refused = await post(api_anywhere, ANNA)

    assert (refused.status_code, taken.status_code, also_refused.status_code) == (400, 200, 400)
    assert await kept(api_anywhere) == 0
    bert = await post(api_anywhere, {"customer": {"email": "bert@example.com"}})
    assert bert.status_code == 200, bert.text


@pytest.mark.parametrize("key", ["", " ", '""', "x" * 256, "a\tb", "klucz-\u017c".encode()])
async def test_an_invalid_key_is_refused(api: Api, key: str | bytes):
    answer = await api.post(MEMBER, ANNA, headers={"Idempotency-Key": key})

    assert fault(answer, "Idempotency-Key")["code"] == "invalidIdempotencyKey"
    assert await api.count() == (0, 0)


async def test_keys_belong_to_a_client_a_route_and_a_store(api_anywhere: Api):
    token = {"username": "admin", "password": "password"}
    login = (await api_anywhere.post("/api/admin/login_check", token)).json()["token"]
    event = {"event": {"type": "app_login", "eventDate": "2024-05-01", "customerData": {"email": "x@example.com"}}}

    answers = [
        await post(api_anywhere, ANNA),
        await post(api_anywhere, ANNA, Authorization=f"Bearer {login}"),  # the same administrator
        await post(api_anywhere, event, path=EVENT),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[0].json() == answers[1].json()
    assert await kept(api_anywhere) == 2


async def test_a_report_with_a_key_is_accepted_once(api_anywhere: Api):
    event = {"event": {"type": "app_login", "eventDate": "2024-05-01", "customerData": {"email": "x@example.com"}}}

    answers = [await post(api_anywhere, event, path=EVENT) for _ in range(3)]

    assert len({answer.json()["customEventId"] for answer in answers}) == 1
    assert await api_anywhere.count() == (1, 2)


async def test_a_key_is_answered_also_if_the_program_would_refuse_the_request_now(api_anywhere: Api):
    login = {"event": {"type": "app_login", "eventDate": "2024-05-01", "customerData": {"email": "x@example.com"}}}
    first = await post(api_anywhere, login, path=EVENT)
    await api_anywhere.deploy(
        events__app_login=APP_LOGIN.replace("body: {type: object", "body: {type: object, required: [x]")
    )

    again = await post(api_anywhere, login, path=EVENT)

    assert (await post(api_anywhere, login, path=EVENT, key="another")).status_code == 400
    assert (again.status_code, again.json()) == (200, first.json())


async def test_of_many_requests_with_one_key_at_once_one_runs(api_anywhere: Api):
    answers = await asyncio.gather(*(post(api_anywhere, ANNA) for _ in range(20)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert await api_anywhere.count() == (1, 1)
    assert len(api_anywhere.started) == 1


async def test_of_many_requests_with_one_key_and_different_contents_one_runs(api_anywhere: Api):
    contents = [{"customer": {"email": f"{number}@example.com"}} for number in range(12)]

    answers = await asyncio.gather(*(post(api_anywhere, content) for content in contents))

    assert sorted(answer.status_code for answer in answers) == [200] + 11 * [400]
    assert await api_anywhere.count() == (1, 1)


async def test_while_a_request_runs_another_with_its_key_waits_and_then_is_told_to_come_back(
    postgresql_database_url: str, monkeypatch
):
    monkeypatch.setattr(changes, "MAX_WAIT_SECONDS", 0.1)
    registers, goes_on = threading.Event(), threading.Event()
    register = operations.Changed

    def slowly(*parts: Any) -> Any:
        registers.set()
        goes_on.wait(60)
        return register(*parts)

    database = Database.open(postgresql_database_url)
    async with running(database) as api:
        monkeypatch.setattr(operations, "Changed", slowly)
        first = asyncio.create_task(post(api, ANNA))
        await asyncio.to_thread(registers.wait, 60)
        second = await post(api, ANNA)
        monkeypatch.setattr(changes, "MAX_WAIT_SECONDS", 60)
        third = asyncio.create_task(post(api, ANNA))
        await asyncio.sleep(0.1)
        goes_on.set()

        assert (second.status_code, second.headers["Retry-After"]) == (409, "1")
        assert "Idempotency-Key" in second.json()["message"]
        assert (await third).json() == (await first).json()
        assert await api.count() == (1, 1)
    database.close()


async def test_change_and_key_are_stored_together_or_not_at_all(api_anywhere: Api, monkeypatch):
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("INSERT", {}, Exception("killed"))

    with monkeypatch.context() as patched:
        patched.setattr(Answers, "keep", away)
        answer = await post(api_anywhere, ANNA)

    assert answer.status_code == 503
    assert await api_anywhere.count() == (0, 0)
    assert (await post(api_anywhere, ANNA)).status_code == 200
    assert (await api_anywhere.count(), await kept(api_anywhere)) == ((1, 1), 1)


async def test_a_key_is_known_for_thirty_days(api_anywhere: Api):
    await post(api_anywhere, ANNA)
    await _make_older(api_anywhere, KEPT_FOR - timedelta(minutes=1))
    assert (await post(api_anywhere, ANNA)).status_code == 200

    await _make_older(api_anywhere, timedelta(minutes=2))
    other = await post(api_anywhere, {"customer": {"email": "bert@example.com"}})

    assert other.status_code == 200
    assert (await api_anywhere.count(), await kept(api_anywhere)) == ((2, 2), 1)


async def _make_older(api: Api, by: timedelta) -> None:
    from sqlalchemy import select, update

    from database.tables import kept_answer

    def change(tx) -> None:
        at = tx.connection.execute(select(kept_answer.c.answered_at)).scalar_one()
        tx.connection.execute(update(kept_answer).values(answered_at=at - by))

    await api.write(change)


async def test_what_is_kept_betrays_no_password(api: Api):
    from sqlalchemy import select

    from database.tables import kept_answer

    await post(api, ANNA)
    other_password = {"customer": ANNA["customer"] | {"plainPassword": "another password"}}
    repeated = await post(api, other_password)

    (row,) = await api.write(lambda tx: tx.connection.execute(select(kept_answer)).all())
    assert (row.store, row.client, row.key) == ("DEFAULT", f"admin/{ADMIN_ID}", KEY)
    assert (row.route, row.status) == ("POST /api/{storeCode}/member", 200)
    assert repeated.json() == row.content
    assert "password" not in str(row)


WITHOUT_KEY = {
    ("post", "/api/{storeCode}/simulate"): "it changes nothing",
    ("post", "/api/{storeCode}/simulate/test"): "it changes nothing",
    ("post", "/api/{storeCode}/program/draft/tests"): "it changes nothing",
    ("post", "/api/{storeCode}/campaign/simulate"): "it changes nothing",
    ("post", "/api/{storeCode}/customEvent/schema/file"): "it changes nothing",
    ("post", "/api/{storeCode}/customEvent/schema/proposal"): "it changes nothing",
    ("post", "/api/{storeCode}/member/{member}/merge/preview"): "it changes nothing",
    ("post", "/api/{storeCode}/member/login_check"): "it answers a secret",
    ("post", "/api/{storeCode}/token/refresh"): "it answers a secret",
    ("post", "/api/{storeCode}/webhook/secret/rotate"): "it answers a secret",
    ("post", "/api/{storeCode}/webhook/subscription"): "it answers a secret",
    ("post", "/api/{storeCode}/webhook/subscription/{webhookSubscription}/rotate"): "it answers a secret",
    ("post", "/api/{storeCode}/webhook/subscription/{webhookSubscription}/test"): "each call is one more attempt",
    ("post", "/api/{storeCode}/member/activate/{token}"): "nobody is logged in, and a code works once",
    ("post", "/api/{storeCode}/member/confirm-change/{token}"): "nobody is logged in, and a code works once",
    ("post", "/api/{storeCode}/member/password/reset"): "nobody is logged in, and a code works once",
    ("post", "/api/{storeCode}/member/password/reset/request"): "nobody is logged in",
    ("post", "/api/{storeCode}/member/resend-code"): "nobody is logged in",
    ("post", "/api/{storeCode}/correction/preview"): "it changes nothing",
    ("post", "/api/{storeCode}/program/draft/plan"): "it changes nothing",
    ("post", "/api/{storeCode}/program/draft/backtest"): "one that runs goes on, so a repetition changes nothing",
    ("post", "/api/{storeCode}/program/{revision}/backtest"): "one that runs goes on, so a repetition changes nothing",
    ("post", "/api/{storeCode}/program/draft/completion"): "it changes nothing",
    ("post", "/api/{storeCode}/program/draft/rebase"): "it names what it overwrites, so a repetition changes nothing",
    ("post", "/api/{storeCode}/clock/retry"): "it changes nothing in the store",
    ("post", "/api/{storeCode}/import/{type}"): "the content of the file is its key",
    **{
        ("post", f"/api/{{storeCode}}/{path}"): "repeated, it changes nothing more"
        for path in (
            "export/{export}/retry",
            *(f"import/{{import}}/{way}" for way in ("cancel", "pause", "resume", "retry")),
        )
    },
}
"""Operations on a store that take no key, each with the reason."""


async def test_every_operation_that_changes_a_store_takes_a_key_or_says_why_not(api: Api):
    document = await api.get("/openapi.json")

    takes, others = set(), set()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            names = [parameter["name"] for parameter in operation.get("parameters", [])]
            if "Idempotency-Key" in names:
                takes.add((method, path))
            elif method == "post" and path.startswith("/api/{storeCode}/"):
                others.add((method, path))

    assert others == set(WITHOUT_KEY)
    assert {path.split("/")[2] for _, path in takes} == {"{storeCode}"}
    assert not [path for method, path in takes if method == "get"]
