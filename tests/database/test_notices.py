"""Days of notices by settings: over the program, for what waits already, once for each end, on both databases."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from activities.events import EventActivities
from database import Database, Transaction
from database.programs import Programs
from database.tables import deadline, event, issued_reward
from loyalty.engine import notices
from loyalty.engine.notices import SETTLED_AFTER, change_notice_days, is_moved, move_page
from loyalty.store.points import account_id
from loyalty.store.settings import NoticeMove
from tests.kit import programs
from tests.kit.legacy_shapes import LEGACY
from tests.kit.receiver import Receiver
from tests.kit.scripted_store import COFFEE, ScriptedStore
from tests.kit.shapes import faults
from tests.kit.webhook_shapes import CURRENT
from tests.kit.webhooks import deliveries, sender, subscribe

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
PROGRAM = programs.PROGRAM.replace("coupons: 3d}", "coupons: 3d, tier: 14d}") + "tier_review: {after: 90d}\n"
GIFT = "reactor: gift\non: purchase\nthen: [{issue_reward: free-coffee}]\n"
CONTACT = {"email": "ann@example.com", "phone": "+48500100200", "loyaltyCardNumber": "C-1"}
PROFILE = {"firstName": "Ann", "lastName": "Nowak"}
FORMATS = ("current", "legacy", "envelope")
KINDS = {"points": "points_will_expire", "coupons": "coupon_will_expire", "tier": "tier_will_expire"}
ENDS = {"points": 90, "coupons": 20, "tier": 90}


async def deploy(scripted_database: Database, program: str = PROGRAM) -> ScriptedStore:
    deployed = Programs(scripted_database)
    files = programs.files(program=program, rewards__free_coffee=COFFEE.replace("free-coffee", "free_coffee"))
    files = {**files, "reactors/gift.yaml": GIFT.replace("free-coffee", "free_coffee").encode()}
    made, revision, _ = await deployed.deploy(files, by="test")
    return ScriptedStore(scripted_database, EventActivities(scripted_database, deployed), made, revision, NOW)


@pytest.fixture
async def shop(database: Database) -> ScriptedStore:
    return await deploy(database)


async def set_days(shop: ScriptedStore, **days: int | None) -> None:
    given: Any = days
    await shop.database.store("DEFAULT").write(lambda tx: change_notice_days(tx.settings, given, now=shop.now))


async def move(shop: ScriptedStore, *, now: datetime | None = None) -> NoticeMove | None:
    return await shop.database.store("DEFAULT").write(
        lambda tx: move_page(tx.settings, shop.program, now=now or shop.now)
    )


async def move_all(shop: ScriptedStore) -> None:
    """Both rounds of the job, the second one a minute later."""
    later = shop.now + SETTLED_AFTER
    for _ in range(3):
        await move(shop)
    for _ in range(20):
        if is_moved(await move(shop, now=later)):
            return
    raise AssertionError("the job does not end")


async def notified(shop: ScriptedStore, notice: str) -> list[int]:
    """How many days after NOW each notice of a kind was sent."""
    wanted = select(event.c.time).where(event.c.type == KINDS[notice]).order_by(event.c.time)
    times = await shop.database.access_read(lambda access: access.connection.execute(wanted).scalars().all())
    return [round((each - NOW) / timedelta(days=1)) for each in times]


async def bought(shop: ScriptedStore) -> str:
    """A member with points, a coupon, and a tier that is reviewed."""
    member = await shop.register(
        CONTACT["email"], phone=CONTACT["phone"], card=CONTACT["loyaltyCardNumber"], profile=PROFILE
    )
    await shop.report(member, "purchase", {"total": 600})
    return member


MESSAGES = {"points": "PointsWillExpire", "coupons": "CouponWillExpire", "tier": "LevelWillExpire"}
LEGACY_MESSAGES = {
    "points": "account.expiring_points_notification",
    "coupons": "campaign.coupon_expiration",
    "tier": "account.expiring_level_notification",
}


async def arrived(shop: ScriptedStore, receiver: Receiver) -> dict[str, Any]:
    """What a receiver got in each format, once; each is signed, and answered for good."""
    async with sender(shop.database) as sending:
        await sending.send()
    assert len(await deliveries(shop.database, "delivered")) == len(FORMATS)
    requests = await receiver.arrival(lambda got: len(got) >= len(FORMATS))
    assert all({"webhook-id", "webhook-signature", "webhook-timestamp"} <= each.headers.keys() for each in requests)
    assert sorted(each.path for each in requests) == sorted(f"/{name}" for name in FORMATS)
    return {each.path[1:]: each.json for each in requests}


async def everything_of(shop: ScriptedStore, notice: str, member: str) -> Mapping[str, Any]:
    """The data of a notice, each of its documented fields with what the store has."""
    until = NOW + timedelta(days=ENDS[notice])
    zone = shop.program.zone
    match notice:
        case "points":
            account = account_id(member, "points")
            ends = until.astimezone(zone).isoformat()
            return {"accountId": account, "points": 600, "remainingUnits": 600, "pointsWillExpire": ends}
        case "coupons":
            wanted = select(issued_reward.c.coupon)
            code = await shop.database.access_read(lambda access: access.connection.execute(wanted).scalar_one())
            begins, ends = (each.astimezone(zone).isoformat() for each in (NOW, until))
            coupon = {"code": code, "value": 10, "valueType": "money", "activeFrom": begins, "activeTo": ends}
            return {"customer": {"customerId": member, **CONTACT}, "issuedCoupon": coupon}
        case _:
            names = {f"customer{name[0].upper()}{name[1:]}": value for name, value in (CONTACT | PROFILE).items()}
            id_ = shop.program.id_of("tier", "silver")  # which the member will keep
            levels = {"levelId": id_, "levelName": "silver", "futureLevelId": id_, "futureLevelName": "silver"}
            return {"customerId": member, **names, **levels}


@pytest.mark.parametrize(("notice", "by_program"), [("points", 7), ("coupons", 3), ("tier", 14)])
@pytest.mark.parametrize("when", ["by the program", "by the settings", "after a change", "as the program says again"])
async def test_a_notice_arrives_once_so_many_days_before_with_every_documented_field(
    shop: ScriptedStore, receiver: Receiver, notice: str, by_program: int, when: str
) -> None:
    for format_ in FORMATS:
        await subscribe(shop.database, f"{receiver.url}/{format_}", MESSAGES[notice], format=format_, now=NOW)
    days = by_program if when in ("by the program", "as the program says again") else 10
    if when == "by the settings":
        await set_days(shop, **{notice: 10})
    member = await bought(shop)
    if when in ("after a change", "as the program says again"):
        await set_days(shop, **{notice: 10})
        await move_all(shop)
    if when == "as the program says again":
        await set_days(shop, **{notice: None})
        await move_all(shop)

    await shop.wait(ENDS[notice] - 1)

    assert await notified(shop, notice) == [ENDS[notice] - days]
    got = await arrived(shop, receiver)
    data = await everything_of(shop, notice, member)
    assert got["current"]["eventName"] == MESSAGES[notice]
    assert got["current"]["data"] == data
    assert faults(CURRENT[MESSAGES[notice]], got["current"]["data"]) == []
    assert got["legacy"]["type"] == LEGACY_MESSAGES[notice]
    assert faults(LEGACY[LEGACY_MESSAGES[notice]], got["legacy"]["data"]) == []
    assert got["envelope"]["event"]["payload"] == data


@pytest.mark.parametrize("notice", list(ENDS))
async def test_nobody_is_notified_twice_of_one_end_whatever_the_days_become(shop: ScriptedStore, notice: str) -> None:
    await set_days(shop, **{notice: 15})
    await bought(shop)
    await shop.wait(ENDS[notice] - 14)
    for days in (2, 19, None):
        await set_days(shop, **{notice: days})
        await move_all(shop)

    await shop.wait(12)

    assert await notified(shop, notice) == [ENDS[notice] - 15]


@pytest.mark.parametrize("notice", list(ENDS))
async def test_whoever_would_have_been_notified_before_now_is_notified_at_once(
    shop: ScriptedStore, notice: str
) -> None:
    await set_days(shop, **{notice: 1})
    await bought(shop)
    await shop.wait(ENDS[notice] - 10)

    await set_days(shop, **{notice: 18})
    await move_all(shop)
    await shop.wait(8)

    assert await notified(shop, notice) == [ENDS[notice] - 10]


async def test_what_is_stored_by_the_old_days_while_they_change_is_moved_in_the_second_round(
    shop: ScriptedStore,
) -> None:
    await set_days(shop, points=30)
    for _ in range(3):
        await move(shop)
    member = await bought(shop)
    await shop.database.store("DEFAULT").write(lambda tx: put_warnings_at(tx, shop.now + timedelta(days=83)))

    await move_all(shop)
    await shop.wait(70)

    assert member
    assert await notified(shop, "points") == [60]


def put_warnings_at(tx: Transaction, moment: datetime) -> None:
    tx.connection.execute(deadline.update().where(deadline.c.kind == "warn").values(due_at=moment))


async def test_two_changes_at_once_both_count(shop: ScriptedStore) -> None:
    await asyncio.gather(set_days(shop, points=30), set_days(shop, coupons=5), set_days(shop, tier=20))
    await bought(shop)

    await shop.wait(80)

    sent = [await notified(shop, notice) for notice in ENDS]
    assert sent == [[60], [15], [70]]


async def test_pages_at_once_and_points_that_come_and_go_meanwhile_leave_every_notice_in_its_place(
    shop: ScriptedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "PAGE", 3)
    members = [await shop.register(f"{n}@example.com") for n in range(6)]
    await asyncio.gather(*(shop.report(each, "purchase", {"total": 10}) for each in members))

    async def turn(days: int) -> None:
        await set_days(shop, points=days)
        for _ in range(4):
            await move(shop)

    async def earn() -> None:
        for each in members:
            await shop.report(each, "purchase", {"total": 10})

    await asyncio.gather(turn(30), turn(20), turn(40), earn())
    await set_days(shop, points=25)
    for _ in range(60):
        if is_moved(await move(shop, now=shop.now + SETTLED_AFTER)):
            break

    wanted = select(deadline.c.kind, deadline.c.due_at, func.count()).where(deadline.c.kind.in_(("warn", "expire")))
    rows = await shop.database.access_read(
        lambda access: access.connection.execute(wanted.group_by(deadline.c.kind, deadline.c.due_at)).all()
    )
    found = {row[0]: (row[1] - NOW, row[2]) for row in rows}
    assert found == {"warn": (timedelta(days=65), 12), "expire": (timedelta(days=90), 12)}


async def test_a_deploy_with_other_days_moves_the_notices_that_wait(shop: ScriptedStore) -> None:
    await bought(shop)

    again = await deploy(shop.database, PROGRAM.replace("points: 7d", "points: 21d"))
    begun = await shop.database.store("DEFAULT").read(lambda tx: tx.settings.notice_move())
    assert begun is not None
    await move(again)
    moved = await again.database.store("DEFAULT").read(lambda tx: tx.settings.notice_move())

    assert (moved.looked_at, moved.moved) == (1, 1)
