"""What the URL of the figures asks for: a wallet, days, and an interval; what makes no sense is shown at its filter."""

from dataclasses import dataclass, field
from datetime import date
from typing import cast, get_args

from starlette.datastructures import QueryParams

from api.analytics.periods import Period, period_of
from api.http.errors import BadInput
from api.http.intervals import Interval
from console.pages.lists import NONE, List
from console.pages.page import StorePage
from loyalty.calendar import local_day

FIRST, LAST, INTERVAL, WALLET = "intervalStartDate", "intervalEndDate", "aggregationType", "walletTypeCode"


@dataclass
class Asked:
    """What is asked for; `errors` by the names of the parameters that make no sense."""

    period: Period
    wallet: str
    errors: dict[str, str] = field(default_factory=dict)

    def filters(self, query: QueryParams) -> List:
        """The filters as a form shows them."""
        return List({"items": [], "total": NONE}, query, self.errors)


def read_asked(page: StorePage) -> Asked:
    """Read the URL; what makes no sense is as if it were not asked for."""
    query, program = page.request.query_params, page.store_request.program
    today, errors = local_day(page.now, program.zone), {}
    days: dict[str, date | None] = {}
    for name in (FIRST, LAST):
        days[name] = None
        if text := query.get(name, "").strip():
            try:
                days[name] = date.fromisoformat(text)
            except ValueError:
                errors[name] = "write a day as 2026-12-31"
    interval = query.get(INTERVAL) or "day"
    if interval not in get_args(Interval):
        errors[INTERVAL], interval = f"an interval is {', '.join(get_args(Interval))}", "day"
    wallet = query.get(WALLET) or program.default_wallet.code
    if wallet not in program.wallets:
        errors[WALLET], wallet = "the program has no such wallet", program.default_wallet.code
    try:
        period = period_of(days[FIRST], days[LAST], cast("Interval", interval), today=today)
        period.spans  # noqa: B018 - too many are refused here
    except BadInput as error:
        errors |= {each.path: each.message for each in error.faults}
        period = period_of(None, None, "day", today=today)
    return Asked(period, wallet, errors)
