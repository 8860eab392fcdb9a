"""The in-memory engine and production have the same results: one script runs on both."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

import rules
from activities.events import EventActivities
from database import Database, Transaction
from database.programs import Programs
from database.snapshots import current_snapshot, used_by_program
from database.tables import event, step
from loyalty.decisions.decision_json import Wallets, to_json, written_out
from loyalty.engine.in_memory import InMemoryEngine, ProcessedEvent
from loyalty.engine.snapshots import MemberSnapshot, load_into
from tests.kit import busy_shop
from tests.kit.scripted_store import ScriptedStore

FIRST = datetime(2026, 3, 28, 21, 30, tzinfo=UTC)
"""The evening before clocks change in Warsaw."""

MEMBERS = 3


@pytest.fixture
async def scripted(database: Database) -> ScriptedStore:
    deployed = Programs(database)
    program, revision, _ = await deployed.deploy(busy_shop.files(), by="test")
    return ScriptedStore(database, EventActivities(database, deployed), program, revision, FIRST)


@dataclass(frozen=True)
class Action:
    """One action of a script: report an event, or wait for some days."""

    member: int
    type: str
    body: dict[str, Any]
    days: int = 0


def script(random: Random, length: int) -> Iterator[Action]:
    """Random purchases, refunds, logins and waits."""
    for _ in range(length):
        member, kind = random.randrange(MEMBERS), random.randrange(10)
        match kind:
            case 0 | 1 | 2 | 3:
                channel = random.choice([{}, {"channel": "web"}, {"channel": "store"}])
                yield Action(member, "purchase", {"total": random.randrange(1, 900) / 10} | channel)
            case 4 | 5:
                yield Action(member, "app_login", {})
            case 6:
                yield Action(member, "refund", {"total": random.randrange(1, 120)})
            case _:
                yield Action(member, "", {}, days=random.randrange(1, 6))


async def snapshot(scripted: ScriptedStore, member_id: str) -> MemberSnapshot:
    return await scripted.database.store("DEFAULT").read(lambda tx: current_snapshot(tx, member_id))


async def engine_of(scripted: ScriptedStore, member_id: str) -> InMemoryEngine:
    """An in-memory engine with the state of a member in the database."""
    used = await scripted.database.store("DEFAULT").read(used_by_program)
    engine = InMemoryEngine(scripted.program, scripted.now)
    engine.store.used.update(used)
    load_into(engine, await snapshot(scripted, member_id))
    return engine


async def event_ids(scripted: ScriptedStore) -> set[str]:
    ids = await scripted.database.store("DEFAULT").read(lambda tx: tx.connection.execute(select(event.c.id)).scalars())
    return set(ids)


EventRecord = dict[str, Any]


async def records_since(scripted: ScriptedStore, member_id: str, before: set[str]) -> list[EventRecord]:
    """The events of a member that production processed, without those in `before`."""

    def read(tx: Transaction) -> list[EventRecord]:
        of_member = select(event).where(event.c.member == member_id).order_by(event.c.received_at, event.c.id)
        rows = [row for row in tx.connection.execute(of_member) if row.id not in before]
        results: dict[str, list[str]] = {}
        in_order = select(step).order_by(step.c.name != "decide", step.c.name)
        for row in tx.connection.execute(in_order):
            results[row.event] = results.get(row.event, []) + row.result["did"]
        wallets = scripted.program.wallets
        return [
            _record(row.type, row.body, written_out(row.decision, wallets), results.get(row.id, [])) for row in rows
        ]

    return sorted(await scripted.database.store("DEFAULT").read(read), key=_order)


def _record(type_: str, body: Any, decision: Any, did: Sequence[str]) -> EventRecord:
    comparable = {key: value for key, value in body.items() if key not in ("lot", "issued_reward", "coupon")}
    return {
        "type": type_,
        "body": rules.exact.dumps(comparable),
        "decision": rules.exact.dumps(decision),
        "did": list(did),
    }


def _order(record: EventRecord) -> str:
    return f"{record['type']} {record['body']} {record['decision']}"


def records_of(processed: Sequence[ProcessedEvent], wallets: Wallets) -> list[EventRecord]:
    """The events that the in-memory engine processed."""
    records = [
        _record(each.type, each.body, written_out(to_json(each.decision), wallets), each.log) for each in processed
    ]
    return sorted(records, key=_order)


def state(of: MemberSnapshot) -> dict[str, Any]:
    """The state of a member, without the ids of lots and coupons."""
    member_state = of.state
    return {
        "tier": member_state.member.tier,
        "attributes": rules.exact.dumps(member_state.member.attributes),
        "badges": member_state.badges,
        "balances": member_state.balances,
        "lots": sorted(
            str((x.wallet, x.points, x.remaining, x.active_from, x.expires_at)) for x in member_state.lots.values()
        ),
        "daily_sums": {name: sums for name, sums in member_state.daily_sums.items() if sums},
        "completed": member_state.completed,
        "used": member_state.used,
        "coupons": sorted(str((x.reward, x.expires_at)) for x in member_state.issued.values() if x.status == "issued"),
    }


def state_in(engine: InMemoryEngine, member_id: str) -> dict[str, Any]:
    return state(MemberSnapshot(engine.store.members_by_id[member_id]))


@pytest.mark.parametrize("seed", [1, 2])
async def test_the_in_memory_engine_has_the_results_of_production(scripted: ScriptedStore, seed: int) -> None:
    random = Random(seed)
    members = [await scripted.register(f"m{n}@example.com") for n in range(MEMBERS)]
    seen: set[str] = set()

    for action in script(random, 60):
        member, before = members[action.member], await event_ids(scripted)
        engine = await engine_of(scripted, member)
        if action.days:
            processed = engine.advance(scripted.now + timedelta(days=action.days))
            await scripted.wait(action.days)
        else:
            processed = engine.report(member, action.type, rules.exact.loads(rules.exact.dumps(action.body)))
            await scripted.report(member, action.type, action.body)

        assert records_of(processed, scripted.program.wallets) == await records_since(scripted, member, before)
        assert state_in(engine, member) == state(await snapshot(scripted, member))
        seen |= {each.type for each in processed} | {
            outcome.verdict for each in processed for outcome in each.decision.outcomes
        }

    assert seen >= {"tier_changed", "badge_granted", "reward_issued", "points_expired", "points_activated"}
    assert seen >= {"limit_reached", "coupon_expired", "achievement_completed", "condition_false", "fired"}
