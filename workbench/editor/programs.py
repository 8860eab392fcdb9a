"""program.yaml."""

from typing import Final
from zoneinfo import available_timezones

from program_files.settings import MOST_DECIMALS, TIER_BY, UNKNOWN_MEMBERS
from workbench.editor import parts
from workbench.editor.effects import expires
from workbench.editor.parts import Schema, choice, listed, record, told, whole

_UNKNOWN_MEMBERS: Final = parts.words(
    UNKNOWN_MEMBERS, register="It registers them; the default.", refuse="It is refused."
)
_TIER_BY: Final = parts.words(
    TIER_BY,
    earned_points="All points ever earned; the default.",
    active_points="The points that can be spent now.",
)


def program() -> Schema:
    """What holds for all of a program."""
    keys = {
        "store": told("The store: the `storeCode` of the API.", parts.NAMED, examples=["DEFAULT"]),
        "title": told("Its name, for people.", parts.TEXT),
        "timezone": told("Where days, weeks and months begin at midnight.", _timezone()),
        "unknown_members": told("What an event for nobody we know does.", choice(_UNKNOWN_MEMBERS), default="register"),
        "wallets": told("The units of points, by name; without them there is one, `points`.", _wallets()),
        "notify_before": told("How long before something expires its owner is told.", _notify_before()),
        "tiers": told("Tiers, from the lowest to the highest.", listed(_tier())),
        "tier_by": told("The amount that decides the tier.", choice(_TIER_BY), default="earned_points"),
        "tier_review": told(
            "How long a tier above the lowest is kept before it is reviewed, and perhaps lost.",
            expires("the beginning of the tier's period"),
            default="never",
        ),
        "badges": told("Every badge there is. Without the list any name is a badge.", _badges()),
    }
    return record(keys, required=["store", "timezone"])


def _timezone() -> Schema:
    return {"type": "string", "enum": sorted(available_timezones())}


def _wallets() -> Schema:
    keys = {
        "title": told("Its name, for people.", parts.TEXT),
        "default": told("Whether effects that name no wallet mean this one. One wallet is the default.", parts.FLAG),
        "decimals": told("The decimals of an amount.", whole(0, MOST_DECIMALS), default=0),
        "pending": told(
            "How long points wait before they can be spent.", parts.DURATION_OR_ZERO, examples=["0d", "14d"]
        ),
        "expires": told("When points expire: counted from their award.", expires(), default="never"),
        "cost": told("What one point costs, in money: for the sums of `laurel plan`.", parts.AMOUNT_OR_ZERO),
    }
    return {
        "type": "object",
        "minProperties": 1,
        "propertyNames": parts.NAMED,
        "additionalProperties": record(keys),
    }


def _notify_before() -> Schema:
    keys = {
        "points": told("Before points expire.", parts.DURATION),
        "coupons": told("Before a coupon expires.", parts.DURATION),
        "tier": told("Before a tier is reviewed.", parts.DURATION),
    }
    return record(keys)


def _tier() -> Schema:
    keys = {
        "tier": told("Its name in rules.", parts.NAMED),
        "from": told("The amount of `tier_by` at which it begins; each above the one before it.", parts.AMOUNT_OR_ZERO),
        "title": told("Its name, for people.", parts.TEXT),
    }
    return record(keys, required=["tier", "from"])


def _badges() -> Schema:
    titled = record({"title": told("Its name, for people.", parts.TEXT)})
    return {
        "type": ["array", "object"],
        "items": parts.NAMED,
        "uniqueItems": True,
        "propertyNames": parts.NAMED,
        "additionalProperties": titled,
    }
