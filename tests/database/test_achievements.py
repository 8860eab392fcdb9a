"""Marks are read from a database as from memory."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from database import Database, Transaction
from loyalty.store.achievements import AchievementReader, AchievementRepository, DailySum
from loyalty.store.members import Identity, Member
from loyalty.store.memory.member_state import MemberState
from loyalty.store.memory.store import InMemoryStore

NOW = datetime(2024, 5, 9, 12, tzinfo=UTC)
MAY = date(2024, 5, 1)
MARKS = [
    DailySum(MAY + timedelta(days=3), "Z", 10, 10),
    DailySum(MAY + timedelta(days=3), "a", 10),
    DailySum(MAY + timedelta(days=3), "ą", 10, 4),
    DailySum(MAY, "", 10, 10),
    DailySum(MAY + timedelta(days=1), "", -5, 10),
    DailySum(MAY + timedelta(days=2), "", 0),
    DailySum(MAY + timedelta(days=5), "", 10, 10),
]


def found(book: AchievementReader, member_id: str) -> list[Sequence[DailySum]]:
    """All that can be asked of marks."""
    days = [date.min, *(MAY + timedelta(days=n) for n in range(7))]
    return [
        *(book.daily_sums(member_id, "a", since=day) for day in days),
        *(book.unused_daily_sums(member_id, "a", since=day) for day in days),
        *(book.latest_daily_sums(member_id, "a", most) for most in (1, 5, 6, 7, 50)),
    ]


def memory() -> AchievementRepository:
    books = InMemoryStore("A")
    books.load(MemberState(Member(id="ann", registered_at=NOW)))
    books.achievements.save_daily_sums("ann", "a", MARKS)
    return books.achievements


def register(tx: Transaction, email: str) -> str:
    tx.members.register(
        Identity(email=email),
        member_id=email,
        profile={},
        attributes={},
        tier=None,
        password_hash=None,
        registered_at=NOW,
        now=NOW,
    )
    return email


async def test_a_database_finds_the_marks_that_memory_finds(database: Database) -> None:
    def keep(tx: Transaction) -> str:
        ann, bob = register(tx, "ann@example.com"), register(tx, "bob@example.com")
        tx.achievements.save_daily_sums(ann, "a", MARKS)
        tx.achievements.save_daily_sums(ann, "b", [DailySum(MAY, "other", 1)])
        tx.achievements.save_daily_sums(bob, "a", [DailySum(MAY, "other", 1)])
        return ann

    ann = await database.store("A").write(keep)

    assert await database.store("A").read(lambda tx: found(tx.achievements, ann)) == found(memory(), "ann")
    assert not any(await database.store("B").read(lambda tx: found(tx.achievements, ann)))


def test_marks_left_are_those_since_a_day_and_earlier_ones_unless_just_their_amount_is_used() -> None:
    left = memory().unused_daily_sums("ann", "a", since=MAY + timedelta(days=4))

    assert [(mark.day.day, mark.value) for mark in left] == [(2, ""), (4, "a"), (4, "ą"), (6, "")]
