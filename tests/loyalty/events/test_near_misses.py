"""How near a condition came: the parts that must all hold, each judged by itself."""

import pytest

from loyalty.events.near_misses import ConditionParts
from program_files import read_program
from tests.kit.programs import files

REACTOR = """\
reactor: near
on: purchase
when:
  and:
    - {">=": [{var: event.body.total}, 20]}
    - and:
        - {"==": [{var: event.body.channel}, web]}
        - {or: [{"==": [{var: member.tier}, gold]}, {">": [{var: member.points}, 100]}]}
then: [{award_points: {points: 1}}]
"""


@pytest.mark.parametrize(
    ("total", "channel", "tier", "points", "false"),
    [
        (20, "web", "gold", 0, 0),
        (19, "web", "gold", 0, 1),
        (19, "store", "gold", 0, 2),
        (20, "web", "silver", 0, 1),
        (20, None, "silver", 200, 1),
        (1, None, "silver", 0, 3),
    ],
)
def test_false_parts_are_counted(total: int, channel: str | None, tier: str, points: int, false: int) -> None:
    reactor = next(each for each in read_program(files(reactors__near=REACTOR)).reactors if each.name == "near")
    assert reactor.when is not None
    body = {"total": total} | ({} if channel is None else {"channel": channel})
    values = {"event": {"type": "purchase", "body": body}, "member": {"tier": tier, "points": points}}

    found = ConditionParts(reactor.when).nearness(values)

    assert found is not None
    assert (found.false_parts, found.is_near, found.reads_member) == (false, false == 1, True)
