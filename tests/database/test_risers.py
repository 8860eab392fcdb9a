"""A tier that is added, or begins lower, reaches at once those who stand there already, on both databases."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from activities.events import EventActivities
from database import Database, Transaction
from database.deploys import SEEN_EVERYWHERE
from database.programs import CACHE_SECONDS, Programs
from database.tables import deadline, event
from loyalty.losses import DeployConsent
from loyalty.program.outline import Outline
from loyalty.program.program import Program
from loyalty.program.wallets import ONE
from loyalty.tiers.standing import standing
from program_files import read_program
from tests.kit import programs
from tests.kit.scripted_store import ScriptedStore
from tests.kit.tiers import AddedMember, add_members

TIERS = "tiers:\n  - {tier: bronze, from: 0}\n  - {tier: silver, from: 500}\n"
JADE = "  - {tier: jade, from: 900}\n"
GOLD = "  - {tier: gold, from: 2000}\n"
HEAD = programs.PROGRAM[: programs.PROGRAM.index("tiers:")]


def shop(tiers: str, **more: str) -> Mapping[str, bytes]:
    return programs.files(program=HEAD + tiers + "".join(f"{key}: {value}\n" for key, value in more.items()))


def outline(tiers: str, **more: str) -> Outline:
    return Outline.of(read_program(shop(tiers, **more)))


def test_a_new_revision_is_seen_everywhere_before_members_are_judged_by_it() -> None:
    assert SEEN_EVERYWHERE.total_seconds() > CACHE_SECONDS


@pytest.mark.parametrize(
    ("old", "new", "easier"),
    [
        (TIERS + GOLD, TIERS + GOLD, {}),
        (TIERS, TIERS + GOLD, {"gold": (2000, None)}),
        (TIERS + GOLD, TIERS, {}),
        (TIERS + GOLD, TIERS + GOLD.replace("2000", "1000"), {"gold": (1000, 2000)}),
        (TIERS + GOLD, TIERS + GOLD.replace("2000", "3000"), {}),
        (TIERS + GOLD, TIERS + JADE + GOLD, {"jade": (900, 2000)}),
        (TIERS + GOLD, TIERS + GOLD.replace("gold", "or"), {}),
        ("tier_by: earned_points\n", TIERS, {"bronze": (0, None), "silver": (500, None)}),
        (TIERS, TIERS + "tier_by: active_points\n", {"bronze": (0, None), "silver": (500, None)}),
        (TIERS, TIERS + "tier_review: {after: 1y}\n", {}),
        (TIERS + "tier_review: {after: 1y}\n", TIERS, {"bronze": (0, None), "silver": (500, None)}),
    ],
)
def test_tiers_are_easier_that_are_new_or_begin_lower(
    old: str, new: str, easier: Mapping[str, tuple[int, int | None]]
) -> None:
    found = outline(new).tier_rules.easier_than(outline(old).tier_rules)

    starts = {tier.name: (tier.start // ONE, None if tier.before is None else tier.before // ONE) for tier in found}
    assert starts == easier


@pytest.mark.parametrize("more", [{}, {"tier_by": "active_points"}, {"tier_review": "{after: 365d}"}])
async def test_the_database_finds_exactly_those_whose_standing_reaches_a_higher_tier(
    database: Database, more: Mapping[str, str]
) -> None:
    deployed, easier = Programs(database), shop(TIERS + JADE + GOLD.replace("2000", "1500.5"), **more)
    old, _, _ = await deployed.deploy(shop(TIERS + GOLD, **more), by="test")
    new = read_program(easier)
    members = await add_members(database, 300, seed=7)

    rules = Outline.of(old).tier_rules, Outline.of(new).tier_rules
    counted = await database.store("DEFAULT").read(lambda tx: tx.risers.count(*rules, now=datetime.now(UTC)))
    await deployed.deploy(easier, by="test")

    def scheduled(tx: Transaction) -> set[str]:
        here = deadline.select().where(deadline.c.kind == "judge_tier")
        return {row.subject for row in tx.connection.execute(here)}

    expected = {each.id: rise for each in members if (rise := _rise(each, old, new)) is not None}
    assert len(expected) > 20
    assert await database.store("DEFAULT").write(scheduled) == set(expected)
    assert counted == dict(Counter(expected.values()))


def _rise(each: AddedMember, old: Program, new: Program) -> str | None:
    """The tier that a member newly reaches, if it is above the present one."""
    reached = new.tier_at(standing(new.default_tier_set, each.balance, each.tier_base))
    before = old.tier_at(standing(old.default_tier_set, each.balance, each.tier_base))
    present = new.tier_named(each.tier)
    is_new = reached is not None and (before is None or reached.name != before.name)
    is_higher = reached is not None and (present.start < reached.start if present else each.tier is None)
    return reached.name if reached is not None and is_new and is_higher else None


@pytest.fixture
async def store(database: Database) -> ScriptedStore:
    deployed = Programs(database)
    program, revision, _ = await deployed.deploy(shop(TIERS), by="test")
    return ScriptedStore(database, EventActivities(database, deployed), program, revision, datetime.now(UTC))


async def deploy(store: ScriptedStore, files: Mapping[str, bytes]) -> None:
    store.program, store.revision, _ = await Programs(store.database).deploy(
        files, by="test", consent=DeployConsent(rename=True)
    )


async def test_members_who_stand_in_a_new_tier_rise_once_with_an_event_each(store: ScriptedStore) -> None:
    ann, bob = await store.register("ann@example.com"), await store.register("bob@example.com")
    await store.report(ann, "purchase", {"total": 2500})
    await store.report(bob, "purchase", {"total": 700})

    await deploy(store, shop(TIERS + GOLD))
    await store.wait(1)
    more = {"reactors/more.yaml": b"reactor: more\non: purchase\nthen: [{grant_badge: x}]\n"}
    await deploy(store, {**shop(TIERS + GOLD), **more})
    await store.wait(1)

    members = store.database.store("DEFAULT")
    found = [await members.read(lambda tx, each=each: tx.members.facts(each)) for each in (ann, bob)]
    assert [each.tier for each in found] == ["gold", "silver"]
    changes = await changes_of(store, ann)
    assert changes == [{"from": "bronze", "to": "silver", "up": True}, {"from": "silver", "to": "gold", "up": True}]
    assert len(await changes_of(store, bob)) == 1


async def changes_of(store: ScriptedStore, member_id: str) -> list[Mapping[str, object]]:
    """The bodies of a member's `tier_changed` events, in their order."""

    def read(tx: Transaction) -> list[Mapping[str, object]]:
        of_member = event.select().where(event.c.member == member_id, event.c.type == "tier_changed")
        return [row.body for row in tx.connection.execute(of_member.order_by(event.c.received_at, event.c.id))]

    return await store.database.store("DEFAULT").write(read)
