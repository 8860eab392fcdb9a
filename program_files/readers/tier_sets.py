"""The tier sets of program.yaml."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from loyalty.calendar import Duration
from loyalty.program.expiry import Never
from loyalty.program.tiers import DEFAULT_SET, Tier, TierBy, TierReviewRule, TierSet
from loyalty.program.wallets import Wallet
from program_files.grammar.programs import TIER, TIER_BY, TIER_FALL, TIER_REVIEW_MAP, TIER_SET, VALID_MAP
from program_files.grammar.values import MapGrammar
from program_files.readers.expiry import read_tier_review
from program_files.readers.map_reader import MapReader
from program_files.readers.node_values import is_name, name_of, note_wrong_type
from program_files.text.nodes import Node
from rules import exact

MOST_MONTHS: Final = 12 * 200
"""The most months of membership that a tier may require."""


@dataclass(frozen=True, slots=True)
class ReadTierSet:
    """A tier set without its rule of spend, and that rule, which is read when event types are known."""

    tier_set: TierSet
    spend: Node | None = None


def read_default_set(fields: MapReader, wallets: Mapping[str, Wallet]) -> ReadTierSet:
    """Return the tier set of `tiers` and of the keys that begin with `tier_`."""
    node = fields.get("tiers")
    by, spend = fields.choice("tier_by", TIER_BY), _spend(fields, "tier_spend", "tier_by")
    code = wallet_in(fields, "tier_wallet", wallets)
    tier_set = TierSet(
        DEFAULT_SET,
        "Tiers",
        () if node is None else _tiers(fields, by),
        by,
        _default(wallets) if code is None else wallets[code],
        _review(fields, "tier_review", TIER_REVIEW_MAP),
        fields.choice("tier_fall", TIER_FALL),
        spend_text=_text(spend),
    )
    return ReadTierSet(tier_set, spend)


def read_more_sets(fields: MapReader, wallets: Mapping[str, Wallet]) -> tuple[ReadTierSet, ...]:
    """Return the tier sets beside the default one."""
    node = fields.get("tier_sets")
    if node is None:
        return ()
    if not isinstance(node.value, dict):
        note_wrong_type(node, fields.problems, "tier_sets", "a map of tier sets by name")
        return ()
    return tuple(_sets(node, fields, wallets))


def wallet_in(fields: MapReader, key: str, wallets: Mapping[str, Wallet]) -> str | None:
    """Return the wallet that a key names; None: there is no such wallet."""
    node = fields.get(key)
    name = None if node is None else name_of(node, fields.problems, key)
    if node is None or name is None:
        return None
    if name not in wallets:
        fields.problems.add_unknown(node.place, "unknown-wallet", "wallet", name, wallets)
        return None
    return name


def _sets(node: Node, fields: MapReader, wallets: Mapping[str, Wallet]) -> Iterator[ReadTierSet]:
    for name, value in node.entries.items():
        is_name(name, Node(node.keys[name], name), fields.problems, "a tier set")
        if name == DEFAULT_SET or "." in name:
            message = "the set of `tiers` is called default: give this one another name"
            if "." in name:
                message = "the name of a tier set has no dot, as rules read member.tiers.NAME"
            fields.problems.add(node.keys[name], "bad-name", message)
        yield _more_set(name, MapReader(value, fields.problems, TIER_SET, f"tier set {name}"), wallets)


def _more_set(name: str, fields: MapReader, wallets: Mapping[str, Wallet]) -> ReadTierSet:
    fields.need("tiers")
    by, spend = fields.choice("by", TIER_BY), _spend(fields, "spend", "by")
    code = wallet_in(fields, "wallet", wallets)
    tier_set = TierSet(
        name,
        fields.text("title", name),
        _tiers(fields, by),
        by,
        _default(wallets) if code is None else wallets[code],
        _review(fields, "valid", VALID_MAP),
        fields.choice("fall", TIER_FALL),
        spend_text=_text(spend),
    )
    return ReadTierSet(tier_set, spend)


def _default(wallets: Mapping[str, Wallet]) -> Wallet:
    return next(wallet for wallet in wallets.values() if wallet.default)


def _review(fields: MapReader, key: str, grammar: MapGrammar) -> TierReviewRule:
    node = fields.get(key)
    return Never() if node is None else read_tier_review(node, fields.problems, grammar)


def _spend(fields: MapReader, key: str, by: str) -> Node | None:
    """Return the rule of spend; a problem if the tiers are not reached by spend."""
    node, measure = fields.get(key), fields.get(by)
    if node is not None and (measure is None or measure.value != "spend"):
        message = f"{key} says what counts of a transaction: it needs {by}: spend"
        fields.problems.add(fields.node.keys[key], "clashing-keys", message)
    return node


def _text(node: Node | None) -> str:
    return "" if node is None else exact.dumps(node.plain())


def _tiers(fields: MapReader, by: TierBy) -> tuple[Tier, ...]:
    tiers: dict[str, Tier] = {}
    before: Tier | None = None
    for node in fields.items("tiers"):
        item = MapReader(node, fields.problems, TIER)
        tier, start = item.name("tier"), item.need("from")
        begins = item.amount("from") or Decimal(0)
        if by == "membership_months" and start is not None and (begins % 1 or begins > MOST_MONTHS):
            message = f"a tier by months of membership begins at whole months, at most {MOST_MONTHS}"
            fields.problems.add(start.place, "out-of-range", message)
            begins = Decimal(0)
        if tier is None:
            continue
        if tier in tiers:
            fields.problems.add(node.place_of(("tier",)), "duplicate-name", f"tier {tier} is here twice")
        elif before is not None and start is not None and begins <= before.start:
            message = f"tiers rise: {tier} must begin above the {before.start:f} of {before.name}"
            fields.problems.add(start.place, "tiers-not-ascending", message)
        before = tiers[tier] = Tier(tier, item.text("title", tier), begins)
    return tuple(tiers.values())


_ONE_WALLET: Final = Wallet("points", "points", True, 0, Duration(), Never())
NO_TIERS: Final = ReadTierSet(TierSet(DEFAULT_SET, "Tiers", (), "earned_points", _ONE_WALLET))
