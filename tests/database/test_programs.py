"""Programs are deployed by one writer at a time, rolled back, and seen by every process, on both databases."""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from database import Database, ReadTransaction, Transaction
from database import programs as module
from database.programs import Programs, UnknownRevision, UnknownStore
from database.revisions import AnotherInForce, NewRevision, NotPulled
from program_files import ProgramFaults, revision_hash
from tests.kit import programs


def titled(title: str) -> Mapping[str, bytes]:
    """A program whose wallet has this title."""
    return programs.files(program=programs.PROGRAM.replace("{default: true,", f"{{title: {title}, default: true,"))


@pytest.fixture
def elsewhere(database: Database, database_url: str) -> Iterator[Database]:
    """The same database, opened as by another process."""
    opened = Database.open(database_url)
    yield opened
    opened.close()


async def history(database: Database) -> list[tuple[int, str, str]]:
    headers = await database.store("DEFAULT").read(lambda tx: tx.revisions.all())
    return [(each.number, each.deployed_by, each.note) for each in headers]


async def test_a_deploy_that_is_based_on_the_revision_in_force_replaces_it(database: Database) -> None:
    deployed = Programs(database)

    first = await deployed.deploy(titled("A"), by="ann", based_on=0)
    second = await deployed.deploy(titled("B"), by="bob", based_on=1, note="spring")

    assert [first[1:], second[1:]] == [(1, True), (2, True)]
    assert await history(database) == [(2, "bob", "spring"), (1, "ann", "")]


@pytest.mark.parametrize("based_on", [0, 1, 3])
async def test_a_deploy_that_is_based_on_another_revision_is_refused_with_the_name_of_its_author(
    database: Database, based_on: int
) -> None:
    deployed = Programs(database)
    await deployed.deploy(titled("A"), by="ann")
    await deployed.deploy(titled("B"), by="bob")

    with pytest.raises(AnotherInForce, match=r"revision 2 is in force, deployed by bob at 20\d\d-.* UTC") as refused:
        await deployed.deploy(titled("C"), by="cid", based_on=based_on)

    assert "`laurel revisions`" in str(refused.value)
    assert (refused.value.number, refused.value.by) == (2, "bob")
    assert [number for number, *_ in await history(database)] == [2, 1]


async def test_a_first_deploy_that_is_based_on_a_revision_is_refused(database: Database) -> None:
    with pytest.raises(AnotherInForce, match="no revision is in force, and this is based on 4"):
        await Programs(database).deploy(titled("A"), by="ann", based_on=4)

    assert await database.access_read(lambda access: access.stores()) == []


async def test_the_same_files_again_change_nothing_on_any_base(database: Database) -> None:
    deployed = Programs(database)
    await deployed.deploy(titled("A"), by="ann")

    again = await deployed.deploy(titled("A"), by="bob", based_on=0)

    assert again[1:] == (1, False)
    assert await history(database) == [(1, "ann", "")]


async def test_a_folder_without_what_the_console_edited_is_refused_until_it_is_pulled(
    database: Database,
) -> None:
    deployed = Programs(database)
    await deployed.deploy(titled("A"), by="ann", pulled=0)
    await deployed.deploy(titled("B"), by="eve", in_console=True)

    with pytest.raises(NotPulled, match=r"revision 2 was edited in the console by eve at 20\d\d-.*laurel pull"):
        await deployed.deploy(titled("C"), by="ann", pulled=1)
    pulled = await deployed.deploy(titled("C"), by="ann", pulled=2)
    after = await deployed.deploy(titled("D"), by="bob", pulled=2)

    assert (pulled[1:], after[1:]) == ((3, True), (4, True))


async def test_a_rollback_in_the_console_must_be_pulled_too(database: Database) -> None:
    deployed = Programs(database)
    await deployed.deploy(titled("A"), by="ann", pulled=0)
    await deployed.deploy(titled("B"), by="ann", pulled=0)
    await deployed.roll_back("DEFAULT", by="eve", in_console=True)

    with pytest.raises(NotPulled, match="revision 3 was edited in the console by eve"):
        await deployed.deploy(titled("C"), by="ann", pulled=2)


def new(title: str, by: str) -> NewRevision:
    files = titled(title)
    return NewRevision({name: content.decode() for name, content in files.items()}, revision_hash(files), by)


async def test_of_two_deploys_at_once_the_second_waits_and_is_refused(database: Database, elsewhere: Database) -> None:
    await Programs(database).deploy(titled("A"), by="test")
    has_put, may_end = threading.Event(), threading.Event()

    def slow(tx: Transaction) -> tuple[int, bool]:
        result = tx.revisions.put_in_force(new("B", "ann"), based_on=1, now=datetime.now(UTC))
        has_put.set()
        assert may_end.wait(30)
        return result

    def fast(tx: Transaction) -> tuple[int, bool]:
        return tx.revisions.put_in_force(new("C", "bob"), based_on=1, now=datetime.now(UTC))

    first = asyncio.create_task(database.store("DEFAULT").write(slow))
    await asyncio.to_thread(has_put.wait, 30)
    second = asyncio.create_task(elsewhere.store("DEFAULT").write(fast))
    await until_a_lock_is_awaited(database)
    may_end.set()
    results = await asyncio.gather(first, second, return_exceptions=True)

    assert results[0] == (2, True)
    assert isinstance(results[1], AnotherInForce)
    assert (results[1].number, results[1].by) == (2, "ann")


async def until_a_lock_is_awaited(database: Database) -> None:
    """Wait until a transaction of PostgreSQL waits for a lock; on SQLite, where this cannot be seen, do not wait."""

    def waiting(tx: ReadTransaction) -> bool:
        if tx.connection.dialect.name == "sqlite":
            return True
        return bool(tx.connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar())

    while not await database.store("DEFAULT").read(waiting):
        await asyncio.sleep(0.01)


async def test_of_many_deploys_at_once_on_one_revision_one_succeeds(database: Database, elsewhere: Database) -> None:
    await Programs(database).deploy(titled("A"), by="test")
    processes = (Programs(database), Programs(elsewhere))

    results = await asyncio.gather(
        *(processes[number % 2].deploy(titled(f"B{number}"), by=f"p{number}", based_on=1) for number in range(10)),
        return_exceptions=True,
    )

    assert sum(isinstance(result, AnotherInForce) for result in results) == 9
    assert [number for number, *_ in await history(database)] == [2, 1]


async def test_a_rollback_is_a_new_revision_with_a_note(database: Database) -> None:
    deployed = Programs(database)
    for title in "ABC":
        await deployed.deploy(titled(title), by="ann")

    to_the_one_before = await deployed.roll_back("DEFAULT", by="bob")
    to_the_first = await deployed.roll_back("DEFAULT", 1, by="bob")
    to_what_is = await deployed.roll_back("DEFAULT", 1, by="cid")

    assert [to_the_one_before, to_the_first, to_what_is] == [(2, 4, True), (1, 5, True), (1, 5, False)]
    assert (await history(database))[:2] == [(5, "bob", "rollback to 1"), (4, "bob", "rollback to 2")]
    assert (await deployed.current("DEFAULT"))[1].default_wallet.title == "A"


async def test_an_unknown_revision_and_an_unknown_store_are_different_errors(database: Database) -> None:
    deployed = Programs(database)

    with pytest.raises(UnknownStore):
        await deployed.revision("DEFAULT", 1)
    await deployed.deploy(titled("A"), by="ann")
    with pytest.raises(UnknownRevision, match="store DEFAULT has no revision 99"):
        await deployed.revision("DEFAULT", 99)


async def test_a_rollback_to_or_based_on_a_wrong_revision_changes_nothing(database: Database) -> None:
    deployed = Programs(database)
    with pytest.raises(UnknownStore):
        await deployed.roll_back("DEFAULT", by="ann")
    await deployed.deploy(titled("A"), by="ann")

    with pytest.raises(UnknownRevision, match="none before its first"):
        await deployed.roll_back("DEFAULT", by="ann")
    with pytest.raises(UnknownRevision, match="no revision 7"):
        await deployed.roll_back("DEFAULT", 7, by="ann")
    await deployed.deploy(titled("B"), by="ann")
    with pytest.raises(AnotherInForce):
        await deployed.roll_back("DEFAULT", 1, by="ann", based_on=1)

    assert [number for number, *_ in await history(database)] == [2, 1]


async def test_a_rollback_to_a_revision_that_cannot_be_read_any_more_is_refused(database: Database) -> None:
    deployed = Programs(database)
    old = NewRevision(
        {"program.yaml": "store: DEFAULT\ntitle: Coffee shop\ntimezone: UTC\nspells: 3\n"}, "0" * 64, "an older Laurel"
    )

    def put(tx: Transaction) -> None:
        tx.revisions.open_store(secret="whsec_x", now=datetime.now(UTC))
        tx.revisions.put_in_force(old, based_on=None, now=datetime.now(UTC))

    await database.store("DEFAULT").write(put)
    await deployed.deploy(titled("B"), by="ann")

    with pytest.raises(ProgramFaults, match=r"program.yaml:4:1: unknown-key"):
        await deployed.roll_back("DEFAULT", by="ann")

    assert (await deployed.current("DEFAULT"))[0] == 2


async def test_a_revision_that_could_not_be_deployed_today_stays_in_force(database: Database) -> None:
    endless = "reactor: endless\non: badge_granted\nthen: [{grant_badge: x}]\n"
    files = programs.files(reactors__endless=endless)
    old = NewRevision({name: content.decode() for name, content in files.items()}, "0" * 64, "an older Laurel")

    def put(tx: Transaction) -> None:
        tx.revisions.open_store(secret="whsec_x", now=datetime.now(UTC))
        tx.revisions.put_in_force(old, based_on=None, now=datetime.now(UTC))

    await database.store("DEFAULT").write(put)
    deployed = Programs(database)

    number, program = await deployed.current("DEFAULT")
    with pytest.raises(ProgramFaults, match="endless-cycle"):
        await deployed.deploy(files, by="ann")

    assert (number, "endless" in {reactor.name for reactor in program.reactors}) == (1, True)


async def test_a_deploy_of_another_process_is_seen_after_a_second_and_old_revisions_stay_readable(
    database: Database, elsewhere: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(module.time, "monotonic", lambda: now)
    here, there = Programs(database), Programs(elsewhere)
    await here.deploy(titled("A"), by="ann")
    before = await here.current("DEFAULT")

    await there.deploy(titled("B"), by="bob")
    at_once = await here.current("DEFAULT")
    now += module.CACHE_SECONDS
    soon = await here.current("DEFAULT")

    assert [before[0], at_once[0], soon[0]] == [1, 1, 2]
    assert soon[1].default_wallet.title == "B"
    assert (await here.revision("DEFAULT", 1)).default_wallet.title == "A"


async def test_a_deploy_of_this_process_is_seen_at_once(database: Database) -> None:
    deployed = Programs(database)
    await deployed.deploy(titled("A"), by="ann")
    await deployed.current("DEFAULT")

    await deployed.deploy(titled("B"), by="ann")

    assert (await deployed.current("DEFAULT"))[0] == 2
