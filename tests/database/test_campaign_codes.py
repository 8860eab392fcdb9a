"""Redemption codes on real databases: of events at the same time one gets a code, and none is made twice."""

import asyncio

import pytest
from sqlalchemy import func, select

from database import Database
from database.tables import campaign_code, event, transfer
from loyalty.campaigns.codes import generate_codes, upload_codes
from loyalty.campaigns.refusals import CampaignCodesTaken, InvalidCampaignCode, TakesNoCampaignCodes
from loyalty.decisions.decision_json import from_json
from loyalty.transactions.operations import register_transaction
from tests.kit.code_store import WINTER, CodeStore
from tests.kit.scripted_store import FIRST
from tests.kit.shop import document


async def test_a_code_is_used_once_however_many_send_it(database: Database) -> None:
    store = await CodeStore.open(database, members=8)
    await store.operate(upload_codes, "winter", ["ABC", "DEF"])

    await asyncio.gather(*(store.scripted.report(each, "promo", {"code": "abc"}) for each in store.members))
    await asyncio.gather(*(store.scripted.report(each, "promo", {"code": "def"}) for each in store.members[:3]))

    assert await store.rows(select(func.count()).select_from(transfer)) == [(2,)]
    used = await store.rows(select(campaign_code.c.code, campaign_code.c.used).order_by(campaign_code.c.code))
    assert used == [("ABC", 1), ("DEF", 1)]


async def test_codes_that_are_made_at_the_same_time_are_all_different(database: Database) -> None:
    store = await CodeStore.open(database, members=1)

    await asyncio.gather(*(store.operate(generate_codes, "winter", 50) for _ in range(4)))

    assert await store.rows(select(func.count(func.distinct(campaign_code.c.code)))) == [(200,)]


async def test_codes_are_uploaded_all_or_none(database: Database) -> None:
    store = await CodeStore.open(database, members=1)
    await store.operate(upload_codes, "winter", ["ABC"])

    for refused, codes in ((CampaignCodesTaken, ["NEW", "abc"]), (InvalidCampaignCode, ["ONE", "one"])):
        with pytest.raises(refused):
            await store.operate(upload_codes, "winter", codes)
    with pytest.raises(InvalidCampaignCode):
        await store.operate(upload_codes, "winter", ["with space"])
    with pytest.raises(TakesNoCampaignCodes):
        await store.operate(upload_codes, "points-for-purchase", ["ABC"])

    assert await store.rows(select(func.count()).select_from(campaign_code)) == [(1,)]


async def test_a_decision_says_why_a_code_is_refused(database: Database) -> None:
    store = await CodeStore.open(database, members=2)
    await store.operate(upload_codes, "winter", ["ABC"])
    ann, bob = store.members

    for member, code in ((ann, "NONE"), (ann, "ABC"), (bob, "ABC")):
        await store.scripted.report(member, "promo", {"code": code})

    promos = select(event.c.decision).where(event.c.type == "promo").order_by(event.c.id)
    decided = [from_json(row[0], store.scripted.program.wallets) for row in await store.rows(promos)]
    outcomes = [outcome for decision in decided for outcome in decision.outcomes]
    assert [(each.verdict, each.because) for each in outcomes] == [
        ("code_refused", "NONE is not a code of it"),
        ("fired", "it has no condition"),
        ("code_refused", "the code ABC was used 1 of 1 times"),
    ]


async def test_a_rule_that_takes_too_long_is_no_refused_code(database: Database) -> None:
    inner = f"{{reduce: [{[1] * 600}, {{'+': [{{var: accumulator}}, 1]}}, 0]}}"
    loop = f"{{reduce: [{[1] * 600}, {{'+': [{{var: accumulator}}, {inner}]}}, 0]}}"
    slow = WINTER.replace("{var: event.body.code}", f"{{if: [{{'>': [{loop}, 0]}}, {{var: event.body.code}}, '']}}")
    store = await CodeStore.open(database, members=1, winter=slow)
    await store.operate(upload_codes, "winter", ["ABC"])

    await store.scripted.report(store.members[0], "promo", {"code": "ABC"})

    promos = select(event.c.decision, event.c.status).where(event.c.type == "promo")
    ((written, status),) = await store.rows(promos)
    (outcome,) = from_json(written, store.scripted.program.wallets).outcomes
    assert (status, outcome.verdict) == ("applied", "too_much_work")
    assert outcome.because == "the rule of its redemption code needs more work than one evaluation may take"
    assert await store.rows(select(campaign_code.c.used)) == [(0,)]


async def test_a_code_is_given_back_once_when_all_that_used_it_came_back(database: Database) -> None:
    store = await CodeStore.open(database, members=4)
    scripted = store.scripted
    await store.operate(upload_codes, "till", ["ABC"])
    sell = [
        document(f"S{number}", "beans", "cup", now=FIRST, email=f"member-{number}@example.com", labels={"code": "abc"})
        for number in range(4)
    ]
    back = {"now": FIRST, "type": "return", "linked_number": "S0"}
    used = select(campaign_code.c.used, campaign_code.c.used_at, campaign_code.c.member)

    await scripted.operate(register_transaction, sell[0])
    assert await store.rows(used) == [(1, FIRST, store.members[0])]
    await scripted.operate(register_transaction, document("R1", "cup", **back))
    assert await store.rows(used) == [(1, FIRST, store.members[0])], "a part came back"
    await scripted.operate(register_transaction, document("R2", "beans", **back))
    assert await store.rows(used) == [(0, None, None)]
    await asyncio.gather(*(scripted.operate(register_transaction, each) for each in sell[1:]))

    assert [row[0] for row in await store.rows(used)] == [1], "one of three gets it"
    assert await store.rows(select(func.sum(transfer.c.points)).where(transfer.c.kind == "award")) == [(20 * 10**6,)]
