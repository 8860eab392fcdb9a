"""program.yaml: the store, its zone, wallets, tiers and badges."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from loyalty.calendar import Duration
from loyalty.program.expiry import After, EndOf, Expiry, Never, OnDate
from loyalty.program.program import NotifyBefore
from loyalty.program.tiers import Tier, TierBy
from loyalty.program.wallets import Wallet
from program_files.grammar.common import CALENDAR_PERIOD, EXPIRY_MAP
from program_files.grammar.programs import BADGE, NOTIFY_BEFORE, PROGRAM, TIER, TIER_BY, UNKNOWN_MEMBERS, WALLET
from program_files.readers.map_reader import MapReader
from program_files.readers.node_values import choice_of, is_name, name_of, note_wrong_type, text_of
from program_files.text.nodes import Node
from program_files.text.problems import Problems, shown

_EXPIRES: Final = 'never, {after: 90d}, {end_of: month}, {end_of: year} or {on: "12-31"}'
_DAY: Final = re.compile(r"(\d\d)-(\d\d)")
_DAYS_OF: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_ONE_WALLET: Final = {"points": Wallet("points", "points", True, 0, Duration(), Never())}


@dataclass(frozen=True, slots=True)
class Settings:
    """The content of program.yaml, with defaults."""

    store: str
    title: str
    zone: ZoneInfo
    registers_unknown_members: bool
    wallets: Mapping[str, Wallet]
    notify_before: NotifyBefore
    tiers: tuple[Tier, ...]
    tier_by: TierBy
    tier_review: Expiry
    badges: Mapping[str, str] | None
    """None: badges are not declared, so that any name is one."""


def read_settings(node: Node, problems: Problems) -> Settings:
    """Read program.yaml."""
    fields = MapReader(node, problems, PROGRAM)
    store = fields.name("store") or "?"
    tiers = fields.get("tiers")
    badges, review = fields.get("badges"), fields.get("tier_review")
    return Settings(
        store=store,
        title=fields.text("title", store),
        zone=_zone(fields),
        registers_unknown_members=fields.choice("unknown_members", UNKNOWN_MEMBERS) == "register",
        wallets=_wallets(fields),
        notify_before=_notify_before(fields),
        tiers=() if tiers is None else _tiers(fields),
        tier_by=fields.choice("tier_by", TIER_BY),
        tier_review=Never() if review is None else read_expiry(review, problems, "tier_review"),
        badges=None if badges is None else _badges(badges, problems),
    )


def read_expiry(node: Node, problems: Problems, key: str = "expires") -> Expiry:
    """When points expire, or a tier is reviewed."""
    if node.value == "never":
        return Never()
    if not isinstance(node.value, dict):
        problems.add(node.place, "bad-expiry", f"{key} must be {_EXPIRES}")
        return Never()
    fields = MapReader(node, problems, EXPIRY_MAP, key)
    if len(node.value) != 1:
        problems.add(node.place, "bad-expiry", f"{key} must be one of {_EXPIRES}")
    after, end_of, on = (fields.get(key) for key in ("after", "end_of", "on"))
    if after is not None:
        return After(fields.duration("after") or Duration(days=1))
    if end_of is not None:
        return EndOf(choice_of(end_of, problems, "end_of", CALENDAR_PERIOD))
    return Never() if on is None else _on_date(on, problems)


def _on_date(node: Node, problems: Problems) -> Expiry:
    found = _DAY.fullmatch(node.value) if isinstance(node.value, str) else None
    month, day = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= month <= len(_DAYS_OF) or not 1 <= day <= _DAYS_OF[month - 1]:
        problems.add(node.place, "bad-expiry", 'on must be a month and a day in quotes, such as "12-31"')
        return Never()
    return OnDate(month, day)


def _zone(fields: MapReader) -> ZoneInfo:
    node = fields.need("timezone")
    key = "UTC" if node is None else text_of(node, fields.problems, "timezone") or "UTC"
    try:
        return ZoneInfo(key)
    except (
        ValueError,
        OSError,
        KeyError,
    ):  # zoneinfo raises all three: for odd names, for folders and for unknown zones
        assert node is not None, "UTC is always known"
        fields.problems.add_unknown(node.place, "unknown-timezone", "timezone", key, available_timezones())
        return ZoneInfo("UTC")


def _wallets(fields: MapReader) -> Mapping[str, Wallet]:
    node = fields.get("wallets")
    if node is None:
        return _ONE_WALLET
    if not isinstance(node.value, dict) or not node.value:
        note_wrong_type(node, fields.problems, "wallets", "a map of at least one wallet")
        return _ONE_WALLET
    alone = len(node.value) == 1
    wallets = {code: _wallet(code, node, fields.problems, alone=alone) for code in node.value}
    defaults = [code for code, wallet in wallets.items() if wallet.default]
    if len(defaults) > 1:
        message = f"{defaults[0]} is the default wallet already: there is one"
        fields.problems.add(node.keys[defaults[1]], "default-wallet", message)
    if not defaults:
        fields.problems.add(node.place, "default-wallet", "one wallet must have default: true")
        return {code: Wallet(code, code, True, 0, Duration(), Never()) for code in wallets}
    return wallets


def _wallet(code: str, wallets: Node, problems: Problems, *, alone: bool) -> Wallet:
    is_name(code, Node(wallets.keys[code], code), problems, "a wallet")
    fields = MapReader(wallets.entries[code], problems, WALLET, f"wallet {shown(code)}")
    expires, default = fields.get("expires"), fields.flag("default")
    return Wallet(
        code=code,
        title=fields.text("title", code),
        default=alone if default is None else default,
        decimals=fields.integer("decimals") or 0,
        pending=fields.duration("pending") or Duration(),
        expires=Never() if expires is None else read_expiry(expires, problems),
        cost=fields.amount("cost"),
    )


def _notify_before(fields: MapReader) -> NotifyBefore:
    node = fields.get("notify_before")
    if node is None:
        return NotifyBefore(None, None, None)
    parts = MapReader(node, fields.problems, NOTIFY_BEFORE)
    return NotifyBefore(parts.duration("points"), parts.duration("coupons"), parts.duration("tier"))


def _tiers(fields: MapReader) -> tuple[Tier, ...]:
    tiers: dict[str, Tier] = {}
    before: Tier | None = None
    for node in fields.items("tiers"):
        item = MapReader(node, fields.problems, TIER)
        tier, start = item.name("tier"), item.need("from")
        begins = item.amount("from") or Decimal(0)
        if tier is None:
            continue
        if tier in tiers:
            fields.problems.add(node.place_of(("tier",)), "duplicate-name", f"tier {tier} is here twice")
        elif before is not None and start is not None and begins <= before.start:
            message = f"tiers rise: {tier} must begin above the {before.start:f} of {before.name}"
            fields.problems.add(start.place, "tiers-not-ascending", message)
        before = tiers[tier] = Tier(tier, item.text("title", tier), begins)
    return tuple(tiers.values())


def _badges(node: Node, problems: Problems) -> Mapping[str, str]:
    match node.value:
        case list() as listed:
            return _listed_badges(listed, problems)
        case dict() as entries:
            return {badge: _badge_title(badge, node, problems) for badge in entries}
        case _:
            note_wrong_type(node, problems, "badges", "a list of names or a map")
            return {}


def _listed_badges(listed: list[Node], problems: Problems) -> Mapping[str, str]:
    badges: dict[str, str] = {}
    for node in listed:
        badge = name_of(node, problems, "a badge")
        if badge in badges:
            problems.add(node.place, "duplicate-name", f"badge {badge} is here twice")
        if badge is not None:
            badges[badge] = badge
    return badges


def _badge_title(badge: str, badges: Node, problems: Problems) -> str:
    is_name(badge, Node(badges.keys[badge], badge), problems, "a badge")
    return MapReader(badges.entries[badge], problems, BADGE, f"badge {shown(badge)}").text("title", badge)


NO_SETTINGS = Settings(
    "?", "?", ZoneInfo("UTC"), True, _ONE_WALLET, NotifyBefore(None, None, None), (), "earned_points", Never(), None
)
"""Used in place of a program.yaml that cannot be read, so that the other files can be checked."""
