"""Files of rewards/: rewards and how their coupons are made."""

import re
from decimal import Decimal
from typing import Final

from loyalty.program.rewards import Coupon, Reward
from program_files.grammar.rewards import COUPON, PREFIX, REWARD, USUAL_LENGTH, VALUE_TYPE
from program_files.readers.map_reader import MapReader
from program_files.text.nodes import Node
from program_files.text.problems import Problems, shown

WHOLE_PRICE: Final = 100
"""The largest percentage of a coupon."""

_PREFIX: Final = re.compile(PREFIX.pattern)


def read_reward(node: Node, problems: Problems) -> Reward | None:
    """A reward; None if it has no name."""
    fields = MapReader(node, problems, REWARD)
    name = fields.name("reward")
    title = fields.text("title", name or "?")
    coupon, cost = fields.get("coupon"), fields.amount("cost")
    made = None if coupon is None else _coupon(coupon, problems)
    return None if name is None else Reward(name, title, made, cost)


def _coupon(node: Node, problems: Problems) -> Coupon:
    fields = MapReader(node, problems, COUPON)
    length, node_of_value = fields.integer("length"), fields.need("value")
    value = fields.amount("value") or Decimal(1)
    value_type = fields.choice("type", VALUE_TYPE)
    if node_of_value is not None and value_type == "percentage" and value > WHOLE_PRICE:
        problems.add(node_of_value.place, "out-of-range", f"a percentage is at most {WHOLE_PRICE}")
    return Coupon(
        prefix=_prefix(fields),
        length=USUAL_LENGTH if length is None else length,
        value=value,
        value_type=value_type,
        valid=fields.duration("valid"),
    )


def _prefix(fields: MapReader) -> str:
    node = fields.get("prefix")
    if node is None:
        return ""
    prefix = fields.text("prefix", "")
    if prefix and not _PREFIX.fullmatch(prefix):
        message = f"prefix cannot be {shown(prefix)}: it is {PREFIX.rule}"
        fields.problems.add(node.place, "bad-name", message)
    return prefix
