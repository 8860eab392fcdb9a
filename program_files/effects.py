"""What a reactor or an achievement causes: its `then`."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from loyalty.program.effect_rules import (
    AwardPointsRule,
    CallWebhookRule,
    DeductPointsRule,
    EffectRule,
    SetAttributeRule,
)
from loyalty.program.effects import GrantBadge, IssueReward, SetTier
from loyalty.program.event_types import NamedThing
from loyalty.program.logic import Logic, Place
from loyalty.program.wallets import Rounding
from loyalty.webhooks.urls import parse_url
from program_files import fields as read
from program_files.fields import Fields
from program_files.known_names import Known
from program_files.logic import read_logic, read_template
from program_files.nodes import Node
from program_files.problems import Problems, shown
from program_files.settings import read_expiry
from rules.types import NUMBER, Type

ROUNDINGS: tuple[Rounding, ...] = ("down", "up", "half_up", "half_even")
HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
HEADER_VALUE = re.compile(r"[\x21-\x7e]([\x20-\x7e]{0,1998}[\x21-\x7e])?")
_ELSEWHERE: Final = {
    **dict.fromkeys(("add_points", "earn_points", "give_points", "grant_points"), "award_points"),
    **dict.fromkeys(("burn_points", "remove_points", "spend_points", "subtract_points"), "deduct_points"),
    **dict.fromkeys(("add_badge", "award_badge", "give_badge"), "grant_badge"),
    **dict.fromkeys(("award_reward", "give_reward", "grant_reward"), "issue_reward"),
    **dict.fromkeys(("send_webhook", "webhook"), "call_webhook"),
}
"""What effects are called elsewhere, though another name may be nearer."""

OWN_HEADERS = frozenset({"connection", "content-length", "content-type", "host", "transfer-encoding"})


class Then:
    """Reads effects whose rules see one event type."""

    def __init__(self, known: Known, problems: Problems, event_type: str) -> None:
        self._known = known
        self._problems = problems
        self._scope: Type = known.scope_of(event_type)

    def read(self, node: Node) -> tuple[EffectRule, ...]:
        """The effects of a list, one an item."""
        effects = [effect for item in read.items(node, self._problems, "then") for effect in self._item(item)]
        return tuple(effect for effect in effects if effect is not None)

    def _item(self, node: Node) -> list[EffectRule | None]:
        if not node.entries:
            read.wrong_type(node, self._problems, "an effect", "a map such as {award_points: {points: 10}}")
        for second in list(node.keys)[1:2]:
            message = f"an item of then is one effect: give {shown(second)} an item of its own"
            self._problems.add(node.keys[second], "several-effects", message)
        return [self._effect(name, value, node.keys[name]) for name, value in node.entries.items()]

    def _effect(self, name: str, node: Node, place: Place) -> EffectRule | None:
        reader = EFFECTS.get(name)
        if reader is not None:
            return reader(self, node)
        meant = _ELSEWHERE.get(name)
        if meant is None:
            self._problems.add_unknown(place, "unknown-effect", "effect", name, EFFECTS)
        else:
            self._problems.add(place, "unknown-effect", f"effect {name} is unknown", meant)
        return None

    def award_points(self, node: Node) -> EffectRule:
        keys = ("points", "wallet", "round", "pending", "expires")
        fields = Fields(node, self._problems, "award_points", keys)
        expires = fields.get("expires")
        return AwardPointsRule(
            points=self._points(fields),
            wallet=self._wallet(fields),
            rounding=fields.choice("round", ROUNDINGS, "down"),
            pending=fields.duration("pending", zero=True),
            expires=None if expires is None else read_expiry(expires, self._problems),
        )

    def deduct_points(self, node: Node) -> EffectRule:
        fields = Fields(node, self._problems, "deduct_points", ("points", "wallet", "round"))
        rounding = fields.choice("round", ROUNDINGS, "down")
        return DeductPointsRule(self._points(fields), self._wallet(fields), rounding)

    def _points(self, fields: Fields) -> Logic:
        node = fields.need("points")
        if node is None:
            node = Node(fields.node.place, 1)
        elif isinstance(node.value, int | Decimal) and node.value < 0:
            message = "points cannot be below 0: deduct_points takes points away"
            self._problems.add(node.place, "out-of-range", message)
        return read_logic(node, self._problems, self._scope, NUMBER, self._known.settings.zone)

    def _wallet(self, fields: Fields) -> str:
        node = fields.get("wallet")
        return self._known.default_wallet if node is None else self._reference(node, "wallet")

    def grant_badge(self, node: Node) -> EffectRule:
        return GrantBadge(self._reference(node, "badge"))

    def issue_reward(self, node: Node) -> EffectRule:
        return IssueReward(self._reference(node, "reward"))

    def set_tier(self, node: Node) -> EffectRule:
        return SetTier(self._reference(node, "tier"))

    def _reference(self, node: Node, kind: NamedThing) -> str:
        return self._known.reference(node, self._problems, kind)

    def set_attribute(self, node: Node) -> EffectRule:
        fields = Fields(node, self._problems, "set_attribute", ("name", "value"))
        return SetAttributeRule(fields.name("name") or "?", self._template(fields.need("value")))

    def call_webhook(self, node: Node) -> EffectRule:
        fields = Fields(node, self._problems, "call_webhook", ("url", "body", "headers"))
        url, headers = fields.need("url"), fields.get("headers")
        return CallWebhookRule(
            url="" if url is None else self._url(url),
            body=self._template(fields.get("body")),
            headers=() if headers is None else self._headers(headers),
        )

    def _template(self, node: Node | None) -> object:
        zone = self._known.settings.zone
        return {} if node is None else read_template(node, self._problems, self._scope, zone)

    def _url(self, node: Node) -> str:
        url = read.text(node, self._problems, "url")
        try:
            parse_url(url)
        except ValueError as error:
            if url:
                self._problems.add(node.place, "bad-url", str(error))
        return url

    def _headers(self, node: Node) -> tuple[tuple[str, str], ...]:
        if not isinstance(node.value, dict):
            read.wrong_type(node, self._problems, "headers", "a map of names and texts")
        return tuple((name, self._header(name, node)) for name in node.entries)

    def _header(self, name: str, headers: Node) -> str:
        node = headers.entries[name]
        lower = name.lower()
        if not HEADER.fullmatch(name) or lower in OWN_HEADERS or lower.startswith("webhook-"):
            message = f"{shown(name) or 'an empty text'} is no header that a webhook can have of its own"
            self._problems.add(headers.keys[name], "bad-header", message)
        value = read.text(node, self._problems, "a header")
        if value and not HEADER_VALUE.fullmatch(value):
            message = "a header's value is one line of plain ASCII, without spaces at its ends"
            self._problems.add(node.place, "bad-header", message)
        return value


EFFECTS: Final[Mapping[str, Callable[[Then, Node], EffectRule]]] = {
    "award_points": Then.award_points,
    "deduct_points": Then.deduct_points,
    "grant_badge": Then.grant_badge,
    "issue_reward": Then.issue_reward,
    "set_tier": Then.set_tier,
    "set_attribute": Then.set_attribute,
    "call_webhook": Then.call_webhook,
}
