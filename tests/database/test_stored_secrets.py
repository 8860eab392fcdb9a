"""Secrets are stored encrypted, can be read with any of the keys, and are encrypted anew with the first one."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import create_engine, select

from api.authentication.tokens import Tokens
from database import Database, Transaction
from database.programs import Programs
from database.secret_keys import PREFIX, SecretKeyError, SecretKeys, new_key
from database.stored_secrets import count_outdated
from database.tables import metadata, store, subscription
from loyalty.ids import new_id
from loyalty.store.events import NewEvent
from loyalty.store.members import Identity
from tests.kit.programs import files

OLD, NEW = new_key(), new_key()
NOW = datetime(2026, 5, 1, tzinfo=UTC)
HEADERS = [{"headerName": "Authorization", "headerValue": "Bearer hidden-header"}]


def opened(url: str, *keys: str) -> Database:
    return Database.open(url, SecretKeys.parse(",".join(keys)))


async def fill(database: Database) -> tuple[str, str]:
    """A store with a subscription and a delivery of it; their ids."""
    await Programs(database).deploy(files(), by="test")
    await Tokens(database).issue_to_member(new_id(), "DEFAULT")
    ids = new_id(), new_id()
    await database.store("DEFAULT").write(lambda tx: add_webhooks(tx, *ids))
    return ids


def add_webhooks(tx: Transaction, subscription_id: str, delivery_id: str) -> None:
    url = "https://partner.example"
    tx.subscriptions.add(
        subscription_id,
        event_name="CustomerRegistered",
        url=url,
        headers=HEADERS,
        format="current",
        secret="whsec_hidden-secret",
        now=NOW,
    )
    member_id, event_id, message_id = new_id(), new_id(), new_id()
    tx.members.register(
        Identity(email=f"{member_id}@example.com"),
        member_id=member_id,
        profile={},
        attributes={},
        tier=None,
        password_hash=None,
        registered_at=NOW,
        now=NOW,
    )
    tx.events.add(NewEvent(event_id, "purchase", member_id, NOW, {}, 1), now=NOW)
    tx.webhooks.add_message(message_id, event_id=event_id, name="CustomerRegistered", data={"current": {}}, now=NOW)
    tx.webhooks.add_delivery(
        delivery_id,
        message_id=message_id,
        event_id=event_id,
        name="CustomerRegistered",
        subscription_id=subscription_id,
        url=url,
        headers=HEADERS,
        now=NOW,
    )


def stored_texts(url: str) -> Iterator[str]:
    """Everything that the database holds, as it is stored."""
    engine = create_engine(url)
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            for row in connection.exec_driver_sql(f'SELECT * FROM "{table.name}"'):
                yield from (each for each in row if isinstance(each, str))
    engine.dispose()


async def readable(database: Database, ids: tuple[str, str]) -> bool:
    def read(tx: Any) -> bool:
        found, outbound = tx.subscriptions.get(ids[0]), tx.webhooks.outbound(ids[1])
        live = tx.subscriptions.receiving()
        assert tx.subscriptions.store_secret().startswith("whsec_")
        return (found.secret, found.headers, outbound.secret, outbound.headers, live[0].headers) == (
            "whsec_hidden-secret",
            HEADERS,
            "whsec_hidden-secret",
            HEADERS,
            HEADERS,
        )

    return await database.store("DEFAULT").read(read)


async def test_no_secret_is_stored_as_it_is(database_url: str) -> None:
    database = opened(database_url, NEW)
    ids = await fill(database)

    assert await readable(database, ids)
    database.close()
    texts = list(stored_texts(database_url))
    assert [text for text in texts if "hidden" in text or "whsec" in text] == []
    assert len([text for text in texts if text.strip('"').startswith(PREFIX)]) == 6


async def test_what_was_stored_before_there_were_keys_is_encrypted_at_the_next_start(database_url: str) -> None:
    plain = Database.open(database_url)
    ids = await fill(plain)
    token = await Tokens(plain).issue_to_member(ids[0], "DEFAULT")
    plain.close()
    assert [text for text in stored_texts(database_url) if "hidden-secret" in text]

    database = opened(database_url, NEW)

    assert [text for text in stored_texts(database_url) if "hidden" in text or "whsec" in text] == []
    assert await readable(database, ids)
    assert (await Tokens(database).read(token["token"])).subject == ids[0]
    database.close()


@pytest.mark.parametrize("keys", [(), (NEW,)])
async def test_a_start_without_the_key_is_refused_and_says_which_key_is_missing(
    database_url: str, keys: tuple[str, ...]
) -> None:
    database = opened(database_url, OLD)
    await fill(database)
    database.close()

    with pytest.raises(SecretKeyError, match=r"needs the key [0-9a-f]{8}, which is missing: .*LAUREL_SECRET_KEY"):
        opened(database_url, *keys)


async def test_secrets_are_encrypted_anew_while_they_are_changed_and_then_the_old_key_is_not_needed(
    database_url: str,
) -> None:
    old = opened(database_url, OLD)
    ids = await fill(old)
    for _ in range(20):
        await old.store("DEFAULT").write(lambda tx: add_webhooks(tx, new_id(), new_id()))
    old.close()
    database = opened(database_url, NEW, OLD)
    assert await readable(database, ids)

    async def change() -> None:
        for _ in range(20):
            await database.store("DEFAULT").write(lambda tx: tx.subscriptions.change(ids[0], headers=HEADERS))

    counts, *_ = await asyncio.gather(
        asyncio.gather(*(database.encrypt_all_secrets() for _ in range(3))), change(), change()
    )

    assert 20 * 3 <= sum(counts) <= 21 * 3 + 3
    assert await database._connections.read(count_outdated) == 0
    database.close()
    alone = opened(database_url, NEW)
    assert await readable(alone, ids)
    alone.close()


async def test_a_secret_that_is_moved_to_another_store_or_changed_cannot_be_read(database_url: str) -> None:
    database = opened(database_url, NEW)
    ids = await fill(database)
    await Programs(database).deploy(
        {name: text.replace(b"store: DEFAULT", b"store: OTHER") for name, text in files().items()}, by="test"
    )

    def swap(access: Any) -> None:
        mine = access.connection.execute(select(store.c.secret).where(store.c.code == "DEFAULT")).scalar_one()
        access.connection.execute(store.update().where(store.c.code == "OTHER").values(secret=mine))
        access.connection.execute(subscription.update().values(secret=mine[:-8] + "AAAAAAA="))

    await database.access_write(swap)

    with pytest.raises(SecretKeyError, match="belongs elsewhere"):
        await database.store("OTHER").read(lambda tx: tx.subscriptions.store_secret())
    with pytest.raises(SecretKeyError, match="was changed"):
        await database.store("DEFAULT").read(lambda tx: tx.subscriptions.get(ids[0]))
    database.close()


@pytest.mark.parametrize(
    ("text", "cure"), [("c2hvcnQ=", "32 bytes"), ("!!!", "base64"), ("A" * 43 + "=,c2hvcnQ=", "laurel secrets key")]
)
def test_a_wrong_key_is_refused_with_the_cure(text: str, cure: str) -> None:
    with pytest.raises(ValueError, match=cure):
        SecretKeys.parse(text)


def test_every_text_can_be_encrypted_and_the_same_text_never_looks_the_same() -> None:
    keys = SecretKeys.parse(NEW)
    texts = ["", "a", "ż€\N{GRINNING FACE}", "x" * 10_000]

    stored = [keys.encrypt(text, of="a") for text in texts]

    assert [keys.decrypt(each, of="a") for each in stored] == texts
    assert keys.encrypt("a", of="a") != keys.encrypt("a", of="a")
    assert all(keys.is_current(each) for each in stored)
