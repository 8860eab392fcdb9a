"""A completion whose sale came back stands if another sale takes the place, in every window and measure."""

from typing import Any

import pytest

from tests.kit.shop import ANN, DAY, Shop, item

GIFT = "then: [{award_points: {points: 5, wallet: stamps}}, {grant_badge: done}]\n"
DAYS = "measure: days\nwindow: streak\ngoal: 3\n"
CHANNELS = "measure: {distinct: {var: event.body.channel}}\ngoal: 2\n"
SPENT = "measure: {sum: {var: event.body.gross_value}}\ngoal: 100\n"


def shop(rule: str, repeat: str = "once") -> Shop:
    return Shop(achievements__done=f"achievement: done\non: transaction\nrepeat: {repeat}\n{rule}{GIFT}")


def sell_daily(here: Shop, *numbers: str, **more: Any) -> None:
    for number in numbers:
        here.sell(number, "cup", **more)
        here.wait(1)


def is_complete(here: Shop) -> bool:
    """Whether the achievement is completed once, with its gifts, or never, without any."""
    times = here.store.achievements.completed(ANN, "done")
    gifts = [({}, ()), ({"active": 5, "earned": 5, "qualifying": 5}, ("done",))]
    assert (here.balance(wallet="stamps"), here.store.members.facts(ANN).badges) == gifts[times]
    return bool(times)


def progress(here: Shop) -> Any:
    """What every day counts and is used of, in units."""
    sums = here.store.achievements.daily_sums(ANN, "done", since=(here.engine.now - 60 * DAY).date())
    return [(each.amount / 10**6, each.used / 10**6) for each in sums if each.amount or each.used]


def test_a_sale_after_the_last_completion_takes_the_place_of_one_that_came_back() -> None:
    here = shop("goal: 2\n")
    for number in "ABC":
        here.sell(number, "cup")

    here.give_back("RA", "A", "cup")
    assert is_complete(here)
    here.give_back("RC", "C", "cup")
    assert not is_complete(here)
    here.sell("D", "cup")

    assert is_complete(here)
    assert progress(here) == [(2, 2)]


def test_a_sale_after_the_last_completion_that_came_back_itself_takes_no_place() -> None:
    here = shop("goal: 2\n")
    for number in "ABC":
        here.sell(number, "cup")

    here.give_back("RC", "C", "cup")
    assert is_complete(here)
    here.give_back("RA", "A", "cup")

    assert not is_complete(here)
    assert progress(here) == [(1, 0)]


def test_what_came_back_by_share_of_a_sale_after_the_completion_is_not_counted_with_it() -> None:
    here = shop(SPENT)
    here.sell("A", item("beans", 5))
    here.sell("B", item("beans", 5))

    for number in (1, 2):
        here.give_back(f"RB{number}", "B", item("unknown", gross=20))
    here.give_back("RA", "A", item("beans", 2))
    assert (is_complete(here), progress(here)) == (True, [(120, 100)])
    here.give_back("RB3", "B", item("unknown", gross=40))
    assert (is_complete(here), progress(here)) == (False, [(80, 0)])
    here.sell("C", "beans")

    assert is_complete(here)


@pytest.mark.parametrize("repeat", ["once", "unlimited"])
def test_a_streak_stands_that_goes_on_behind_the_day_that_came_back(repeat: str) -> None:
    here = shop(DAYS, repeat)
    sell_daily(here, *"ABCD")

    here.give_back("RA", "A", "cup")
    assert (is_complete(here), progress(here)) == (True, [(1, 1)] * 3)
    here.give_back("RD", "D", "cup")
    assert (is_complete(here), progress(here)) == (False, [(1, 0)] * 2)
    here.sell("E", "cup", purchased_at=here.engine.now - DAY)

    assert is_complete(here)


@pytest.mark.parametrize("repeat", ["once", "unlimited"])
def test_a_streak_of_other_days_takes_the_place_of_one_that_broke(repeat: str) -> None:
    here = shop(DAYS, repeat)
    sell_daily(here, *"ABCDE")

    here.give_back("RB", "B", "cup")
    assert (is_complete(here), progress(here)) == (True, [(1, 0), (1, 1), (1, 1), (1, 1)])
    here.give_back("RC", "C", "cup")

    assert (is_complete(here), progress(here)) == (False, [(1, 0)] * 3)


def test_a_second_sale_of_the_last_day_stands_for_it() -> None:
    here = shop(DAYS)
    sell_daily(here, *"AB")
    here.sell("C", "cup")
    here.sell("D", "cup")

    here.give_back("RC", "C", "cup")
    assert is_complete(here)
    here.give_back("RD", "D", "cup")

    assert not is_complete(here)


def test_the_last_days_count_from_another_day() -> None:
    here = shop("window: {last: 3d}\ngoal: 2\n")
    sell_daily(here, *"ABC")

    here.give_back("RA", "A", "cup")
    assert is_complete(here)
    here.give_back("RB", "B", "cup")

    assert not is_complete(here)


def test_another_value_takes_the_place_and_one_that_counts_already_does_not() -> None:
    here = shop(CHANNELS, "unlimited")
    here.sell("A", "cup", channel="web")
    here.sell("B", "cup", channel="till")
    here.wait(1)
    here.sell("C", "cup", channel="web")

    here.give_back("RB", "B", "cup")
    assert not is_complete(here)
    here.sell("D", "cup", channel="app")
    here.sell("E", "cup", channel="till")
    assert is_complete(here)
    here.give_back("RD", "D", "cup")

    assert is_complete(here)


def test_a_value_of_two_days_stands_by_the_other_day() -> None:
    here = shop(CHANNELS, "unlimited")
    here.sell("A", "cup", channel="web")
    here.wait(1)
    here.sell("B", "cup", channel="web")
    here.sell("C", "cup", channel="till")

    here.give_back("RA", "A", "cup")
    assert is_complete(here)
    here.give_back("RC", "C", "cup")
    assert not is_complete(here)
    here.sell("D", "cup", channel="till")

    assert is_complete(here)
