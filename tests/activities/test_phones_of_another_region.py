"""A region that is deployed later reads the numbers that are there, joins nobody, and lists who collides."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from activities.events import EventActivities
from database import Database, ReadTransaction, Transaction
from database.pages import PageRequest
from database.programs import Programs
from loyalty.ids import new_id
from loyalty.store.members import Identity
from tests.kit import programs
from tests.kit.scripted_store import ScriptedStore

NOW = datetime.now(UTC)
POLISH = programs.PROGRAM + "region: PL\n"


@pytest.fixture
async def scripted(database: Database) -> ScriptedStore:
    deployed = Programs(database)
    program, revision, _ = await deployed.deploy(programs.files(), by="test")
    return ScriptedStore(database, EventActivities(database, deployed), program, revision, NOW)


async def add(scripted: ScriptedStore, phone: str) -> str:
    member_id = new_id()

    def register(tx: Transaction) -> None:
        nothing = {"profile": {}, "attributes": {}, "tier": "bronze", "password_hash": None}
        tx.members.register(Identity(phone=phone), member_id=member_id, registered_at=NOW, now=NOW, **nothing)

    await scripted.database.store("DEFAULT").write(register)
    return member_id


async def test_numbers_are_read_once_and_members_who_collide_are_listed(scripted: ScriptedStore) -> None:
    phones = ("601 234 567", "601234567", "+48 602 000 000", "ext. 7", "22 123 45 67")
    ids = [await add(scripted, phone) for phone in phones]
    store = scripted.database.store("DEFAULT")

    scripted.program, scripted.revision, _ = await Programs(scripted.database).deploy(
        programs.files(program=POLISH), by="test"
    )
    scripted.now = datetime.now(UTC) + timedelta(minutes=1)
    await asyncio.gather(scripted.wait(0), scripted.wait(0))
    await scripted.wait(1)

    def read(tx: ReadTransaction) -> tuple[list[str | None], set[frozenset[str]], datetime | None]:
        collisions, _ = tx.members.collisions(PageRequest(10))
        pairs = {frozenset((each.member, each.other)) for each in collisions}
        return [tx.members.facts(each).phone for each in ids], pairs, tx.due_items.earliest()

    found, pairs, earliest = await store.read(read)
    assert sorted(found[:2]) in (["+48601234567", "601 234 567"], ["+48601234567", "601234567"])
    assert found[2:] == ["+48 602 000 000", "ext. 7", "+48221234567"]
    assert pairs == {frozenset(ids[:2])}
    assert earliest is None
