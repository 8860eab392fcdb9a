"""Due items over HTTP: listing, filtering, trying again, and what is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from database import Transaction
from loyalty.ids import new_id
from loyalty.store.due_items import DueItem, StoredDueItem
from tests.kit.api import Api, fault

PATH = "/api/DEFAULT/dueItem"
NOW = datetime(2026, 11, 29, 8, 0, tzinfo=UTC)


async def set_item(
    api: Api, kind: Any = "expire", *, at: datetime = NOW, error: str = "", member: str | None = None
) -> str:
    """Store a due item, set aside if an error is given; return its subject."""
    subject = new_id()

    def store(tx: Transaction) -> None:
        tx.due_items.set(subject, kind, at, member=member)
        if error:
            tx.due_items.set_aside(DueItem(subject, kind, at, member), error, now=at)

    await api.write(store)
    return subject


async def stored(api: Api, subject: str, kind: str = "expire") -> StoredDueItem | None:
    return await api.database.store("DEFAULT").read(lambda tx: tx.due_items.get(subject, kind))


async def register(api: Api) -> str:
    return (await api.post("/api/DEFAULT/member", {"customer": {"email": "ann@example.com"}})).json()["customerId"]


async def listed(api: Api, query: str = "") -> list[str]:
    return [item["subject"] for item in (await api.get(f"{PATH}?{query}"))["items"]]


async def test_what_is_due_is_listed_with_the_reason_of_what_is_set_aside(api_anywhere: Api):
    member = await register(api_anywhere)
    failed = await set_item(api_anywhere, error="KeyError: 'points'", member=member)
    later = await set_item(api_anywhere, "coupon_warn", at=NOW + timedelta(days=1))

    page = await api_anywhere.get(PATH)

    assert page["total"] == {"all": 2, "filtered": 2, "estimated": False}
    assert page["items"] == [
        {
            "subject": later,
            "subjectType": "issuedReward",
            "kind": "coupon_warn",
            "customerId": None,
            "dueAt": "2026-11-30T09:00:00.000+01:00",
            "failed": False,
            "failedAt": None,
            "error": None,
        },
        {
            "subject": failed,
            "subjectType": "lot",
            "kind": "expire",
            "customerId": member,
            "dueAt": "2026-11-29T09:00:00.000+01:00",
            "failed": True,
            "failedAt": "2026-11-29T09:00:00.000+01:00",
            "error": "KeyError: 'points'",
        },
    ]


async def test_a_kind_of_a_newer_version_is_shown_without_a_type_of_subject(api: Api):
    await set_item(api, "newer")

    (item,) = (await api.get(PATH))["items"]

    assert (item["kind"], item["subjectType"]) == ("newer", None)


async def test_the_list_has_filters_pages_and_an_order(api_anywhere: Api):
    member = await register(api_anywhere)
    failed = await set_item(api_anywhere, error="broken")
    hers = await set_item(api_anywhere, "warn", at=NOW + timedelta(days=1), member=member)
    last = await set_item(api_anywhere, "tier_review", at=NOW + timedelta(days=2))

    found = {
        query: await listed(api_anywhere, query)
        for query in (
            "failed=true",
            "failed=false",
            f"customerId={member}",
            f"customerId={member.upper()}",
            f"subject={last}&kind=tier_review",
            "dueAt[lt]=2026-11-30T00:00:00Z",
            "_orderBy[dueAt]=asc",
            "_itemsOnPage=1&_page=2",
            "failed=true&kind=warn",
        )
    }

    assert list(found.values()) == [
        [failed],
        [last, hers],
        [hers],
        [hers],
        [last],
        [failed],
        [failed, hers, last],
        [hers],
        [],
    ]
    assert (await api_anywhere.get(f"{PATH}?failed=true"))["total"] == {"all": 3, "filtered": 1, "estimated": False}


@pytest.mark.parametrize(
    ("query", "path", "code"),
    [
        ("failed=maybe", "failed", "invalid"),
        ("state=failed", "state", "unknownFilter"),
        ("failed[gt]=true", "failed[gt]", "unknownOperator"),
        ("dueAt=soon", "dueAt", "invalid"),
        ("_itemsOnPage=51", "_itemsOnPage", "outOfRange"),
        ("_page=0", "_page", "outOfRange"),
        ("_orderBy[createdAt]=asc", "_orderBy[createdAt]", "unknownOrder"),
    ],
)
async def test_a_wrong_query_is_refused(api: Api, query: str, path: str, code: str):
    assert fault(await api.http.get(f"{PATH}?{query}"), path)["code"] == code


async def test_an_item_that_is_set_aside_is_due_now_when_it_is_tried_again(api_anywhere: Api):
    subject = await set_item(api_anywhere, error="broken")

    answer = await api_anywhere.http.post(f"{PATH}/{subject}/expire/retry")
    item = await stored(api_anywhere, subject)

    assert (answer.status_code, answer.content) == (204, b"")
    assert item is not None
    assert (item.failed_at, item.error) == (None, None)
    assert abs(item.due_at - datetime.now(UTC)) < timedelta(minutes=1)


async def test_an_item_that_is_not_set_aside_is_not_tried_again(api_anywhere: Api):
    subject = await set_item(api_anywhere)

    answer = await api_anywhere.http.post(f"{PATH}/{subject}/expire/retry")

    assert fault(answer, "kind")["code"] == "notSetAside"
    assert (await stored(api_anywhere, subject)) == StoredDueItem(subject, "expire", NOW, None, None, None)


@pytest.mark.parametrize("kind", ["warn", "EXPIRE", "nonsense", "x" * 300, "%F0%9F%92%A3"])
async def test_an_item_that_does_not_exist_is_not_found(api_anywhere: Api, kind: str):
    subject = await set_item(api_anywhere, error="broken")

    other_kind = await api_anywhere.http.post(f"{PATH}/{subject}/{kind}/retry")
    other_subject = await api_anywhere.http.post(f"{PATH}/{new_id()}/expire/retry")
    no_id = await api_anywhere.http.post(f"{PATH}/{'y' * 300}/expire/retry")

    assert [each.status_code for each in (other_kind, other_subject, no_id)] == [404, 404, 404]
    assert "it was run, or replaced" in other_kind.json()["message"]


async def test_an_item_of_another_store_is_not_found(api: Api):
    subject = await set_item(api, error="broken")

    answer = await api.http.post(f"/api/OTHER/dueItem/{subject}/expire/retry")

    assert answer.status_code == 404


async def test_the_same_key_tries_an_item_again_once(api: Api):
    subject = await set_item(api, error="broken")

    answers = [
        await api.http.post(f"{PATH}/{subject}/expire/retry", headers={"Idempotency-Key": "k"}) for _ in range(2)
    ]

    assert [each.status_code for each in answers] == [204, 204]
    assert answers[1].headers["Idempotent-Replayed"] == "true"


async def test_due_items_are_for_admins(api: Api):
    subject = await set_item(api, error="broken")

    answers = [
        await api.http.get(PATH, headers={"Authorization": "wrong"}),
        await api.http.post(f"{PATH}/{subject}/expire/retry", headers={"Authorization": "wrong"}),
    ]

    assert [each.status_code for each in answers] == [401, 401]
