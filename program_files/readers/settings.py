"""program.yaml: the store, its zone, wallets, tiers and badges."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from loyalty.program.body_schema import BodySchema
from loyalty.program.program import NotifyBefore, Returns, TierOnReturn
from loyalty.program.tiers import TierSet
from loyalty.program.wallets import Wallet
from loyalty.store.identity_keys import regions
from program_files.grammar.programs import (
    BADGE,
    NOTIFY_BEFORE,
    PROGRAM,
    RETURNS,
    TIER_ON_RETURN,
    UNKNOWN_MEMBERS,
)
from program_files.readers.map_reader import MapReader
from program_files.readers.node_values import is_name, name_of, note_wrong_type, text_of
from program_files.readers.tier_sets import NO_TIERS, ReadTierSet, read_default_set, read_more_sets, wallet_in
from program_files.readers.wallets import ONE_WALLET, read_wallets
from program_files.schemas.reading import read_value_schema
from program_files.text.nodes import Node
from program_files.text.problems import Problems, shown


@dataclass(frozen=True, slots=True)
class Settings:
    """The content of program.yaml, with defaults."""

    store: str
    title: str
    zone: ZoneInfo
    region: str | None
    registers_unknown_members: bool
    wallets: Mapping[str, Wallet]
    notify_before: NotifyBefore
    tiers: ReadTierSet
    """The tiers of the default tier set."""
    tier_wallet: str | None
    """The wallet whose points decide the tier; None: the default one."""
    more_tier_sets: tuple[ReadTierSet, ...]
    returns: Returns
    tier_on_return: TierOnReturn
    badges: Mapping[str, str] | None
    """None: badges are not declared, so any name is one."""
    attributes: Mapping[str, BodySchema]

    @property
    def tier_sets(self) -> Mapping[str, TierSet]:
        """The tier sets that have tiers, by name, the default one first; without their rules of spend."""
        sets = (each.tier_set for each in (self.tiers, *self.more_tier_sets))
        return {each.name: each for each in sets if each.tiers}


def read_settings(node: Node, problems: Problems) -> Settings:
    """Read program.yaml."""
    fields = MapReader(node, problems, PROGRAM)
    store = fields.name("store") or "?"
    badges, attributes = fields.get("badges"), fields.get("attributes")
    wallets = read_wallets(fields)
    return Settings(
        store=store,
        title=fields.text("title", store),
        zone=_zone(fields),
        region=_region(fields),
        registers_unknown_members=fields.choice("unknown_members", UNKNOWN_MEMBERS) == "register",
        wallets=wallets,
        notify_before=_notify_before(fields),
        tiers=read_default_set(fields, wallets),
        tier_wallet=wallet_in(fields, "tier_wallet", wallets),
        more_tier_sets=read_more_sets(fields, wallets),
        returns=fields.choice("returns", RETURNS),
        tier_on_return=fields.choice("tier_on_return", TIER_ON_RETURN),
        badges=None if badges is None else _badges(badges, problems),
        attributes={} if attributes is None else _attributes(attributes, problems),
    )


OF_NO_PLACE: Final = frozenset({"localtime", "posixrules", "Factory"})
"""Files beside the time zones, which differ between machines."""


def _zone(fields: MapReader) -> ZoneInfo:
    node = fields.need("timezone")
    key = "UTC" if node is None else text_of(node, fields.problems, "timezone") or "UTC"
    if node is not None and (key in OF_NO_PLACE or key.startswith(("posix/", "right/"))):
        message = f"timezone {shown(key)} is not the same on every machine: name a place, as in Europe/Warsaw"
        fields.problems.add(node.place, "unknown-timezone", message, can_run=True)
    try:
        return ZoneInfo(key)
    except (
        ValueError,
        OSError,
        KeyError,
    ):  # zoneinfo raises all three: for odd names, for folders and for unknown zones
        assert node is not None, "UTC is always known"
        if re.search(r"[+-]\d", key):
            message = f"timezone {shown(key)} is unknown: name a place, as in Europe/Warsaw"
            fields.problems.add(node.place, "unknown-timezone", message)
        else:
            fields.problems.add_unknown(node.place, "unknown-timezone", "timezone", key, available_timezones())
        return ZoneInfo("UTC")


def _region(fields: MapReader) -> str | None:
    node = fields.get("region")
    region = None if node is None else text_of(node, fields.problems, "region")
    if node is None or region is None:
        return None
    known = regions()
    if region not in known:
        fields.problems.add_unknown(node.place, "unknown-region", "region", region, known)
        return None
    return region


def _notify_before(fields: MapReader) -> NotifyBefore:
    node = fields.get("notify_before")
    if node is None:
        return NotifyBefore(None, None, None)
    parts = MapReader(node, fields.problems, NOTIFY_BEFORE)
    return NotifyBefore(parts.duration("points"), parts.duration("coupons"), parts.duration("tier"))


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


def _attributes(node: Node, problems: Problems) -> Mapping[str, BodySchema]:
    if not isinstance(node.value, dict):
        note_wrong_type(node, problems, "attributes", "a map such as {shoe_size: {type: number}}")
        return {}
    for name in node.value:
        is_name(name, Node(node.keys[name], name), problems, "an attribute")
    return {name: read_value_schema(schema, problems) for name, schema in node.value.items()}


NO_SETTINGS = Settings(
    store="?",
    title="?",
    zone=ZoneInfo("UTC"),
    region=None,
    registers_unknown_members=True,
    wallets=ONE_WALLET,
    notify_before=NotifyBefore(None, None, None),
    tiers=NO_TIERS,
    tier_wallet=None,
    more_tier_sets=(),
    returns="automatic",
    tier_on_return="now",
    badges=None,
    attributes={},
)
"""Used in place of a program.yaml that cannot be read, so that the other files can be checked."""
