"""Writes that conflict with concurrent ones: retried, a bounded number of times."""

from datetime import UTC, datetime

import pytest

from database import Database, Transaction
from database.database import MAX_TRIES
from loyalty.refusals import MemberIdTaken
from loyalty.store.conflicts import ConcurrentInsert
from loyalty.store.members import Identity

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)


def open_store(tx: Transaction) -> bool:
    return tx.revisions.open_store(secret="whsec_x", now=NOW)


async def test_a_write_that_conflicts_runs_again_without_what_it_wrote_before(database: Database) -> None:
    is_new: list[bool] = []

    def work(tx: Transaction) -> int:
        is_new.append(open_store(tx))
        if len(is_new) < MAX_TRIES:
            raise ConcurrentInsert("member")
        return len(is_new)

    tries = await database.store("A").write(work)

    assert tries == MAX_TRIES
    assert is_new == [True] * MAX_TRIES


@pytest.mark.parametrize("refusal", [MemberIdTaken("some id"), None])
async def test_a_write_that_goes_on_to_conflict_ends_with_its_refusal_or_the_conflict(
    sqlite_database: Database, refusal: MemberIdTaken | None
) -> None:
    tries = 0

    def work(_tx: Transaction) -> None:
        nonlocal tries
        tries += 1
        raise ConcurrentInsert("member", refusal=refusal)

    with pytest.raises(ConcurrentInsert if refusal is None else MemberIdTaken):
        await sqlite_database.store("A").write(work)

    assert tries == MAX_TRIES


async def test_a_member_with_the_id_of_another_is_not_added(database: Database) -> None:
    def register(tx: Transaction, email: str) -> bool:
        return tx.members.register(
            Identity(email=email),
            member_id="0199c0de-7a11-7c0f-8e57-000000000001",
            profile={},
            attributes={},
            tier=None,
            password_hash=None,
            registered_at=NOW,
            now=NOW,
        )

    for store in ("A", "B"):
        await database.store(store).write(open_store)
    is_new = [await database.store(store).write(lambda tx, store=store: register(tx, store)) for store in ("A", "B")]

    assert is_new == [True, False]
