"""Files of rewards/: rewards and how their coupons are made."""

import re
from decimal import Decimal
from typing import Literal

from loyalty.files.fields import Fields, amount, whole
from loyalty.files.nodes import Node
from loyalty.files.problems import Problems, shown
from loyalty.program import Coupon, Reward

KEYS = ("reward", "title", "coupon")
_COUPON_KEYS = ("prefix", "length", "value", "type", "valid")
_TYPES: tuple[Literal["money", "percentage"], ...] = ("money", "percentage")
_PREFIX = re.compile(r"[A-Za-z0-9_-]{1,16}")
_SHORTEST, _USUAL, _LONGEST = 6, 10, 32
_ALL = 100


def read_reward(node: Node, problems: Problems) -> Reward | None:
    """A reward; None where it has no name."""
    fields = Fields(node, problems, "a reward", KEYS)
    name = fields.name("reward")
    title = fields.text("title", name or "?")
    coupon = fields.get("coupon")
    made = None if coupon is None else _coupon(coupon, problems)
    return None if name is None else Reward(name, title, made)


def _coupon(node: Node, problems: Problems) -> Coupon:
    fields = Fields(node, problems, "coupon", _COUPON_KEYS)
    length, value = fields.get("length"), fields.need("value")
    worth = Decimal(1) if value is None else amount(value, problems, "value")
    kind = fields.choice("type", _TYPES)
    if value is not None and kind == "percentage" and worth > _ALL:
        problems.add(value.place, "out-of-range", "a percentage is at most 100")
    return Coupon(
        prefix=_prefix(fields),
        length=_USUAL if length is None else whole(length, problems, "length", _SHORTEST, _LONGEST),
        value=worth,
        value_type=kind,
        valid=fields.duration("valid"),
    )


def _prefix(fields: Fields) -> str:
    node = fields.get("prefix")
    if node is None:
        return ""
    prefix = fields.text("prefix", "")
    if prefix and not _PREFIX.fullmatch(prefix):
        message = f"prefix cannot be {shown(prefix)}: it is 1 to 16 letters, digits, _ or -"
        fields.problems.add(node.place, "bad-name", message)
    return prefix
