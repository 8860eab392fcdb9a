"""A member of whom every table has something, and a text that stands wherever something personal could."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import String, Table, insert, select, update
from sqlalchemy.exc import IntegrityError

from database import ReadTransaction, Transaction
from database.personal_data.exporting import find_person
from database.personal_data.inventory import ABOUT_NO_MEMBER, KEPT_OF_A_MEMBER
from database.personal_data.kept_rows import KeptRows, Person
from database.tables import (
    counted_sale,
    coupon_code,
    decision_facts,
    delivery,
    former_identity,
    funnel_stage,
    import_file,
    import_line,
    issued_reward,
    member_code,
    member_collision,
    member_tier,
    metadata,
    reward_status,
)
from loyalty.ids import new_id
from loyalty.store.campaign_codes import NewCampaignCode
from loyalty.store.merges import Merge
from loyalty.store.referrals import Referral
from loyalty.store.reversals import ReversibleEvent, StoredReversal
from loyalty.store.webhooks import LoggedAttempt
from tests.kit.api import Api
from tests.kit.sent import answer_events, subscribe
from tests.kit.transactions import document, line

MARKER = "Przemysława-Ewa"
"""What the member is called everywhere. No id, and no word of the program, has it."""

PATH = "/api/DEFAULT/member"

REACTOR = f"""\
reactor: everything
on: purchase
then:
  - award_points: {{points: {{var: event.body.total}}}}
  - issue_reward: coffee
  - grant_badge: buyer
  - set_attribute: {{name: seen, value: {MARKER}}}
  - call_webhook: {{url: "https://partner.example/{MARKER}", body: {{who: {{var: member.attributes.name}}}}}}
limits: [{{per: member, every: day, times: 5}}, {{per: program, every: day, times: 50}}]
"""
ACHIEVEMENT = (
    "achievement: words\non: text\nmeasure: {distinct: {var: [event.body.key, none]}}\ngoal: 2\nrepeat: unlimited\n"
    "then: [{grant_badge: talker}]\n"
)
COFFEE = "reward: coffee\ntitle: Coffee\ncoupon: {value: 1, type: money, valid: 20d}\n"
SUBSCRIBED = ("CustomerRegistered", "CustomerUpdated", "AvailablePointsAmountChanged", "TransactionRegistered")
FILES = {"reactors__everything": REACTOR, "achievements__words": ACHIEVEMENT, "rewards__coffee": COFFEE}


async def fill(api: Api, *, email: str = "ewa@example.com", answered: bool = True) -> str:
    """Register a member and do so much that every table has rows about them, all marked; return the id."""
    await api.deploy(**FILES)
    await subscribe(api, SUBSCRIBED)
    customer = {"email": email, "firstName": MARKER, "plainPassword": "password"}
    customer |= {"address": {"city": MARKER}, "customAttributes": [{"key": "name", "value": MARKER}]}
    keyed = {"headers": {"Idempotency-Key": email}}
    member_id: str = (await api.post(PATH, {"customer": customer}, **keyed)).json()["customerId"]
    await api.post(f"{PATH}/login_check", {"username": email, "password": "password"})
    for body in ({"key": MARKER}, {"key": "other"}, {"key": f"third {MARKER}"}):
        assert (await api.report(type="text", body=body, customerData={"email": email})).status_code == 200
    purchase = {"type": "purchase", "body": {"total": 600, "channel": "web"}, "eventId": f"receipt-{email}"}
    assert (await api.report(**purchase, customerData={"email": email})).status_code == 200
    who = {"email": email, "name": MARKER}
    sold = document(f"D-{email}", line("cup", 2, labels=[{"key": "who", "value": MARKER}]), customer=who)
    assert (await api.post("/api/DEFAULT/transaction", sold)).status_code == 200
    moved = {"transfer": {"customer": member_id, "points": 10, "comment": MARKER}}
    assert (await api.post("/api/DEFAULT/points/add", moved)).status_code == 200
    assert (await api.post(f"{PATH}/{member_id}/tier", {"levelId": "gold"})).status_code == 204
    await api.http.put(f"{PATH}/email={email}", json={"customer": {"lastName": MARKER}})
    corrected = {"customer": member_id, "reason": "goodwill", "comment": MARKER, "points": {"type": "add", "points": 5}}
    assert (await api.post("/api/DEFAULT/correction", {"correction": corrected})).status_code == 200
    if answered:
        await answer_events(api)
    assert (await api.post("/api/DEFAULT/points/spend", moved)).status_code == 200
    if answered:
        await answer_events(api)
    await mark(api, member_id)
    return member_id


async def mark(api: Api, member_id: str) -> None:
    """Write MARKER into every column of the rows about a member that may hold something personal."""
    await api.write(lambda tx: _mark(tx, member_id))


def _mark(tx: Transaction, member_id: str) -> None:
    person = find_person(tx.connection, tx.store, member_id)
    assert person is not None
    sent = select(delivery.c.id).where(delivery.c.event.in_(_event_ids(tx, person)))
    for number, one in enumerate(tx.connection.execute(sent).scalars().all()):
        tx.webhooks.log_attempt(one, LoggedAttempt(number + 1, datetime.now(UTC), 200, 5, MARKER, None))
    issued = select(issued_reward.c.id, issued_reward.c.coupon).where(issued_reward.c.member == person.id)
    for number, (one, coupon) in enumerate(tx.connection.execute(issued).all()):
        row = {"store": tx.store, "issued": one}
        status = {"number": number + 9, "status": "delivered", "comment": MARKER, "at": datetime.now(UTC), "source": ""}
        tx.connection.execute(insert(reward_status).values(row | status))
        code = {"id": new_id(), "code": coupon, "reward": "coffee", "added_at": datetime.now(UTC)}
        tx.connection.execute(insert(coupon_code).values(row | code))
    _add_import(tx, person)
    _add_code(tx, person)
    _add_relations(tx, person)
    _add_tiers(tx, person)
    tx.campaign_codes.add([NewCampaignCode(new_id(), "everything", person.id.upper(), datetime.now(UTC), "admin")])
    tx.campaign_codes.use("everything", person.id.upper(), member_id=person.id, now=datetime.now(UTC))
    tx.figures.count(ZoneInfo("UTC"), limit=1_000)
    _add_stage(tx, person)
    for rows in KEPT_OF_A_MEMBER:
        _mark_rows(tx, rows, person)


def _add_stage(tx: Transaction, person: Person) -> None:
    row = {"store": tx.store, "member": person.id, "achievement": "any", "stage": 1}
    tx.connection.execute(insert(funnel_stage).values(row))


def _add_code(tx: Transaction, person: Person) -> None:
    code = {"id": new_id(), "store": tx.store, "member": person.id, "purpose": "email", "hash": new_id()}
    times = {"created_at": datetime.now(UTC), "expires_at": datetime.now(UTC)}
    tx.connection.execute(insert(member_code).values(code | times))


def _add_relations(tx: Transaction, person: Person) -> None:
    both = {"referrer": person.id, "referee": person.id}
    tx.referrals.add(Referral(new_id(), **both, created_at=datetime.now(UTC)))
    known = select(decision_facts.c.event)
    without = [each for each in _event_ids(tx, person) if each not in set(tx.connection.execute(known).scalars())]
    tx.connection.execute(insert(decision_facts).values(store=tx.store, event=without[0], facts={}))
    tx.reversals.add(StoredReversal(without[0], person.id, "purchase", new_id(), None, None), now=datetime.now(UTC))
    tx.reversals.note_reversible([ReversibleEvent(without[0], person.id, new_id(), datetime.now(UTC))])
    shared = {"member": person.id, "part": "phone", "other": person.id, "store": tx.store}
    tx.connection.execute(insert(member_collision).values(shared))
    former = {"member": person.id, "part": "email_key", "key": MARKER, "store": tx.store}
    tx.connection.execute(insert(former_identity).values(former))
    now = datetime.now(UTC)
    merge = Merge(new_id(), person.id, person.id, "refused", new_id(), new_id(), now, "admin", now, "Refused", MARKER)
    tx.merges.add(replace(merge, comment=MARKER))


def _add_tiers(tx: Transaction, person: Person) -> None:
    """Fill what is kept of tiers by set, and of spend."""
    place = {"store": tx.store, "member": person.id, "tier_set": "status"}
    standing = {"subject": new_id(), "tier": "friend", "tier_base": 0, "reviewed_base": 0}
    tx.connection.execute(insert(member_tier).values(place | standing))
    sale = {"event": _event_ids(tx, person)[0], "at": datetime.now(UTC), "sold": 1, "amount": 1}
    tx.connection.execute(insert(counted_sale).values(place | sale))


def _add_import(tx: Transaction, person: Person) -> None:
    now, file = datetime.now(UTC), new_id()
    numbers = dict.fromkeys(("size", "lines", "offset", "line", "done", "repeated", "refused"), 1)
    named = {
        "id": file,
        "store": tx.store,
        "type": "member",
        "file_name": "m.csv",
        "layout": {"format": "jsonl"},
        "status": "done",
    }
    tx.connection.execute(insert(import_file).values(named | numbers | {"created_at": now, "updated_at": now}))
    line = {"file": file, "line": 1, "store": tx.store, "status": "done", "entity": person.id, "created_at": now}
    tx.connection.execute(insert(import_line).values(line))


def _event_ids(tx: Transaction, person: Person) -> list[str]:
    (events,) = [rows for rows in KEPT_OF_A_MEMBER if rows.section == "events"]
    return list(tx.connection.execute(select(events.table.c.id).where(events.condition(person))).scalars())


SHORT = 64

_SHAPED = {
    "store",
    "email_key",
    "phone_key",
    "fingerprint",
    "decision",
    "headers",
    "result",
    "entity_id",
    "client",
    "key",
}
"""Columns whose text has a form that Laurel needs: they are marked by what the member did."""


def _mark_rows(tx: Transaction, rows: KeptRows, person: Person) -> None:
    table = rows.table
    keys = list(table.primary_key)
    columns = [name for name in rows.texts if name not in rows.impersonal | _SHAPED and not _refers(table, name)]
    found = tx.connection.execute(select(*keys).where(rows.condition(person))).all()
    assert found or rows.section in ("dueItems", "erasure"), f"nothing of {rows.section} is filled"
    for number, key in enumerate(found):
        here = [column == value for column, value in zip(keys, key, strict=True)]
        for name in columns:
            text: Any = f"{MARKER} {number}"
            if name in ("body", "customer_data", "profile", "attributes", "data", "details", "content"):
                text = {"text": text, "id": person.id}
            try:
                with tx.savepoint():
                    tx.connection.execute(update(table).where(*here).values({name: text}))
            except IntegrityError:  # part of a key that others refer to
                continue


def _refers(table: Table, name: str) -> bool:
    column = table.c[name]
    is_short = isinstance(column.type, String) and (column.type.length or SHORT) < SHORT  # an id, or one of few words
    return bool(column.foreign_keys) or is_short


def unlisted_tables() -> set[str]:
    """The tables that are neither exported nor excepted, or both."""
    listed = {rows.table.name for rows in KEPT_OF_A_MEMBER}
    return (set(metadata.tables) ^ listed ^ set(ABOUT_NO_MEMBER)) | (listed & set(ABOUT_NO_MEMBER))


async def places_of_marker(api: Api) -> list[str]:
    """Every table and column in which the marker stands."""

    def read(tx: ReadTransaction) -> list[str]:
        found = []
        for table in metadata.sorted_tables:
            names = [column.name for column in table.columns]
            for row in tx.connection.exec_driver_sql(f'SELECT * FROM "{table.name}"'):
                values = zip(names, row, strict=True)
                found += [f"{table.name}.{name}: {value}" for name, value in values if _has(value)]
        return found

    return await api.database.store("DEFAULT").read(read)


def _has(value: Any) -> bool:
    return isinstance(value, str) and (MARKER in value or MARKER.encode("unicode_escape").decode() in value)
