"""Daily sums are read from a database as from memory."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from database import Database, Transaction
from loyalty.store.achievements import AchievementReader, AchievementRepository, DailySum
from loyalty.store.members import Identity, Member
from loyalty.store.memory.member_state import MemberState
from loyalty.store.memory.store import InMemoryStore

NOW = datetime(2024, 5, 9, 12, tzinfo=UTC)
MAY = date(2024, 5, 1)
DAILY_SUMS = [
    DailySum(MAY + timedelta(days=3), "Z", 10, 10),
    DailySum(MAY + timedelta(days=3), "a", 10),
    DailySum(MAY + timedelta(days=3), "ą", 10, 4),
    DailySum(MAY, "", 10, 10),
    DailySum(MAY + timedelta(days=1), "", -5, 10),
    DailySum(MAY + timedelta(days=2), "", 0),
    DailySum(MAY + timedelta(days=5), "", 10, 10),
]


def all_reads(repository: AchievementReader, member_id: str) -> list[Sequence[DailySum]]:
    """The results of all methods that read daily sums."""
    days = [date.min, *(MAY + timedelta(days=n) for n in range(7))]
    return [
        *(repository.daily_sums(member_id, "a", since=day) for day in days),
        *(repository.unused_daily_sums(member_id, "a", since=day) for day in days),
        *(repository.latest_daily_sums(member_id, "a", most) for most in (1, 5, 6, 7, 50)),
    ]


def in_memory() -> AchievementRepository:
    store = InMemoryStore("A")
    store.load(MemberState(Member(id="ann", registered_at=NOW)))
    store.achievements.save_daily_sums("ann", "a", DAILY_SUMS)
    return store.achievements


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


async def test_a_database_returns_the_daily_sums_that_the_in_memory_store_returns(database: Database) -> None:
    def save(tx: Transaction) -> str:
        ann, bob = register(tx, "ann@example.com"), register(tx, "bob@example.com")
        tx.achievements.save_daily_sums(ann, "a", DAILY_SUMS)
        tx.achievements.save_daily_sums(ann, "b", [DailySum(MAY, "other", 1)])
        tx.achievements.save_daily_sums(bob, "a", [DailySum(MAY, "other", 1)])
        return ann

    ann = await database.store("A").write(save)

    assert await database.store("A").read(lambda tx: all_reads(tx.achievements, ann)) == all_reads(in_memory(), "ann")
    assert not any(await database.store("B").read(lambda tx: all_reads(tx.achievements, ann)))


def test_unused_daily_sums_are_those_since_a_day_and_earlier_ones_that_are_not_used_up() -> None:
    left = in_memory().unused_daily_sums("ann", "a", since=MAY + timedelta(days=4))

    assert [(each.day.day, each.value) for each in left] == [(2, ""), (4, "a"), (4, "ą"), (6, "")]
