"""Reading imports, on both databases: each line is done once, whatever happens, and nothing stops at a wrong one."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from activities import imports as module
from database import Database
from database.programs import Programs
from loyalty.ids import new_id
from loyalty.references import ImportProgress
from tests.kit.imports import STORE, Importing, store_file
from tests.kit.programs import PROGRAM, files

MEMBERS = "email,phone,firstName,agreement1,registeredAt\n" + "".join(
    f"member-{number}@example.com,{number},Anna,true,2024-05-01\n" for number in range(4)
)


@pytest.fixture
async def importing(database: Database) -> Importing:
    """Imports of the store of a small coffee shop."""
    await Programs(database).deploy(files(), by="test")
    return Importing(database)


async def balance(importing: Importing, email: str) -> int:
    """What a member can spend, in whole points."""
    from loyalty.store.members import Identity

    def read(tx: Any) -> int:
        (member,) = tx.members.identities_matching(Identity(email=email))
        found = tx.members.balances(member.id).get("points")
        return 0 if found is None else found.active // 1_000_000

    return await importing.database.store(STORE).read(read)


async def count(importing: Importing, table: str) -> int:
    return await importing.database.store(STORE).read(
        lambda tx: tx.connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
    )


async def test_members_are_registered_with_the_events_that_say_so(importing: Importing):
    ref = await store_file(importing.database, "member", MEMBERS + "member-1@example.com,7,Bert,no,\n,,Nobody,,\n")

    progress = await importing.read(ref)

    assert progress == ImportProgress("done", 6, 4, 0, 2, progress.size, progress.size)
    ((*events,),) = importing.batches
    assert [event.type for event in events] == ["member_registered"] * 4
    lines = await importing.lines(ref)
    assert [line.entity for line in lines[:4]] == [event.member for event in events]
    assert [(line.line, line.key, line.code) for line in lines[4:]] == [
        (6, "m…com", "identityTaken"),
        (7, None, "missing"),
    ]


async def test_members_keep_their_ids_if_these_are_free_and_are_active(importing: Importing):
    free, known = new_id(), new_id()
    rows = (
        f"{free},a@example.com,true\n{known},b@example.com,\n{known},c@example.com,\n{new_id()},d@example.com,false\n"
    )
    ref = await store_file(importing.database, "member", f"customerId,email,active\n{rows}{new_id()},,\nx,e@x.y,\n")

    await importing.read(ref)

    assert [(line.entity, line.code, line.path) for line in await importing.lines(ref)] == [
        (free, None, None),
        (known, None, None),
        (None, "memberIdTaken", ""),
        (None, "invalid", "active"),
        (None, "missing", "email"),
        (None, "invalidId", "customerId"),
    ]


async def test_members_are_marked_as_test_members(importing: Importing):
    ref = await store_file(
        importing.database, "member", "email,test\na@example.com,yes\nb@example.com,\nc@example.com,x\n"
    )

    progress = await importing.read(ref)

    assert (progress.done, progress.refused) == (2, 1)
    assert [line.code for line in await importing.lines(ref)][2] == "invalid"
    marked = "SELECT email FROM member WHERE is_test"
    found = await importing.database.store(STORE).read(lambda tx: tx.connection.exec_driver_sql(marked).scalars().all())
    assert found == ["a@example.com"]


async def test_points_are_added_and_spent_in_the_order_of_the_lines(importing: Importing):
    await importing.read(await store_file(importing.database, "member", MEMBERS))
    importing.batches.clear()
    added = "email,points,externalTransferId\n" + "".join(
        f"member-{number % 3}@example.com,10,add-{number % 8}\n" for number in range(10)
    )

    first = await importing.read(await store_file(importing.database, "unitTransferAdding", added))
    spent = (
        "email,points\nmember-0@example.com,25\nmember-0@example.com,10\nnobody@example.com,1\nmember-1@example.com,0\n"
    )
    ref = await store_file(importing.database, "unitTransferSpending", spent)
    second = await importing.read(ref)

    assert (first.done, first.repeated, first.refused) == (8, 0, 2)
    assert (second.done, second.refused) == (1, 3)
    assert [line.code for line in await importing.lines(ref)] == [
        None,
        "notEnoughPoints",
        "unknownMember",
        "invalidAmount",
    ]
    assert [event.type for batch in importing.batches for event in batch] == ["points_added"] * 8 + ["points_spent"]
    assert [await balance(importing, f"member-{number}@example.com") for number in range(3)] == [5, 30, 20]


async def test_a_transfer_under_the_same_id_is_repeated_by_any_import(importing: Importing):
    await importing.read(await store_file(importing.database, "member", MEMBERS))
    line = "member-0@example.com,10,add-1\n"

    first = await importing.read(
        await store_file(importing.database, "unitTransferAdding", f"email,points,externalTransferId\n{line}")
    )
    second = await importing.read(
        await store_file(importing.database, "unitTransferAdding", f"email,points,externalTransferId\n{line}{line}")
    )

    assert (first.done, second.done, second.repeated) == (1, 0, 2)
    assert await balance(importing, "member-0@example.com") == 10


async def test_events_are_accepted_as_reported_ones_a_hundred_at_a_time(importing: Importing):
    event = (
        '{{"type": "app_login", "eventDate": "2024-05-01", "eventId": "{}", "customerData": {{"email": "a@b.c"}}}}\n'
    )
    lines = [event.format(number) for number in range(230)]
    wrong = [
        '{"type": "app_logn", "eventDate": "2024-05-01", "email": "a@b.c", "eventId": "x"}\n',
        lines[3],
        '{"type": "ap',
    ]
    ref = await store_file(importing.database, "customEvent", "".join([*lines, *wrong]))
    importing.activities._catch_up = lambda *_: asyncio.sleep(0, True)  # type: ignore[method-assign,assignment]

    progress = await importing.read(ref)

    assert (progress.done, progress.repeated, progress.refused) == (230, 1, 2)
    assert [len(batch) for batch in importing.batches] == [101, 100, 30]
    assert (await count(importing, "member"), await count(importing, "event")) == (1, 231)
    refused = [line for line in await importing.lines(ref) if line.status == "refused"]
    assert [(line.line, line.key, line.code) for line in refused] == [
        (231, "x", "unknownType"),
        (233, None, "malformedJson"),
    ]


async def test_the_same_file_again_is_the_same_import_and_goes_on_where_it_was_cancelled(importing: Importing):
    ref = await store_file(importing.database, "member", MEMBERS)
    again = await store_file(importing.database, "member", MEMBERS)
    now = datetime.now(UTC)
    await importing.database.store(STORE).write(
        lambda tx: tx.imports.change(ref.id, "cancelled", since=("queued",), now=now)
    )
    cancelled = await importing.read(ref)

    third = await store_file(importing.database, "member", MEMBERS)
    done = await importing.read(third)

    assert ref == again == third
    assert (cancelled.status, cancelled.read, done.status, done.done) == ("cancelled", 0, "done", 4)
    assert (await count(importing, "import_file"), await count(importing, "import_chunk")) == (1, 1)


async def test_two_workers_that_read_one_file_at_once_do_each_line_once(importing: Importing, monkeypatch):
    monkeypatch.setattr("loyalty.imports.records.MAX_RECORDS", 5)
    await importing.read(await store_file(importing.database, "member", MEMBERS))
    content = "email,points\n" + "".join(f"member-{number % 4}@example.com,1\n" for number in range(60))
    ref = await store_file(importing.database, "unitTransferAdding", content)

    ends = await asyncio.gather(*(importing.read(ref) for _ in range(3)))

    assert {(each.status, each.done) for each in ends} == {("done", 60)}
    assert [await balance(importing, f"member-{number}@example.com") for number in range(4)] == [15] * 4


async def test_a_worker_that_dies_in_the_middle_of_a_page_leaves_nothing_of_it(importing: Importing, monkeypatch):
    await importing.read(await store_file(importing.database, "member", MEMBERS))
    ref = await store_file(
        importing.database, "unitTransferAdding", "email,points\nmember-0@example.com,1\nmember-1@example.com,1\n"
    )
    whole = module.apply_lines

    def die(*given: Any) -> Any:
        whole(*given)
        raise RuntimeError

    monkeypatch.setattr(module, "apply_lines", die)
    with pytest.raises(RuntimeError):
        await importing.read(ref)
    monkeypatch.setattr(module, "apply_lines", whole)

    progress = await importing.read(ref)

    assert (progress.status, progress.done) == ("done", 2)
    assert [await balance(importing, f"member-{number}@example.com") for number in range(2)] == [1, 1]


async def test_lines_beside_live_requests_of_the_same_members_lose_nothing(importing: Importing):
    await importing.read(await store_file(importing.database, "member", MEMBERS))
    parts = [
        await store_file(
            importing.database,
            "unitTransferAdding",
            "email,points,comment\n" + "".join(f"member-{n % 4}@example.com,1,{part}\n" for n in order),
        )
        for part, order in enumerate([range(20), range(19, -1, -1), range(7, 27)])
    ]

    await asyncio.gather(*(importing.read(ref) for ref in parts))

    assert [await balance(importing, f"member-{number}@example.com") for number in range(4)] == [15] * 4


async def test_a_paused_import_stops_after_its_page_and_goes_on_there(importing: Importing, monkeypatch):
    monkeypatch.setattr(module, "read_records", _short_pages(module.read_records))
    ref = await store_file(importing.database, "member", MEMBERS)
    store = importing.database.store(STORE)

    async def pause() -> None:
        await store.write(lambda tx: tx.imports.change(ref.id, "paused", since=("running",), now=datetime.now(UTC)))

    async def start_and_pause(batch_id: str, events: Any) -> None:
        await pause()

    monkeypatch.setattr(importing.activities, "_start_batch", start_and_pause)
    paused = await importing.read(ref)
    monkeypatch.setattr(importing.activities, "_start_batch", importing._start)
    await store.write(lambda tx: tx.imports.change(ref.id, "queued", since=("paused",), now=datetime.now(UTC)))

    done = await importing.read(ref)

    assert (paused.status, paused.read, done.status, done.done) == ("paused", 1, "done", 4)


def _short_pages(read: Any) -> Any:
    return lambda *given, **named: read(*given, **named, max_records=1)


ITEM = {"sku": "s", "name": "Coffee", "category": "drinks", "grossValue": 12.5}


def sale(number: str, *, at: str = "2024-05-01", items: Any = (ITEM,), email: str | None = None) -> str:
    """A line with a sale."""
    header = {"documentNumber": number, "purchasedAt": at}
    return json.dumps({"header": header, "items": items, "customerData": {"email": email}}) + "\n"


async def test_sales_are_stored_once_and_matched_as_reported_ones(importing: Importing):
    await importing.read(await store_file(importing.database, "member", MEMBERS))
    importing.batches.clear()
    lines = [
        sale("A-1", email="member-1@example.com"),
        sale("A-2", email="later@example.com"),
        sale("A-1", email="member-1@example.com"),
        sale("A-1", at="2024-05-02"),
        sale("A-3", at="soon"),
        sale("A-4", items=[{"sku": "s"}]),
        sale("A-5", items=[]),
    ]
    ref = await store_file(importing.database, "transaction", "".join(lines))

    progress = await importing.read(ref)
    items = json.dumps([ITEM]).replace('"', '""')
    csv = f'documentNumber,purchasedAt,email,items\nA-6,2024-05-01,member-2@example.com,"{items}"\n'
    from_csv = await importing.read(await store_file(importing.database, "transaction", csv))

    assert (progress.done, progress.repeated, progress.refused, from_csv.done) == (2, 1, 4, 1)
    assert [(event.type, bool(event.member)) for batch in importing.batches for event in batch] == [
        ("transaction", True),
        ("transaction_registered", bool(importing.batches[0][1].member)),
        ("transaction", True),
    ]
    refused = [(line.line, line.key, line.code, line.path) for line in await importing.lines(ref) if line.code]
    assert refused == [
        (4, "A-1", "documentNumberReused", ""),
        (5, "A-3", "invalidDate", "purchasedAt"),
        (6, "A-4", "missing", "items.0.name"),
        (7, "A-5", "missing", "items"),
    ]


async def test_sales_get_their_members_once(importing: Importing):
    items = '"[{""sku"": ""1"", ""name"": ""Tea"", ""category"": ""drinks"", ""grossValue"": 5}]"'
    sales = "documentNumber,purchasedAt,items\n" + "".join(
        f"A-{number},2026-01-05T10:00:00,{items}\n" for number in range(2)
    )
    await importing.read(await store_file(importing.database, "member", MEMBERS))
    stored = await importing.read(await store_file(importing.database, "transaction", sales))
    importing.batches.clear()
    content = (
        "documentNumber,email\nA-0,member-0@example.com\nA-0,member-0@example.com\nA-0,member-1@example.com\n"
        "A-9,member-1@example.com\nA-1,nobody@example.com\nA-1,\n"
    )
    ref = await store_file(importing.database, "transactionMatch", content)

    progress = await importing.read(ref)

    assert stored.done == 2
    assert (progress.done, progress.repeated, progress.refused) == (1, 1, 4)
    assert [[event.type for event in batch] for batch in importing.batches] == [["transaction"]]
    codes = [line.code for line in await importing.lines(ref)]
    assert codes == [None, None, "alreadyAssigned", "unknownDocument", "unknownMember", "missing"]


async def test_declared_attributes_of_members_are_typed_and_others_are_text(importing: Importing):
    declared = PROGRAM + "attributes: {shoe_size: {type: number}}\n"
    await Programs(importing.database).deploy(files(program=declared), by="test")
    pairs = ({"shoe_size": "39"}, {"shoe_size": 40}, {"shoe_size": "tall"}, {"shop": 17}, {"shop": "17"})
    content = "".join(
        json.dumps({"email": f"a{number}@example.com", "customAttributes": [{"key": key, "value": value}]}) + "\n"
        for number, pair in enumerate(pairs)
        for key, value in pair.items()
    )
    ref = await store_file(importing.database, "member", content)

    progress = await importing.read(ref)

    assert (progress.done, progress.refused) == (3, 2)
    lines = await importing.lines(ref)
    assert [(line.code, line.path) for line in lines if line.code] == [
        ("invalidAttribute", "customAttributes"),
        ("invalid", "customAttributes"),
    ]
    ids = [line.entity for line in lines if line.entity]
    found = await importing.database.store(STORE).read(lambda tx: [tx.members.facts(id_).attributes for id_ in ids])
    assert found == [{"shoe_size": 39}, {"shoe_size": 40}, {"shop": "17"}]


async def test_codes_join_the_list_of_their_reward_once(importing: Importing):
    coffee = "reward: coffee\ntitle: A coffee\ncoupon: {codes: uploaded, value: 5, type: money}\n"
    await Programs(importing.database).deploy(files(rewards__coffee=coffee), by="test")
    content = "rewardId;code\ncoffee;AAA1\ncoffee;AAA2\ncoffee;AAA1\ncoffe;AAA3\ncoffee;A A\n"
    ref = await store_file(importing.database, "rewardCoupon", content)

    progress = await importing.read(ref)

    assert (progress.done, progress.repeated, progress.refused) == (2, 1, 2)
    assert [line.code for line in await importing.lines(ref)] == [
        None,
        None,
        None,
        "unknownReward",
        "invalidCouponCode",
    ]


async def test_of_exported_codes_those_that_nobody_has_are_imported(importing: Importing):
    coffee = "reward: coffee\ntitle: A coffee\ncoupon: {codes: uploaded, value: 5, type: money}\n"
    await Programs(importing.database).deploy(files(rewards__coffee=coffee), by="test")
    content = "rewardId,code,createdAt,issuedRewardId\ncoffee,AAA1,2024-05-01,\ncoffee,AAA2,2024-05-01,01a2\n"
    ref = await store_file(importing.database, "rewardCoupon", content)

    await importing.read(ref)

    assert [(line.status, line.path) for line in await importing.lines(ref)] == [
        ("done", None),
        ("refused", "issuedRewardId"),
    ]
