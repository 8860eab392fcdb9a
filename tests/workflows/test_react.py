"""Events answered, on a real Temporal server."""

from datetime import UTC, datetime, timedelta

from temporalio.client import Client

from database import Database
from tests import programs
from tests.running import running

MAY = datetime(2024, 5, 1, 9, 0, tzinfo=UTC)


async def test_a_purchase_becomes_points(database: Database, temporal: Client) -> None:
    async with running(database, temporal, programs.files()) as laurel:
        ann = await laurel.register()

        outcome = await laurel.report(ann, "purchase", {"total": 80})

        assert await laurel.points(ann) == 80
        assert outcome.outcome == "applied"
        assert outcome.fired == ["reactor/points-for-purchase"]


async def test_seven_days_in_a_row_pay_once(database: Database, temporal: Client) -> None:
    async with running(database, temporal, programs.files()) as laurel:
        ann = await laurel.register()

        outcomes = [await laurel.report(ann, "app_login", time=MAY + timedelta(days=day)) for day in range(8)]

        assert [outcome.did[0] for outcome in outcomes[:7]] == [f"seven-days {day}/7" for day in range(1, 8)]
        assert outcomes[7].outcome == "nothing"
        assert await laurel.points(ann) == 100
        facts = await laurel.parts.database.store(laurel.store).read(lambda tx: tx.members.facts(ann))
        assert facts.badges == ("early-bird",)
