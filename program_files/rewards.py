"""Files of rewards/: rewards and how their coupons are made."""

import re
from decimal import Decimal
from typing import Literal

from loyalty.program.rewards import Coupon, Reward
from program_files.fields import Fields, amount, number, whole
from program_files.nodes import Node
from program_files.problems import Problems, shown

KEYS = ("reward", "title", "coupon", "cost")
_COUPON_KEYS = ("prefix", "length", "value", "type", "valid")
TYPES: tuple[Literal["money", "percentage"], ...] = ("money", "percentage")
PREFIX = re.compile(r"[A-Za-z0-9_-]{1,16}")
SHORTEST, USUAL, LONGEST = 6, 10, 32
ALL = 100


def read_reward(node: Node, problems: Problems) -> Reward | None:
    """A reward; None where it has no name."""
    fields = Fields(node, problems, "a reward", KEYS)
    name = fields.name("reward")
    title = fields.text("title", name or "?")
    coupon, cost = fields.get("coupon"), fields.get("cost")
    made = None if coupon is None else _coupon(coupon, problems)
    return None if name is None else Reward(name, title, made, None if cost is None else number(cost, problems, "cost"))


def _coupon(node: Node, problems: Problems) -> Coupon:
    fields = Fields(node, problems, "coupon", _COUPON_KEYS)
    length, value = fields.get("length"), fields.need("value")
    worth = Decimal(1) if value is None else amount(value, problems, "value")
    kind = fields.choice("type", TYPES)
    if value is not None and kind == "percentage" and worth > ALL:
        problems.add(value.place, "out-of-range", "a percentage is at most 100")
    return Coupon(
        prefix=_prefix(fields),
        length=USUAL if length is None else whole(length, problems, "length", SHORTEST, LONGEST),
        value=worth,
        value_type=kind,
        valid=fields.duration("valid"),
    )


def _prefix(fields: Fields) -> str:
    node = fields.get("prefix")
    if node is None:
        return ""
    prefix = fields.text("prefix", "")
    if prefix and not PREFIX.fullmatch(prefix):
        message = f"prefix cannot be {shown(prefix)}: it is 1 to 16 letters, digits, _ or -"
        fields.problems.add(node.place, "bad-name", message)
    return prefix
