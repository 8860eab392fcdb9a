"""The parameters of figure pages: a wallet, days, and an interval; invalid ones are reported at their filters."""

from dataclasses import dataclass, field
from datetime import date
from typing import cast, get_args

from starlette.datastructures import QueryParams

from api.analytics.deliveries import DeliveryInterval, DeliveryPeriod
from api.analytics.periods import Period, period_of
from api.http.errors import BadInput
from api.http.intervals import Interval
from console.pages.lists import NONE, List
from console.pages.page import StorePage
from loyalty.calendar import local_day

ACHIEVEMENT = "achievement"
SUBSCRIPTION = "webhookSubscriptionId"
FIRST, LAST, INTERVAL, WALLET = "intervalStartDate", "intervalEndDate", "aggregationType", "walletTypeCode"


@dataclass
class Asked:
    """The requested figures; `errors` by the names of invalid parameters."""

    period: Period
    wallet: str
    errors: dict[str, str] = field(default_factory=dict)

    def filters(self, query: QueryParams) -> List:
        """Return the filters as a form shows them."""
        return List({"items": [], "total": NONE}, query, self.errors)


def read_asked(page: StorePage) -> Asked:
    """Read the URL; invalid parameters count as absent."""
    query, program = page.request.query_params, page.store_request.program
    today, errors = local_day(page.now, program.zone), dict[str, str]()
    first, last = (_day(query, name, errors) for name in (FIRST, LAST))
    interval = _choice(query, get_args(Interval), errors)
    wallet = query.get(WALLET) or program.default_wallet.code
    if wallet not in program.wallets:
        errors[WALLET], wallet = "the program has no such wallet", program.default_wallet.code
    try:
        period = period_of(first, last, cast("Interval", interval), today=today)
        period.spans  # noqa: B018 - too many are refused here
    except BadInput as error:
        errors |= {each.path: each.message for each in error.faults}
        period = period_of(None, None, "day", today=today)
    return Asked(period, wallet, errors)


@dataclass
class AskedDeliveries:
    """The requested deliveries: days, and one subscription or all."""

    period: DeliveryPeriod
    subscription: str
    errors: dict[str, str] = field(default_factory=dict)

    def filters(self, query: QueryParams) -> List:
        """Return the filters as a form shows them."""
        return List({"items": [], "total": NONE}, query, self.errors)


def read_asked_deliveries(page: StorePage) -> AskedDeliveries:
    """Read the URL; invalid parameters count as absent."""
    query = page.request.query_params
    today, errors = local_day(page.now, page.store_request.program.zone), dict[str, str]()
    first, last = (_day(query, name, errors) for name in (FIRST, LAST))
    interval = _choice(query, get_args(DeliveryInterval), errors)
    try:
        period = DeliveryPeriod.asked(first, last, cast("DeliveryInterval", interval), today=today)
        period.moments(page.zone)
    except BadInput as error:
        errors |= {each.path: each.message for each in error.faults}
        period = DeliveryPeriod.asked(None, None, "hour", today=today)
    return AskedDeliveries(period, query.get(SUBSCRIPTION, "").strip(), errors)


@dataclass
class AskedAchievement:
    """The requested achievement; None: none is requested, or the name is unknown."""

    name: str | None
    errors: dict[str, str] = field(default_factory=dict)

    def filters(self, query: QueryParams) -> List:
        """Return the filter as a form shows it."""
        return List({"items": [], "total": NONE}, query, self.errors)


def read_asked_achievement(page: StorePage) -> AskedAchievement:
    """Read the URL."""
    asked = page.request.query_params.get(ACHIEVEMENT, "").strip()
    if not asked or asked in page.store_request.program.achievement_named:
        return AskedAchievement(asked or None)
    return AskedAchievement(None, {ACHIEVEMENT: "the program has no such achievement"})


def _day(query: QueryParams, name: str, errors: dict[str, str]) -> date | None:
    text = query.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        errors[name] = "write a day as 2026-12-31"
        return None


def _choice(query: QueryParams, intervals: tuple[str, ...], errors: dict[str, str]) -> str:
    """Return the requested interval, by default the first one."""
    asked = query.get(INTERVAL) or intervals[0]
    if asked not in intervals:
        errors[INTERVAL] = f"an interval is {', '.join(intervals)}"
        return intervals[0]
    return asked
