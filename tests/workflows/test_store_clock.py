"""A store's clock over a simulated year, on the real server, by skipping time."""

from collections.abc import Mapping
from datetime import timedelta

from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from activities.temporal_names import TASK_QUEUE, clock_id
from database import Database
from tests.kit import programs
from tests.kit.receiver import Receiver
from tests.kit.running import Running, running
from workflows.store_clock import StoreClock

DAY = timedelta(days=1)
SUBSCRIBED = ("PointsWillExpire", "AvailablePointsAmountChanged", "CouponWillExpire")
TIER_MESSAGES = ("LevelWillExpire", "CustomerLevelChanged")

PENDING = """\
reactor: points-for-purchase
on: purchase
then: [{award_points: {points: {var: event.body.total}, pending: 14d, expires: {after: 1y}}}]
"""
COUPON = """\
reactor: points-for-purchase
on: purchase
then: [{issue_reward: free-coffee}]
"""
FREE_COFFEE = "reward: free-coffee\ntitle: A free coffee\ncoupon: {value: 10, type: money, valid: 30d}\n"


class Year:
    """A store, its clock, and the messages that its receiver got, while time is moved forward."""

    def __init__(self, laurel: Running, environment: WorkflowEnvironment, receiver: Receiver) -> None:
        self.laurel = laurel
        self._environment = environment
        self._receiver = receiver
        self._handle: WorkflowHandle[StoreClock, None] | None = None

    async def begin(self, *names: str) -> None:
        """Subscribe, and start the clock, with time standing still."""
        for name in names or SUBSCRIBED:
            await self.laurel.subscribe(name, self._receiver.url)
        with self._environment.with_time_skipping_disabled():
            self._handle = await self._environment.client.start_workflow(
                StoreClock.run, self.laurel.store, id=clock_id(self.laurel.store), task_queue=TASK_QUEUE
            )

    async def report(self, *event: object) -> None:
        with self._environment.with_time_skipping_disabled():
            await self.laurel.report(*event)  # type: ignore[arg-type]  # passed on as they are

    async def pass_by(self, span: timedelta) -> None:
        assert self._handle is not None
        await self._environment.fast_forward(self._handle, span)

    async def messages(self, count: int) -> list[tuple[str, Mapping[str, object]]]:
        """The messages received, once there are so many."""
        requests = await self._receiver.arrival(lambda arrived: len(arrived) >= count)
        return [(request.json["eventName"], request.json["data"]) for request in requests]


async def test_points_expire_after_a_warning_seven_days_before(
    sqlite_database: Database, skipping: WorkflowEnvironment, receiver: Receiver
) -> None:
    async with running(sqlite_database, skipping.client, programs.files()) as laurel:
        year = Year(laurel, skipping, receiver)
        await year.begin()
        ann = await laurel.register()
        await year.report(ann, "purchase", {"total": 80})

        await year.pass_by(82 * DAY)
        at_first = await year.messages(1)
        await year.pass_by(2 * DAY)
        warned = await year.messages(2)
        left = await laurel.points(ann)
        await year.pass_by(7 * DAY)
        expired = await year.messages(3)

        assert [(name, data["amountChange"]) for name, data in at_first] == [("AvailablePointsAmountChanged", 80)]
        assert [name for name, _ in warned[1:]] == ["PointsWillExpire"]
        assert warned[1][1]["remainingUnits"] == 80
        assert left == 80
        assert [name for name, _ in expired[2:]] == ["AvailablePointsAmountChanged"]
        assert (expired[2][1]["amountChangeType"], expired[2][1]["amountChange"], expired[2][1]["amount"]) == (
            "subtract",
            80,
            0,
        )
        assert await laurel.points(ann) == 0


async def test_lots_that_expire_together_are_expired_in_one_batch(
    sqlite_database: Database, skipping: WorkflowEnvironment, receiver: Receiver
) -> None:
    files = programs.files(program=programs.PROGRAM.replace("{after: 90d}", "{end_of: year}"))
    async with running(sqlite_database, skipping.client, files) as laurel:
        year = Year(laurel, skipping, receiver)
        await year.begin()
        members = [await laurel.register(f"{n}@example.com") for n in range(6)]
        for member in members:
            await year.report(member, "purchase", {"total": 10})

        await year.pass_by(365 * DAY)
        received = await year.messages(18)

        names = [name for name, _ in received]
        assert names.count("PointsWillExpire") == 6
        assert names.count("AvailablePointsAmountChanged") == 12
        assert [await laurel.points(member) for member in members] == [0] * 6
        batches = [w async for w in skipping.client.list_workflows("WorkflowType = 'ReactToBatch'")]
        assert len(batches) == 2


async def test_pending_points_become_active_and_then_count(
    sqlite_database: Database, skipping: WorkflowEnvironment, receiver: Receiver
) -> None:
    files = programs.files(**{"reactors__points-for-purchase": PENDING})
    async with running(sqlite_database, skipping.client, files) as laurel:
        year = Year(laurel, skipping, receiver)
        await year.begin()
        ann = await laurel.register()
        await year.report(ann, "purchase", {"total": 80})
        before = await laurel.points(ann)

        await year.pass_by(15 * DAY)
        ((name, data),) = await year.messages(1)

        assert before == 0
        assert (name, data["amountChangeType"], data["amount"]) == ("AvailablePointsAmountChanged", "add", 80)
        assert await laurel.points(ann) == 80


async def test_a_coupon_expires_after_a_warning(
    sqlite_database: Database, skipping: WorkflowEnvironment, receiver: Receiver
) -> None:
    files = programs.files(**{"reactors__points-for-purchase": COUPON, "rewards__free-coffee": FREE_COFFEE})
    async with running(sqlite_database, skipping.client, files) as laurel:
        year = Year(laurel, skipping, receiver)
        await year.begin()
        ann = await laurel.register()
        await year.report(ann, "purchase", {"total": 80})

        await year.pass_by(28 * DAY)
        ((name, _),) = await year.messages(1)
        await year.pass_by(3 * DAY)
        (reward,) = await laurel.parts.database.store(laurel.store).read(lambda tx: tx.rewards.of_member(ann))

        assert name == "CouponWillExpire"
        assert reward.status == "expired"


async def test_a_tier_is_reached_kept_and_lost_after_a_warning(
    sqlite_database: Database, skipping: WorkflowEnvironment, receiver: Receiver
) -> None:
    program = programs.PROGRAM.replace("coupons: 3d}", "tier: 14d}") + "tier_review: {after: 100d}\n"
    async with running(sqlite_database, skipping.client, programs.files(program=program)) as laurel:
        year = Year(laurel, skipping, receiver)
        await year.begin(*TIER_MESSAGES)
        ann = await laurel.register()
        await year.report(ann, "purchase", {"total": 600})

        await year.pass_by(150 * DAY)
        kept = await year.messages(2)
        await year.pass_by(40 * DAY)
        warned = await year.messages(3)
        await year.pass_by(20 * DAY)
        lost = await year.messages(4)

        known = await laurel.parts.database.store(laurel.store).read(lambda tx: tx.members.facts(ann))
        assert [name for name, _ in kept] == ["CustomerLevelChanged", "LevelWillExpire"]
        assert kept[0][1]["level"]["levelMoveUp"] is True  # type: ignore[index]  # as it is sent
        assert [data["futureLevelName"] for _, data in (kept[1], *warned[2:])] == ["silver", "bronze"]
        assert [(name, data["level"]["name"]) for name, data in lost[3:]] == [("CustomerLevelChanged", "bronze")]  # type: ignore[index]
        assert (known.tier, known.tier_base, known.tier_until is not None) == ("bronze", 600_000_000, True)
