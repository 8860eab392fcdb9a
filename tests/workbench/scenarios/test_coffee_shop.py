"""The example program does what its files say."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from loyalty.achievements.progress import count_event
from loyalty.calendar import Duration
from loyalty.program.effects import GrantBadge
from loyalty.program.expiry import After
from loyalty.store.achievements import DailySum
from program_files import read_folder, read_program

PROGRAM = read_program(read_folder(Path(__file__).parents[3] / "programs" / "coffee-shop"))


def test_a_login_needs_no_body() -> None:
    assert PROGRAM.event_types["app_login"].body.is_valid({})
    assert not PROGRAM.event_types["app_login"].body.is_valid({"device": "toaster"})


def test_seven_logins_on_seven_days_are_1_of_7_to_7_of_7() -> None:
    seven_days = PROGRAM.achievement_named["seven-days"]
    marks: list[DailySum] = []
    progress: list[Decimal] = []

    for n in range(7):
        step = count_event(
            seven_days, marks, day=date(2024, 5, 1) + timedelta(n), number=Decimal(1), value="", completed=0
        )
        marks += step.changed
        progress.append(step.after)

    assert progress == [1, 2, 3, 4, 5, 6, 7]
    assert step.times == 1
    assert seven_days.then[0].points.rule({}) == 100  # type: ignore[union-attr]
    assert seven_days.then[1] == GrantBadge("early-bird")


def test_it_is_the_default_store_in_warsaw_whose_points_expire_after_90_days_with_a_warning_of_7() -> None:
    assert (PROGRAM.store, PROGRAM.zone.key) == ("DEFAULT", "Europe/Warsaw")
    assert PROGRAM.registers_unknown_members
    assert PROGRAM.default_wallet.expires == After(Duration(days=90))
    assert PROGRAM.notify_before.points == Duration(days=7)
    assert [tier.name for tier in PROGRAM.tiers] == ["bronze", "silver", "gold"]


def test_bags_of_beans_are_counted_by_their_quantity() -> None:
    bonus = next(reactor for reactor in PROGRAM.reactors if reactor.name == "beans-bonus")
    items = [
        {"category": "beans", "quantity": 2},
        {"category": "tea", "quantity": 5},
        {"category": "beans", "quantity": 1},
    ]
    data = {"event": {"body": {"items": items}}}

    assert bonus.when is not None
    assert bonus.when.rule(data) is True
    assert bonus.then[0].points.rule(data) == 30  # type: ignore[union-attr]
