"""Returns by share, one after the other and amid returns by lines: each share is of what the sale gave at first."""

from decimal import Decimal
from typing import Any

import pytest

from tests.kit.shop import ANN, POINT_FOR_EACH, Shop, item

LIMIT = "limits: [{per: member, every: day, points: 1000}, {per: program, every: day, points: 1000}]\n"
SUM = "achievement: spent\non: transaction\nmeasure: {sum: {var: event.body.gross_value}}\ngoal: 1000\n"
FILES = {"reactors__points": POINT_FOR_EACH + LIMIT, "achievements__spent": SUM}
LINE, SHARE = item("beans"), item("unknown", gross=20)


def left(here: Shop) -> Any:
    """The points, the progress, and what the day's limit was used by."""
    (found,) = here.store.achievements.daily_sums(ANN, "spent", since=here.engine.today)
    (use,) = here.store.members_by_id[ANN].used["points"].values()
    return here.balance()["active"], Decimal(found.amount) / 10**6, use.points["points"]


@pytest.mark.parametrize("returns", [[SHARE] * 5, [LINE, LINE, SHARE, LINE, SHARE], [SHARE, LINE, LINE, SHARE, LINE]])
def test_each_return_takes_its_share_of_all_that_the_sale_gave(returns: list[Any]) -> None:
    here = Shop(**FILES)
    here.sell("A", item("beans", 6))
    here.sell("B", "beans")

    found = [(here.give_back(f"R{number}", "A", each), left(here)) for number, each in enumerate(returns)]

    assert [each for _, each in found] == [(points,) * 3 for points in (120, 100, 80, 60, 40)]
