"""Members of before an upgrade are found by what they are known by, on both databases."""

import json
from datetime import UTC, datetime

from sqlalchemy import create_engine, text

from tests.kit.migrations import insert_row, move


def test_members_of_before_are_found_by_their_profiles(database_url: str) -> None:
    engine = create_engine(database_url)
    at = datetime(2026, 5, 1, tzinfo=UTC)
    anna = {"firstName": "Anna", "agreement1": True, "agreement2": False, "address": {"city": "Gdynia"}, "company": {}}
    anna |= {
        "labels": [{"key": "vip", "value": "yes"}, {"key": "VIP", "value": "Yes"}],
        "birthDate": "1990-12-31T10:00",
    }
    with engine.begin() as connection:
        move(connection, "0019")
        insert_row(connection, "store", code="S", created_at=at, secret="x")
        times = {"registered_at": at, "created_at": at, "updated_at": at}
        for name, profile in (("ann", json.dumps(anna)), ("bob", "{}"), ("kim", "{broken")):
            row = {"id": name, "store": "S", "profile": profile, "attributes": "{}", "active": True, **times}
            insert_row(connection, "member", **row)

        move(connection, "head")
        found = connection.execute(text("SELECT member, store, field, value FROM member_field ORDER BY field")).all()
        move(connection, "0019")
    engine.dispose()

    assert [tuple(row) for row in found] == [
        ("ann", "S", "address:city", "gdynia"),
        ("ann", "S", "agreement1", "true"),
        ("ann", "S", "birthDate", "1990-12-31"),
        ("ann", "S", "firstName", "anna"),
        ("ann", "S", "labels", "vip:yes"),
    ]


def test_emails_and_phones_get_one_spelling_and_who_shares_one_is_listed(database_url: str) -> None:
    engine = create_engine(database_url)
    at = datetime(2026, 5, 1, tzinfo=UTC)
    members = {
        "m1": ("Zoë@example.com", "+48 500 100 200"),
        "m2": ("zoe\u0308@example.com", "+48500100200"),
        "m3": ("kim@example.com", "+48-500-100-200"),
        "m4": (None, "Till 7"),
    }
    with engine.begin() as connection:
        move(connection, "0026")
        insert_row(connection, "store", code="S", created_at=at, secret="x")
        times = {"registered_at": at, "created_at": at, "updated_at": at}
        for name, (email, phone) in members.items():
            row = {"id": name, "store": "S", "profile": "{}", "attributes": "{}", "active": True, **times}
            keys = {"email_key": email and email.lower(), "phone_key": phone.lower()}
            insert_row(connection, "member", **(row | {"email": email, "phone": phone} | keys))

        move(connection, "head")
        keys_now = connection.execute(text("SELECT email_key, phone_key FROM member ORDER BY id")).all()
        found = connection.execute(text("SELECT member, part, other FROM member_collision ORDER BY member, part")).all()
        move(connection, "0026")
        before = connection.execute(text("SELECT phone_key FROM member ORDER BY id")).scalars().all()
    engine.dispose()

    assert [tuple(row) for row in keys_now] == [
        ("zoë@example.com", "+48 500 100 200"),
        ("zoe\u0308@example.com", "+48500100200"),
        ("kim@example.com", "+48-500-100-200"),
        (None, "till 7"),
    ]
    assert [tuple(row) for row in found] == [("m1", "phone", "m2"), ("m2", "email", "m1"), ("m3", "phone", "m2")]
    assert before == [phone.lower() for _, phone in members.values()]


def test_keys_lose_invisible_characters_and_phones_are_read_in_the_region_then(database_url: str) -> None:
    engine = create_engine(database_url)
    at = datetime(2026, 5, 1, tzinfo=UTC)
    members = {
        "m1": ("j\u030c@example.com", "\u202a+48 500 100 200\u202c"),
        "m2": ("\u01f0@example.com", "\u202a500 100 300\u202c"),
        "m3": ("zo\u00eb@example.com", "\uff0b48500100200"),
    }
    sale = {"id": "t1", "reported_by": "e1", "store": "S", "document_number": "D", "document_type": "sell"}
    sale |= {"fingerprint": "x", "gross": 0, "customer_data": "{}", "items": "[]", "labels": "[]"}
    sale |= {"purchased_at": at, "created_at": at}
    with engine.begin() as connection:
        move(connection, "0058")
        insert_row(connection, "store", code="S", created_at=at, secret="x")
        times = {"registered_at": at, "created_at": at, "updated_at": at}
        for name, (email, phone) in members.items():
            row = {"id": name, "store": "S", "profile": "{}", "attributes": "{}", "active": True, **times}
            insert_row(connection, "member", **(row | {"email_key": email, "phone_key": phone, "phone": phone}))
        for key in ("+48500100999", "\u202a+48 500 100 999\u202c", "\u202aTill 7\u202c"):
            insert_row(connection, "former_identity", member="m1", part="phone_key", key=key, store="S")
        insert_row(connection, "customer_transaction", **(sale | {"phone_key": "\u202a+48-500100200\u202c"}))

        move(connection, "head")
        of_sale = connection.execute(text("SELECT phone_key FROM customer_transaction")).scalar_one()
        keys = connection.execute(text("SELECT id, email_key, phone_key FROM member ORDER BY id")).all()
        listed = connection.execute(text("SELECT member, part, other FROM member_collision ORDER BY member")).all()
        former = connection.execute(text("SELECT key FROM former_identity ORDER BY key")).scalars().all()
        due = connection.execute(text("SELECT subject, kind FROM deadline")).all()
        move(connection, "0058")
    engine.dispose()

    assert [tuple(row) for row in keys] == [
        ("m1", "j\u030c@example.com", "+48500100200"),
        ("m2", "\u01f0@example.com", "500 100 300"),
        ("m3", "zo\u00eb@example.com", "\uff0b48500100200"),
    ]
    assert of_sale == "+48500100200"
    assert [tuple(row) for row in listed] == [("m1", "email", "m2"), ("m3", "phone", "m1")]
    assert former == ["+48500100999", "till 7"]
    assert [tuple(row) for row in due] == [("m2", "read_phone")]
