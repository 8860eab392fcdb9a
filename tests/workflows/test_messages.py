"""Every message that Laurel sends, received by a real server and compared with its published shape."""

from datetime import UTC, datetime, timedelta

from temporalio.client import Client

from database import Database
from loyalty.webhooks.messages import EVENT_NAMES
from tests.kit import programs
from tests.kit.due_items import run_due_items
from tests.kit.receiver import Receiver
from tests.kit.running import Running, running
from tests.kit.shapes import faults
from tests.kit.webhook_shapes import BODY, CURRENT

MAY = datetime(2024, 5, 1, 9, 0, tzinfo=UTC)

EVERYTHING = """\
reactor: points-for-purchase
on: purchase
then: [{award_points: {points: {var: event.body.total}}}, {deduct_points: {points: 1}}, {issue_reward: free-coffee}]
"""
FREE_COFFEE = "reward: free-coffee\ntitle: A free coffee\ncoupon: {value: 10, type: money, valid: 30d}\n"
SENT = {
    "AvailablePointsAmountChanged",
    "CampaignEffectWasApplied",
    "CouponWillExpire",
    "CustomerBoughtReward",
    "CustomerLevelChanged",
    "CustomerRegistered",
    "MemberAchievementProgressWasChanged",
    "PointsWillExpire",
    "UnitsTransferWasAdded",
}


async def cause_every_message(laurel: Running) -> None:
    """Report events and run due items until every message was sent."""
    ann = await laurel.register()
    await laurel.report(ann, "member_registered")
    for day in range(7):
        await laurel.report(ann, "app_login", time=MAY + timedelta(days=day))
    await laurel.report(ann, "purchase", {"total": 900, "channel": "web"})
    batch = await run_due_items(laurel.parts.database, datetime.now(UTC) + timedelta(days=400), store=laurel.store)
    for event in batch.due:
        await laurel.answer(event)


async def test_every_message_that_is_sent_has_its_published_shape(
    sqlite_database: Database, temporal: Client, receiver: Receiver
) -> None:
    files = programs.files(**{"reactors__points-for-purchase": EVERYTHING, "rewards__free-coffee": FREE_COFFEE})
    async with running(sqlite_database, temporal, files) as laurel:
        for name in EVENT_NAMES:
            await laurel.subscribe(name, receiver.url)

        await cause_every_message(laurel)

        messages = [request.json for request in receiver.requests]
        wrong = [fault for each in messages for fault in faults(CURRENT[each["eventName"]], each["data"])]
        assert wrong == []
        assert [fault for each in messages for fault in faults(BODY, each, "body")] == []
        assert {message["eventName"] for message in messages} == SENT
        assert len({message["messageId"] for message in messages}) == len(messages)


async def test_an_envelope_has_the_evaluation_of_its_event_from_every_step(
    sqlite_database: Database, temporal: Client, receiver: Receiver
) -> None:
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        for name in ("CampaignEffectWasApplied", "AvailablePointsAmountChanged"):
            await laurel.subscribe(name, receiver.url, form="envelope")
        ann = await laurel.register()

        await laurel.report(ann, "purchase", {"total": 9})

        evaluations = [request.json["event"]["evaluationResults"] for request in receiver.requests]
        assert len(evaluations) == 2, "one from the step that decides, one from the step that awards"
        for outcomes in evaluations:
            assert [(each["source"], each["verdict"], each["because"]) for each in outcomes] == [
                ("reactor/points-for-purchase", "fired", "it has no condition")
            ]
