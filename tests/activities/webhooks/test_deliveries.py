"""What is sent, and to whom: by the date of a subscription, signed by each of its secrets that are valid."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from activities.events import EventActivities
from database import Database, Transaction
from database.programs import Programs
from loyalty.ids import new_id
from loyalty.store.events import NewEvent
from loyalty.webhooks.resending import resend_delivery
from loyalty.webhooks.secrets import rotate_secret
from loyalty.webhooks.signing import new_secret
from tests.kit import programs
from tests.kit.receiver import Answer, Receiver, Request
from tests.kit.scripted_store import ScriptedStore
from tests.kit.webhooks import Sender, add_delivery, add_member, deliveries, sender, subscribe

OVERLAP, NONE = timedelta(hours=1), timedelta()
DAY = timedelta(days=1)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as started:
        yield started


@pytest.fixture
async def shop(database: Database) -> ScriptedStore:
    deployed = Programs(database)
    program, revision, _ = await deployed.deploy(programs.files(), by="test")
    return ScriptedStore(database, EventActivities(database, deployed), program, revision, datetime.now(UTC))


@pytest.fixture
async def sending(database: Database) -> AsyncIterator[Sender]:
    async with sender(database) as started:
        yield started


def verifies(request: Request, secret: str) -> bool:
    try:
        Webhook(secret).verify(request.body, request.headers)
    except WebhookVerificationError:
        return False
    return True


async def test_what_happened_before_a_subscription_is_active_is_not_sent(
    shop: ScriptedStore, sending: Sender, receiver: Receiver
) -> None:
    for name, active_from in [("old", None), ("now", shop.now), ("later", shop.now + DAY)]:
        await subscribe(
            shop.database, f"{receiver.url}/{name}", "AvailablePointsAmountChanged", active_from=active_from
        )
    member = await shop.register("ann@example.com")

    await shop.report(member, "purchase", {"total": 10})
    await shop.report(member, "purchase", {"total": 10}, time=shop.now - DAY)  # reported late
    await sending.send()

    assert [each.path for each in receiver.requests] == ["/old", "/now", "/old"]


async def test_both_secrets_sign_until_the_overlap_ends(
    shop: ScriptedStore, sending: Sender, receiver: Receiver
) -> None:
    old, new, other = new_secret(), new_secret(), new_secret()
    subscription = await subscribe(shop.database, receiver.url, secret=old)
    store = shop.database.store("DEFAULT")

    await shop.register("ann@example.com")
    await store.write(lambda tx: rotate_secret(tx.subscriptions, subscription, new, overlap=OVERLAP, now=shop.now))
    await sending.send()
    past = shop.now - 2 * OVERLAP
    await store.write(
        lambda tx: tx.subscriptions.change(subscription, previous_secret_until=past + OVERLAP)
    )  # an hour ago
    await shop.register("bob@example.com")
    await sending.send()

    during, after = receiver.requests
    assert [verifies(during, each) for each in (old, new, other)] == [True, True, False]
    assert [verifies(after, each) for each in (old, new, other)] == [False, True, False]


async def test_what_is_sent_while_a_secret_is_rotated_verifies_by_the_old_or_the_new_one(
    shop: ScriptedStore, sending: Sender, receiver: Receiver
) -> None:
    secrets = [new_secret() for _ in range(4)]
    subscription = await subscribe(shop.database, receiver.url, secret=secrets[0])
    for name in ("ann", "bob", "eve", "joe"):
        await shop.register(f"{name}@example.com")
    store = shop.database.store("DEFAULT")

    async def rotate() -> None:
        for each in secrets[1:]:
            change = partial(rotate_secret, subscription_id=subscription, new=each, overlap=NONE, now=datetime.now(UTC))
            await store.write(lambda tx, change=change: change(tx.subscriptions))

    waiting = await deliveries(shop.database, "pending")
    await asyncio.gather(rotate(), *(sending.send([each]) for each in waiting))

    assert len(receiver.requests) == 4
    assert all(any(verifies(each, secret) for secret in secrets) for each in receiver.requests)


async def test_what_a_disabled_subscription_would_get_is_kept_as_skipped(
    shop: ScriptedStore, sending: Sender, receiver: Receiver
) -> None:
    subscription = await subscribe(shop.database, receiver.url)
    store = shop.database.store("DEFAULT")
    await store.write(lambda tx: tx.subscriptions.change(subscription, disabled_at=shop.now))

    await shop.register("ann@example.com")
    (skipped,) = await deliveries(shop.database, "skipped")
    await store.write(lambda tx: tx.subscriptions.change(subscription, disabled_at=None))
    await store.write(lambda tx: resend_delivery(tx.deliveries, skipped.id, target=None, now=shop.now))
    await sending.send()

    assert [each.json["eventName"] for each in receiver.requests] == ["CustomerRegistered"]


async def test_what_waits_goes_where_its_subscription_leads_when_it_is_sent(
    shop: ScriptedStore, sending: Sender, receiver: Receiver
) -> None:
    receiver.answer("/old", Answer(status=500))
    subscription = await subscribe(shop.database, f"{receiver.url}/old")
    store = shop.database.store("DEFAULT")
    for each in ("ann", "bob"):
        await shop.register(f"{each}@example.com")
    failed, skipped = await deliveries(shop.database, "pending")

    await sending.send([failed])
    target = {"url": f"{receiver.url}/new", "headers": [{"headerName": "X-Shop", "headerValue": "17"}]}
    await store.write(lambda tx: tx.subscriptions.change(subscription, disabled_at=shop.now, **target))
    await sending.send([skipped])
    await store.write(lambda tx: tx.subscriptions.change(subscription, disabled_at=None))
    await store.write(lambda tx: resend_delivery(tx.deliveries, skipped.id, target=None, now=shop.now))
    await sending.send([failed], number=2)
    await sending.send([skipped])

    shown = [await store.read(lambda tx, each=each: tx.deliveries.get(each.id)) for each in (failed, skipped)]
    assert [(each.path, each.headers.get("x-shop")) for each in receiver.requests] == [
        ("/old", None),
        ("/new", "17"),
        ("/new", "17"),
    ]
    assert [each.url for each in shown] == [f"{receiver.url}/new"] * 2


async def test_what_was_made_before_a_change_of_the_format_stays_in_the_one_of_before(
    shop: ScriptedStore, sending: Sender, receiver: Receiver
) -> None:
    subscription = await subscribe(shop.database, receiver.url, format="legacy")
    await shop.register("ann@example.com")
    store = shop.database.store("DEFAULT")

    await store.write(lambda tx: tx.subscriptions.change(subscription, format="envelope"))
    await shop.register("bob@example.com")
    await sending.send()

    assert [list(each.json) for each in receiver.requests] == [["type", "data"], ["event"]]


@pytest.mark.parametrize("form", ["current", "legacy", "envelope"])
async def test_later_messages_about_a_member_have_higher_numbers_in_every_format(
    shop: ScriptedStore, sending: Sender, receiver: Receiver, form: str
) -> None:
    await subscribe(shop.database, receiver.url, "AvailablePointsAmountChanged", format=form)
    member = await shop.register("ann@example.com")

    for _ in range(3):
        await shop.report(member, "purchase", {"total": 10})
    await sending.send()

    numbers = [int(each.headers["laurel-sequence"]) for each in receiver.requests]
    assert numbers == sorted(set(numbers))
    assert all(datetime.fromisoformat(each.headers["laurel-created-at"]) <= shop.now for each in receiver.requests)
    if form == "current":
        assert [each.json["sequence"] for each in receiver.requests] == numbers
        assert all("." in each.json["createdAt"] for each in receiver.requests)


async def test_members_side_by_side_number_their_messages_without_waiting_for_one_another(
    database: Database, receiver: Receiver
) -> None:
    await Programs(database).deploy(programs.files(), by="test")
    target = await subscribe(database, receiver.url)
    members = [new_id() for _ in range(4)]
    now = datetime.now(UTC)

    def store(tx: Transaction, member: str) -> None:
        add_member(tx, member, now)
        event_id = new_id()
        tx.events.add(NewEvent(event_id, "purchase", member, now, {}, 1), now=now)
        for _ in range(5):
            add_delivery(tx, new_id(), event_id, "CustomerRegistered", target, now)

    await asyncio.gather(*(database.store("DEFAULT").write(lambda tx, m=each: store(tx, m)) for each in members))

    found = await database.store("DEFAULT").read(lambda tx: tx.deliveries.page((), limit=50))
    by_member = [[d.number for d in found.records if d.member == each] for each in members]
    assert len({number for each in by_member for number in each}) == 20
