"""The effects of reactors and achievements: the list `then`."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

import rules
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
from loyalty.program.tiers import DEFAULT_SET
from loyalty.webhooks.urls import parse_url
from program_files.grammar.effects import (
    AWARD_POINTS,
    CALL_WEBHOOK,
    DEDUCT_POINTS,
    EFFECT_MAP,
    HEADERS,
    ROUNDING,
    SET_ATTRIBUTE,
    SET_TIER,
)
from program_files.grammar.reactors import REACTOR
from program_files.grammar.values import MapGrammar
from program_files.readers.attributes import check_attribute
from program_files.readers.declarations import Declarations
from program_files.readers.expiry import read_expiry
from program_files.readers.logic import read_logic, read_template
from program_files.readers.map_reader import MapReader
from program_files.readers.node_values import items_of, name_of, note_wrong_type, text_of
from program_files.text.nodes import Node
from program_files.text.problems import Problems, shown
from rules.types import NUMBER, Type

_HEADER_NAME: Final = re.compile(HEADERS.name)
_HEADER_VALUE: Final = re.compile(HEADERS.value)
_BY_SYNONYM: Final = {synonym: key.name for key in EFFECT_MAP.keys for synonym in key.synonyms}


class EffectReader:
    """Reads effects whose rules read events of one type."""

    def __init__(self, declared: Declarations, problems: Problems, event_type: str, when: Logic | None = None) -> None:
        """Set up to read effects that apply when a condition holds; None: always."""
        self._declared = declared
        self._problems = problems
        self._scope: Type = declared.scope_of(event_type)
        self._when = when

    def read(self, node: Node) -> tuple[EffectRule, ...]:
        """Return the effects of a list, one per item."""
        effects = [effect for item in items_of(node, self._problems, "then") for effect in self._item(item)]
        return tuple(effect for effect in effects if effect is not None)

    def _item(self, node: Node) -> list[EffectRule | None]:
        if not node.entries:
            note_wrong_type(node, self._problems, "an effect", "a map such as {award_points: {points: 10}}")
        if self._is_outdented(node):
            return []
        for name in list(node.keys)[1:2]:
            if name not in REACTOR.by_name:
                message = f"an item of then is one effect: give {shown(name)} an item of its own"
                self._problems.add(node.keys[name], "several-effects", message)
        return [self._effect(name, value, node.keys[name]) for name, value in node.entries.items()]

    def _is_outdented(self, node: Node) -> bool:
        """Note keys that are beside their effect, which has none, instead of under it."""
        (name, value), *others = node.entries.items() or [("", node)]
        grammar = EFFECT_MAP.by_name[name].value if name in EFFECT_MAP.by_name else None
        if not isinstance(grammar, MapGrammar) or value.value is not None or not others:
            return False
        if not all(other in grammar.by_name for other, _ in others):
            return False
        message = f"{others[0][0]} belongs under {name}: indent it by two more spaces"
        self._problems.add(node.keys[others[0][0]], "several-effects", message)
        return True

    def _effect(self, name: str, node: Node, place: Place) -> EffectRule | None:
        reader = EFFECT_READERS.get(name)
        if reader is not None:
            return reader(self, node)
        suggestion = _BY_SYNONYM.get(name)
        if name in REACTOR.by_name:
            message = f"{name} stands beside then, for all its effects: give other effects a reactor of their own"
            self._problems.add(place, "unknown-effect", message)
        elif suggestion is None:
            self._problems.add_unknown(place, "unknown-effect", "effect", name, EFFECT_READERS)
        else:
            self._problems.add(place, "unknown-effect", f"effect {name} is unknown", suggestion)
        return None

    def award_points(self, node: Node) -> EffectRule:
        fields = MapReader(node, self._problems, AWARD_POINTS)
        expires = fields.get("expires")
        return AwardPointsRule(
            points=self._points(fields),
            wallet=self._wallet(fields),
            rounding=fields.choice("round", ROUNDING),
            pending=fields.duration("pending"),
            expires=None if expires is None else read_expiry(expires, self._problems),
            qualifies=fields.flag("qualifies") is not False,
        )

    def deduct_points(self, node: Node) -> EffectRule:
        fields = MapReader(node, self._problems, DEDUCT_POINTS)
        rounding = fields.choice("round", ROUNDING)
        return DeductPointsRule(self._points(fields), self._wallet(fields), rounding, fields.flag("up_to") or False)

    def _points(self, fields: MapReader) -> Logic:
        node = fields.need("points")
        if node is None:
            node = Node(fields.node.place, 1)
        elif isinstance(node.value, int | Decimal) and node.value < 0:
            message = "points cannot be below 0: deduct_points takes points away"
            self._problems.add(node.place, "out-of-range", message)
        points = read_logic(node, self._problems, self._scope, NUMBER, self._declared.settings.zone)
        self._warn_below_zero(points, node)
        return points

    def _warn_below_zero(self, points: Logic, node: Node) -> None:
        """Warn of an amount that the schema of the event allows to be negative, when the condition holds."""
        scope = self._scope
        if self._when is not None:
            scope = rules.assume(scope, self._when.expression, holds=True)
        found = rules.bounds(points.expression, scope, root="event")
        if found is not None and found.least < 0 and isinstance(node.value, dict | list):
            message = "points may be below 0, as the schema of the event allows it: nothing happens then"
            self._problems.warn(node.place, "below-zero", message)

    def _wallet(self, fields: MapReader) -> str:
        node = fields.get("wallet")
        return self._declared.default_wallet if node is None else self._reference(node, "wallet")

    def grant_badge(self, node: Node) -> EffectRule:
        return GrantBadge(self._reference(node, "badge"))

    def issue_reward(self, node: Node) -> EffectRule:
        return IssueReward(self._reference(node, "reward"))

    def set_tier(self, node: Node) -> EffectRule:
        if not isinstance(node.value, dict):
            return SetTier(self._tier(node, DEFAULT_SET))
        fields = MapReader(node, self._problems, SET_TIER)
        of, tier = fields.need("set"), fields.need("tier")
        name = "?" if of is None else self._reference(of, "tier set")
        return SetTier("?" if tier is None else self._tier(tier, name), name)

    def _tier(self, node: Node, tier_set: str) -> str:
        """Return the name of a tier of a set; for an unknown set, any name."""
        known = self._declared.settings.tier_sets.get(tier_set)
        if known is None and (tier_set != DEFAULT_SET or self._declared.names["tier"] is None):
            return self._reference(node, "tier")
        name, names = name_of(node, self._problems, "the tier"), [each.name for each in known.tiers] if known else []
        if name is not None and name not in names:
            self._problems.add_unknown(node.place, "unknown-tier", "tier", name, names)
        return name or "?"

    def _reference(self, node: Node, kind: NamedThing) -> str:
        return self._declared.reference(node, self._problems, kind)

    def set_attribute(self, node: Node) -> EffectRule:
        fields = MapReader(node, self._problems, SET_ATTRIBUTE)
        name, value = fields.name("name") or "?", fields.need("value")
        template = self._template(value)
        schema = self._declared.settings.attributes.get(name)
        if schema is not None and value is not None:
            check_attribute(name, template, value, schema, self._scope, self._problems)
        return SetAttributeRule(name, template)

    def call_webhook(self, node: Node) -> EffectRule:
        fields = MapReader(node, self._problems, CALL_WEBHOOK)
        url, headers = fields.need("url"), fields.get("headers")
        return CallWebhookRule(
            url="" if url is None else self._url(url),
            body=self._template(fields.get("body")),
            headers=() if headers is None else self._headers(headers),
        )

    def _template(self, node: Node | None) -> object:
        zone = self._declared.settings.zone
        return {} if node is None else read_template(node, self._problems, self._scope, zone)

    def _url(self, node: Node) -> str:
        url = text_of(node, self._problems, "url")
        try:
            parse_url(url)
        except ValueError as error:
            if url:
                self._problems.add(node.place, "bad-url", str(error))
        return url

    def _headers(self, node: Node) -> tuple[tuple[str, str], ...]:
        if not isinstance(node.value, dict):
            note_wrong_type(node, self._problems, "headers", "a map of names and texts")
        return tuple((name, self._header(name, node)) for name in node.entries)

    def _header(self, name: str, headers: Node) -> str:
        node = headers.entries[name]
        lower = name.lower()
        if not _HEADER_NAME.fullmatch(name) or lower in HEADERS.reserved or lower.startswith("webhook-"):
            message = f"{shown(name) or 'an empty text'} is not a header that a webhook can have of its own"
            self._problems.add(headers.keys[name], "bad-header", message)
        value = text_of(node, self._problems, "a header")
        if value and not _HEADER_VALUE.fullmatch(value):
            message = "a header's value is one line of plain ASCII, without spaces at its ends"
            self._problems.add(node.place, "bad-header", message)
        return value


EFFECT_READERS: Final[Mapping[str, Callable[[EffectReader, Node], EffectRule]]] = {
    "award_points": EffectReader.award_points,
    "deduct_points": EffectReader.deduct_points,
    "grant_badge": EffectReader.grant_badge,
    "issue_reward": EffectReader.issue_reward,
    "set_tier": EffectReader.set_tier,
    "set_attribute": EffectReader.set_attribute,
    "call_webhook": EffectReader.call_webhook,
}
