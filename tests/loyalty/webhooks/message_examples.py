"""Messages of every kind, with all that may be missing, and how they are rendered."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args
from zoneinfo import ZoneInfo

from loyalty.ids import named_id
from loyalty.store.codes import PlainCode
from loyalty.store.webhooks import WebhookFormat
from loyalty.webhooks import messages as m
from loyalty.webhooks.messages.samples import sample

WARSAW = ZoneInfo("Europe/Warsaw")
NOON = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)


def some_id(name: str) -> str:
    return named_id("DEFAULT", "test", name)


ANN = m.Customer(some_id("ann"), "ann@example.com", "+48600700800", "CARD-7", "Ann", "Lis")
ANONYMOUS = m.Customer(some_id("anonymous"))
BEANS = m.WalletView(
    some_id("wallet"),
    some_id("beans"),
    "beans",
    "Coffee beans",
    "bean",
    "beans",
    True,
    NOON - timedelta(days=30),
)
LOGIN = m.CustomEventTrigger(some_id("event"), NOON, NOON - timedelta(minutes=1), "login-1")
JOINED = m.InternalEventTrigger(some_id("joined"), NOON, {"source": "till"})
SOLD = m.TransactionTrigger(some_id("sale"), NOON, NOON, "TILL-1", "transaction")
CODE = m.CodeTrigger(some_id("coded"), NOON)
COMPLETED = m.AchievementTrigger(
    some_id("completed"),
    NOON,
    some_id("seven"),
    "Seven days",
    some_id("rule"),
    "custom_event",
    m.ProgressView(1, Decimal(7), Decimal(7), "streak"),
    limit_reached=True,
    completed_by=some_id("event"),
)
BY_HAND = replace(COMPLETED, completed_by=None, progress=m.ProgressView(2, Decimal("1.5"), Decimal(7), "last"))
RETURNED = replace(SOLD, event_type="transaction_returned")
LINE = {
    "sku": "BEANS-1",
    "name": "Beans",
    "category": "coffee",
    "maker": "Roaster",
    "quantity": Decimal(2),
    "gross_value": Decimal("24.50"),
    "labels": {"colour": "red", "weight": Decimal("1.5")},
}
SALE = m.TransactionView(
    some_id("sale"),
    "TILL-1",
    "sell",
    NOON,
    "Main street",
    some_id("channel"),
    Decimal("24.50"),
    {"email": "ann@example.com", "loyaltyCardNumber": "C-1", "customerId": some_id("ann")},
    (LINE,),
)
CAUSE = m.Cause(some_id("reactor"), ANN.id, None, some_id("event"), None, NOON)
COUPON = m.CouponView("BEAN-5", Decimal("5.50"), NOON, NOON + timedelta(days=30))
SILVER, GOLD = m.LevelView(some_id("silver"), "Silver"), m.LevelView(some_id("gold"), "Gold")


def points_changed(**changes: Any) -> m.AvailablePointsAmountChanged:
    message = m.AvailablePointsAmountChanged(
        customer=ANN,
        wallet=BEANS,
        amount=Decimal("125.0"),
        change=Decimal(25),
        kind="add",
        transfer_id=some_id("transfer"),
        cause=CAUSE,
    )
    return replace(message, **changes)


def transfer_added(**changes: Any) -> m.UnitsTransferWasAdded:
    message = m.UnitsTransferWasAdded(
        customer=ANN,
        wallet=BEANS,
        transfer_id=some_id("transfer"),
        kind="adding",
        units=Decimal(25),
        created_at=NOON,
    )
    return replace(message, **changes)


def effect_applied(trigger: m.Trigger, **changes: Any) -> m.CampaignEffectWasApplied:
    message = m.CampaignEffectWasApplied(
        customer=ANN,
        campaign_id=some_id("reactor"),
        campaign_name="A bean a login",
        trigger=trigger,
        effects=(
            m.EffectGiven("give_points", wallet_code="beans", points=Decimal("1.5")),
            m.EffectGiven("give_reward", reward_id=some_id("mug"), coupon_value=Decimal(5)),
        ),
    )
    return replace(message, **changes)


def progress_changed(trigger: m.Trigger = LOGIN, **changes: Any) -> m.MemberAchievementProgressWasChanged:
    message = m.MemberAchievementProgressWasChanged(
        customer=ANN,
        achievement_id=some_id("seven"),
        achievement_name="Seven days",
        rule_id=some_id("rule"),
        progress=m.ProgressView(0, Decimal(3), Decimal(7), "streak"),
        previous=m.ProgressView(0, Decimal(2), Decimal(7), "streak"),
        trigger=trigger,
    )
    return replace(message, **changes)


def reward_bought(**changes: Any) -> m.CustomerBoughtReward:
    message = m.CustomerBoughtReward(
        customer=ANN,
        reward=m.RewardView(some_id("mug"), "A mug", "static_coupon"),
        issued_id=some_id("issued"),
        cost=Decimal(100),
        issued_at=NOON,
        coupon=COUPON,
        cause=CAUSE,
    )
    return replace(message, **changes)


def status_changed(**changes: Any) -> m.RewardRedemptionStatusChanged:
    owner = {"email": "ann@example.com", "firstName": "Ann", "companyName": "Lis", "address": {"city": "Gdansk"}}
    issued = m.IssuedRewardView(
        id=some_id("issued"),
        token="K7QP2M",
        reward=m.RewardView(some_id("mug"), "A mug", "material"),
        status="issued",
        cost=Decimal(100),
        issued_at=NOON,
        owner=owner,
    )
    old, new = m.StatusView("issued", "", NOON), m.StatusView("shipped", "By bike", NOON + timedelta(days=1))
    return replace(m.RewardRedemptionStatusChanged(customer=ANN, issued=issued, old=old, new=new), **changes)


REGISTERED = m.CustomerRegistered(
    customer=ANN,
    registered_at=NOON,
    gender="female",
    birth_date=date(1990, 7, 14),
    address={"street": "Long", "city": "Gdansk", "country": "PL"},
    company={"name": "Lis", "nip": "987"},
    attributes={"roast": "dark"},
    agreements=(True, False, False),
)
EXPIRING = m.PointsWillExpire(
    customer=ANN, wallet_id=BEANS.id, points=Decimal(25), remaining=Decimal("18.50"), expires_at=NOON
)

EVERY_MESSAGE: list[m.Message] = [
    points_changed(),
    points_changed(cause=None, customer=ANONYMOUS, kind="subtract"),
    points_changed(cause=m.Cause(internal_event_name="member_registered")),
    transfer_added(),
    transfer_added(kind="expired", related_transfer_id=some_id("lot"), cause=CAUSE, comment="gone"),
    transfer_added(expires_at=NOON, pending_until=NOON),
    EXPIRING,
    m.CouponWillExpire(customer=ANN, coupon=COUPON),
    m.CouponWillExpire(customer=ANONYMOUS, coupon=replace(COUPON, active_to=None, used_at=NOON)),
    m.LevelWillExpire(customer=ANN, level=GOLD, future=SILVER),
    m.LevelWillExpire(customer=ANONYMOUS, level=GOLD, future=SILVER),
    REGISTERED,
    m.CustomerRegistered(customer=ANONYMOUS, registered_at=NOON),
    *(message(customer=ANN, code=PlainCode("MFRGGZDF", 482913)) for message in get_args(m.WithCode)),
    m.CustomerUpdated(customer=ANN),
    m.CustomerDeactivated(customer=ANONYMOUS),
    m.CustomerLevelChanged(customer=ANN, level=GOLD, up=True),
    m.CustomerLevelChanged(customer=ANN, level=SILVER, up=False, by_hand=True),
    *(effect_applied(trigger) for trigger in (LOGIN, JOINED, COMPLETED, BY_HAND)),
    effect_applied(CODE, redemption_code="WINTER-7QX2"),
    effect_applied(replace(LOGIN, event_id=None)),
    *(progress_changed(trigger) for trigger in (LOGIN, JOINED)),
    *(
        progress_changed(progress=m.ProgressView(1, Decimal("2.5"), Decimal(10), window))
        for window in get_args(m.WindowName)
    ),
    reward_bought(),
    reward_bought(coupon=None, cause=None, customer=ANONYMOUS),
    status_changed(),
    status_changed(issued=replace(status_changed().issued, coupon=COUPON, owner={})),
    *(effect_applied(trigger) for trigger in (SOLD, RETURNED)),
    *(progress_changed(trigger) for trigger in (SOLD, RETURNED)),
    m.TransactionRegistered(transaction=SALE),
    m.TransactionRegistered(transaction=replace(SALE, channel=None, customer_data={})),
    m.TransactionAssignedToCustomer(customer=ANN, transaction=SALE),
    *(sample(each, NOON) for each in m.MESSAGES),
]


def rendered(message: m.Message, form: WebhookFormat = "current") -> Any:
    return m.body(
        message,
        format=form,
        message_id=some_id("message"),
        request_id=some_id("request"),
        store="DEFAULT",
        created_at=NOON,
        origin=m.Origin("018f3416-1e00-7000-8000-000000000001", NOON, "till-9", {"reactors": []}),
        zone=WARSAW,
    )
