"""Settings as responses show them."""

from collections.abc import Mapping
from typing import Any

from loyalty.calendar import Duration
from loyalty.program.program import Program
from loyalty.store.settings import NoticeDays, NoticeMove, NoticeName

DAYS: Mapping[str, NoticeName] = {
    "expirePointsNotificationDays": "points",
    "expireCouponsNotificationDays": "coupons",
    "expireLevelsNotificationDays": "tier",
}
"""The settings of notices, by their names in the API."""

PUBLIC = ("programName", "timezone")


def settings_of_program(program: Program) -> dict[str, str]:
    """Return the settings in the files of a program."""
    reviewed = "automatic" if program.reviews_tiers else "none"
    return {
        "programName": program.title,
        "timezone": program.zone.key,
        "tierAssignType": "transactions" if program.tier_by == "spend" else "points",
        "tierWalletCode": program.tier_wallet.code,
        "levelDowngradeMode": reviewed,
    }


def settings_view(program: Program, days: NoticeDays, move: NoticeMove | None, *, public: bool = False) -> Any:
    """Return the settings of a store; `public`: only what anyone may see."""
    shown = settings_of_program(program)
    if public:
        shown = {name: shown[name] for name in PUBLIC}
    notices = {name: _notice(_of(program, name), getattr(days, name)) for name in DAYS.values()}
    if not public:
        counted = {name: _days(program, days, notice) for name, notice in DAYS.items()}
        shown |= {name: str(number) for name, number in counted.items() if number is not None}
    return {"settings": [shown], "notices": {**notices, "moving": move is not None}}


def _days(program: Program, days: NoticeDays, name: NoticeName) -> int | None:
    """Return the days in force; none for a program that gives months or hours."""
    chosen: int | None = getattr(days, name)
    by_program = _of(program, name)
    if chosen is not None or by_program is None:
        return chosen
    return by_program.days if by_program == Duration(days=by_program.days) else None


def _notice(by_program: Duration | None, days: int | None) -> dict[str, Any]:
    source = "settings" if days is not None else None if by_program is None else "program"
    return {"days": days, "program": None if by_program is None else _text(by_program), "source": source}


def _text(duration: Duration) -> str:
    parts = {"mo": duration.months, "d": duration.days, "s": duration.seconds}
    return " ".join(f"{number}{unit}" for unit, number in parts.items() if number)


def _of(program: Program, name: NoticeName) -> Duration | None:
    before = program.notify_before
    return {"points": before.points, "coupons": before.coupons, "tier": before.tier}[name]
