"""Files of rewards/: rewards, their price and how their coupons are made."""

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from loyalty.program.logic import Logic
from loyalty.program.rewards import (
    ALWAYS,
    PROGRESS,
    Coupon,
    CouponCodes,
    Price,
    Progress,
    PurchaseLimit,
    Reward,
    SharedCode,
    Span,
)
from program_files.grammar.common import PERIOD
from program_files.grammar.rewards import (
    CODE,
    CODES,
    COUPON,
    PER,
    PREFIX,
    PRICE_MAP,
    PURCHASE_LIMIT,
    REWARD,
    SHARED,
    SHOWN,
    SOLD,
    STATUS,
    USUAL_DECIMALS,
    USUAL_LENGTH,
    VALUE_TYPE,
)
from program_files.grammar.values import MapGrammar, PatternValue
from program_files.readers.logic import read_logic
from program_files.readers.map_reader import MapReader
from program_files.readers.node_values import amount_of, choice_of, name_of, note_wrong_type
from program_files.readers.settings import NO_SETTINGS, Settings
from program_files.readers.spans import read_span
from program_files.text.nodes import Node
from program_files.text.problems import Problems, shown
from rules.types import BOOLEAN, NUMBER, Type

WHOLE_PRICE: Final = 100
"""The largest percentage of a coupon."""


class RewardReader:
    """Reads rewards. Without settings, any wallet is accepted.

    `scopes` are the input types of two rules: of who may buy a reward, and of the value of its coupons. `issued_by`
    returns those of the value of a reward that is not sold, by what issues it; they have the event, too.
    """

    def __init__(
        self,
        settings: Settings | None,
        scopes: tuple[Type, Type],
        issued_by: Callable[[str], Sequence[Type] | None],
        problems: Problems,
    ) -> None:
        known = settings or NO_SETTINGS
        self._wallets, self._any_wallet = known.wallets, settings is None
        self._zone: ZoneInfo = known.zone
        self._eligibility_scope, self._value_scope = scopes
        self._issued_by = issued_by
        self._problems = problems

    def read(self, node: Node) -> Reward | None:
        """Return a reward; None if it has no name."""
        fields = MapReader(node, self._problems, REWARD)
        name = fields.name("reward")
        price, coupon, who, sold = (fields.get(key) for key in ("price", "coupon", "for", "sold"))
        shown_in = self._span(fields.get("shown"), SHOWN)
        reward = Reward(
            name or "?",
            fields.text("title", name or "?"),
            coupon=None if coupon is None else self._coupon(coupon, [] if price or not name else self._issued_by(name)),
            cost=fields.amount("cost"),
            description=fields.text("description", ""),
            categories=tuple(self._categories(fields)),
            price=None if price is None else self._price(price),
            eligible=None
            if who is None
            else read_logic(who, self._problems, self._eligibility_scope, BOOLEAN, self._zone),
            shown=shown_in,
            sold=shown_in if sold is None else self._span(sold, SOLD),
            limits=tuple(self._limit(each) for each in fields.items("limits")),
            statuses=self._statuses(fields),
        )
        return None if name is None else reward

    def _categories(self, fields: MapReader) -> Iterator[str]:
        seen: set[str] = set()
        for node in fields.items("categories"):
            name = name_of(node, self._problems, "a category")
            if name in seen:
                self._problems.add(node.place, "duplicate-name", f"category {name} is here twice")
            elif name is not None:
                seen.add(name)
                yield name

    def _statuses(self, fields: MapReader) -> tuple[Progress, ...]:
        node = fields.get("statuses")
        if node is None:
            return PROGRESS
        if node.value == []:
            self._problems.add(node.place, "out-of-range", "statuses must have at least one status")
        found: dict[Progress, None] = {}
        for each in fields.items("statuses"):
            status = choice_of(each, self._problems, "a status", STATUS)
            if status in found:
                self._problems.add(each.place, "duplicate-name", f"status {status} is here twice")
            found[status] = None
        return tuple(found)

    def _span(self, node: Node | None, grammar: MapGrammar) -> Span:
        if node is None:
            return ALWAYS
        return Span(*read_span(MapReader(node, self._problems, grammar), self._zone))

    def _limit(self, node: Node) -> PurchaseLimit:
        fields = MapReader(node, self._problems, PURCHASE_LIMIT)
        fields.need("times")
        return PurchaseLimit(fields.choice("per", PER), fields.choice("every", PERIOD), fields.integer("times") or 1)

    # -- prices

    def _price(self, node: Node) -> Price:
        default = next(wallet.code for wallet in self._wallets.values() if wallet.default)
        if isinstance(node.value, int | Decimal) and not isinstance(node.value, bool):
            return Price(default, self._in_wallet(node, default, amount_of(node, self._problems, "price")))
        if not isinstance(node.value, dict):
            note_wrong_type(node, self._problems, "price", "a number, or a map such as {points: 100}")
            return Price(default, Decimal(1))
        fields = MapReader(node, self._problems, PRICE_MAP)
        wallet = self._wallet(fields.get("wallet"), default)
        points, least = fields.get("points"), fields.get("min")
        if (points is None) == (least is None) and node.entries:
            self._problems.add(node.place, "missing-key", "a price has either points or min")
        step = fields.get("step")
        if points is not None and step is not None:
            message = "step belongs to min: a price of so many points has none"
            self._problems.add(node.keys["step"], "unknown-key", message)
        if points is not None or least is None:
            return Price(wallet, self._amount(fields, "points", wallet))
        return Price(wallet, self._amount(fields, "min", wallet), self._amount(fields, "step", wallet))

    def _amount(self, fields: MapReader, key: str, wallet: str) -> Decimal:
        node, amount = fields.get(key), fields.amount(key) or Decimal(1)
        return amount if node is None else self._in_wallet(node, wallet, amount)

    def _in_wallet(self, node: Node, code: str, amount: Decimal) -> Decimal:
        """Return an amount that the wallet can hold."""
        wallet = self._wallets.get(code)
        if wallet is not None and not wallet.can_hold(amount):
            finest = f"at most {wallet.decimals} decimals" if wallet.decimals else "no decimals"
            self._problems.add(node.place, "out-of-range", f"an amount of {code} has {finest}")
        return amount

    def _wallet(self, node: Node | None, default: str) -> str:
        code = None if node is None else name_of(node, self._problems, "the wallet")
        if node is None or code is None:
            return default
        if code not in self._wallets and not self._any_wallet:
            self._problems.add_unknown(node.place, "unknown-wallet", "wallet", code, self._wallets)
        return code

    # -- coupons

    def _coupon(self, node: Node, issued_by: Sequence[Type] | None) -> Coupon:
        fields = MapReader(node, self._problems, COUPON)
        length, value, shared = fields.integer("length"), fields.need("value"), fields.get("shared")
        decimals = fields.integer("decimals")
        value_type = fields.choice("type", VALUE_TYPE)
        codes = fields.choice("codes", CODES)
        start, until = read_span(fields, self._zone)
        self._check_source(fields, codes)
        return Coupon(
            prefix=_pattern(fields, "prefix", PREFIX),
            length=USUAL_LENGTH if length is None else length,
            value=Decimal(1)
            if value is None
            else self._value(value, value_type, [self._value_scope] if issued_by == [] else issued_by),
            value_type=value_type,
            decimals=USUAL_DECIMALS if decimals is None else decimals,
            valid=fields.duration("valid"),
            codes=codes,
            shared=None if shared is None else self._shared(shared),
            begins=fields.duration("begins"),
            start=start,
            until=until,
        )

    def _check_source(self, fields: MapReader, codes: CouponCodes) -> None:
        """Note keys of generated codes where codes are not generated."""
        is_shared = fields.get("shared") is not None
        own = "of a shared coupon" if is_shared else "of uploaded codes" if codes == "uploaded" else None
        for key in ("prefix", "length", *(("codes",) if is_shared else ())):
            if own is not None and fields.get(key) is not None:
                self._problems.add(fields.node.keys[key], "unknown-key", f"{key} says nothing {own}: remove it")

    def _value(self, node: Node, value_type: str, scopes: Sequence[Type] | None) -> Decimal | Logic:
        if isinstance(node.value, dict | list):
            if scopes is None:
                return self._value_by_rule(node, self._value_scope, is_scope_known=False)
            found = [self._value_by_rule(node, scope) for scope in scopes]
            return found[0]
        value = amount_of(node, self._problems, "value")
        if value_type == "percentage" and value > WHOLE_PRICE:
            self._problems.add(node.place, "out-of-range", f"a percentage is at most {WHOLE_PRICE}")
        return value

    def _value_by_rule(self, node: Node, scope: Type, *, is_scope_known: bool = True) -> Logic:
        """Read a rule for one of its scopes; a problem that it has in several is noted once.

        If its scope is not known, only what is no rule in any scope is a problem.
        """
        found = self._problems.separate()
        rule = read_logic(node, found, scope, NUMBER, self._zone)
        noted = [each for each in found.found if is_scope_known or not each.can_run]
        self._problems.found += [each for each in noted if each not in self._problems.found]
        return rule

    def _shared(self, node: Node) -> SharedCode:
        fields = MapReader(node, self._problems, SHARED)
        fields.need("code")
        fields.need("uses")
        return SharedCode(
            _pattern(fields, "code", CODE) or "?", fields.integer("uses") or 1, fields.integer("each") or 1
        )


def _pattern(fields: MapReader, key: str, pattern: PatternValue) -> str:
    """Return the text of a key that matches a pattern; empty without the key."""
    node = fields.get(key)
    if node is None:
        return ""
    text = fields.text(key, "")
    if text and not re.fullmatch(pattern.pattern, text):
        message = f"{key} cannot be {shown(text)}: it is {pattern.rule}"
        fields.problems.add(node.place, "bad-name", message)
    return text
