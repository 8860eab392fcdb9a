"""The in-memory engine does what production does: the same script in both, from one database."""

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
from loyalty.decisions.decision_json import to_json, written_out
from loyalty.engine.in_memory import InMemoryEngine, ProcessedEvent
from loyalty.engine.snapshots import MemberSnapshot, load_into
from tests.kit import busy_shop
from tests.kit.scripted_store import ScriptedStore

FIRST = datetime(2026, 3, 28, 21, 30, tzinfo=UTC)
"""The evening before clocks change in Warsaw."""

MEMBERS = 3


@pytest.fixture
async def played(database: Database) -> ScriptedStore:
    known = Programs(database)
    program, revision, _ = await known.deploy(busy_shop.files(), by="test")
    return ScriptedStore(database, EventActivities(database, known), program, revision, FIRST)


@dataclass(frozen=True)
class Deed:
    """Something of a script: an event, or so many days that pass."""

    member: int
    type: str
    body: dict[str, Any]
    days: int = 0


def script(random: Random, length: int) -> Iterator[Deed]:
    """Purchases, refunds, logins and days, as they come."""
    for _ in range(length):
        member, kind = random.randrange(MEMBERS), random.randrange(10)
        match kind:
            case 0 | 1 | 2 | 3:
                channel = random.choice([{}, {"channel": "web"}, {"channel": "store"}])
                yield Deed(member, "purchase", {"total": random.randrange(1, 900) / 10} | channel)
            case 4 | 5:
                yield Deed(member, "app_login", {})
            case 6:
                yield Deed(member, "refund", {"total": random.randrange(1, 120)})
            case _:
                yield Deed(member, "", {}, days=random.randrange(1, 6))


async def snapshot(played: ScriptedStore, member_id: str) -> MemberSnapshot:
    return await played.database.store("DEFAULT").read(lambda tx: current_snapshot(tx, member_id))


async def trial_of(played: ScriptedStore, member_id: str) -> InMemoryEngine:
    """A trial that begins where production is."""
    used = await played.database.store("DEFAULT").read(used_by_program)
    trial = InMemoryEngine(played.program, played.now)
    trial.store.used.update(used)
    load_into(trial, await snapshot(played, member_id))
    return trial


async def known_events(played: ScriptedStore) -> set[str]:
    ids = await played.database.store("DEFAULT").read(lambda tx: tx.connection.execute(select(event.c.id)).scalars())
    return set(ids)


Done = dict[str, Any]


async def done_since(played: ScriptedStore, member_id: str, known: set[str]) -> list[Done]:
    """What production did for a member, event by event."""

    def read(tx: Transaction) -> list[Done]:
        mine = select(event).where(event.c.member == member_id).order_by(event.c.received_at, event.c.id)
        rows = [row for row in tx.connection.execute(mine) if row.id not in known]
        results = {row.event: row.result["did"] for row in tx.connection.execute(select(step))}
        return [_done(row.type, row.body, written_out(row.decision), results.get(row.id, [])) for row in rows]

    return sorted(await played.database.store("DEFAULT").read(read), key=_order)


def _done(type_: str, body: Any, decision: Any, did: Sequence[str]) -> Done:
    told = {key: value for key, value in body.items() if key not in ("lot", "issued_reward", "coupon")}
    return {"type": type_, "body": rules.exact.dumps(told), "decision": rules.exact.dumps(decision), "did": list(did)}


def _order(done: Done) -> str:
    return f"{done['type']} {done['body']} {done['decision']}"


def done_in(happened: Sequence[ProcessedEvent]) -> list[Done]:
    """What a trial did."""
    done = [_done(each.type, each.body, written_out(to_json(each.decision)), each.log) for each in happened]
    return sorted(done, key=_order)


def state(opening: MemberSnapshot) -> dict[str, Any]:
    """Everything of a member that has no id of its own."""
    account = opening.state
    return {
        "tier": account.member.tier,
        "attributes": rules.exact.dumps(account.member.attributes),
        "badges": account.badges,
        "balances": account.balances,
        "lots": sorted(
            str((x.wallet, x.points, x.remaining, x.active_from, x.expires_at)) for x in account.lots.values()
        ),
        "marks": {name: marks for name, marks in account.daily_sums.items() if marks},
        "completed": account.completed,
        "used": account.used,
        "coupons": sorted(str((x.reward, x.expires_at)) for x in account.issued.values() if x.status == "issued"),
    }


def state_in(trial: InMemoryEngine, member_id: str) -> dict[str, Any]:
    return state(MemberSnapshot(trial.store.members_by_id[member_id]))


@pytest.mark.parametrize("seed", [1, 2])
async def test_what_a_trial_does_production_does(played: ScriptedStore, seed: int) -> None:
    random = Random(seed)
    members = [await played.register(f"m{n}@example.com") for n in range(MEMBERS)]
    seen: set[str] = set()

    for deed in script(random, 60):
        member, known = members[deed.member], await known_events(played)
        trial = await trial_of(played, member)
        if deed.days:
            tried = trial.advance(played.now + timedelta(days=deed.days))
            await played.wait(deed.days)
        else:
            tried = trial.report(member, deed.type, rules.exact.loads(rules.exact.dumps(deed.body)))
            await played.report(member, deed.type, deed.body)

        assert done_in(tried) == await done_since(played, member, known)
        assert state_in(trial, member) == state(await snapshot(played, member))
        seen |= {each.type for each in tried} | {answer.verdict for each in tried for answer in each.decision.outcomes}

    assert seen >= {"tier_changed", "badge_granted", "reward_issued", "points_expired", "points_activated"}
    assert seen >= {"limit_reached", "coupon_expired", "achievement_completed", "condition_false", "fired"}
