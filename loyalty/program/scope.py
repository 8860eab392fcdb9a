"""The type of what rules see; `loyalty.events.decide.facts` makes the values."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, Literal, TypeAlias

from rules.types import (
    ANY,
    DATED_TEXT,
    INSTANT,
    NUMBER,
    TEXT,
    Record,
    Text,
    Type,
    array,
    narrowed,
    only,
    optional,
    options,
    record,
    union,
)

Kind: TypeAlias = Literal["event type", "wallet", "tier", "badge", "reward", "achievement"]
"""What the files of a program name."""

_OPTIONAL_TEXTS = ("email", "phone", "first_name", "last_name", "gender", "city", "country")
_NAMED: Final[Mapping[str, Mapping[str, Kind]]] = {
    "tier_changed": {"from": "tier", "to": "tier"},
    "tier_will_expire": {"tier": "tier", "to": "tier"},
    "achievement_completed": {"achievement": "achievement"},
    "badge_granted": {"badge": "badge"},
    "points_activated": {"wallet": "wallet"},
    "points_will_expire": {"wallet": "wallet"},
    "points_expired": {"wallet": "wallet"},
    "reward_issued": {"reward": "reward"},
    "coupon_will_expire": {"reward": "reward"},
    "coupon_expired": {"reward": "reward"},
}
"""The fields of built-in events that hold the name of something."""


def scope(
    body: Type,
    *,
    wallets: Iterable[str],
    tiers: Sequence[str],
    always_tier: bool,
    badges: Iterable[str] | None = None,
    event_type: str | None = None,
) -> Type:
    """What a rule on an event with such a body sees. `always_tier`: no amount is below the lowest tier.

    Of badges, None says that any name is one.
    """
    return record(
        {
            "event": record({"type": Text((event_type,)) if event_type else TEXT, "time": INSTANT, "body": body}),
            "member": _member(wallets, tiers, badges, always_tier=always_tier),
            "now": INSTANT,
        }
    )


def body_of(event_type: str, schema: Type, names: Mapping[Kind, Collection[str] | None]) -> Type:
    """A body: always an object, and where a built-in event names something, one of the names there are."""
    body = schema if schema == ANY else only(schema, lambda option: isinstance(option, Record))
    for field, kind in _NAMED.get(event_type, {}).items():
        known = names[kind]
        if known is not None:
            body = narrowed(body, (field,), lambda found, known=known: _among(found, known))  # type: ignore[misc]
    return body


def _among(found: Type, known: Collection[str]) -> Type:
    return union(*(one_named(known) if isinstance(option, Text) else option for option in options(found)))


def one_named(known: Iterable[str]) -> Type:
    """One of the names of this program; an older one of the same store may have had others."""
    return Text(tuple(known), open=True)


def _member(wallets: Iterable[str], tiers: Sequence[str], badges: Iterable[str] | None, *, always_tier: bool) -> Type:
    tier = one_named(tiers) if tiers else TEXT
    return record(
        {
            "id": TEXT,
            "tier": tier if always_tier else optional(tier),
            "points": NUMBER,
            "earned_points": NUMBER,
            "wallets": record(dict.fromkeys(wallets, NUMBER)),
            "badges": array(TEXT if badges is None else one_named(badges)),
            "attributes": record({}, others=ANY),
            "registered_at": INSTANT,
            "birth_date": optional(DATED_TEXT),
            **dict.fromkeys(_OPTIONAL_TEXTS, optional(TEXT)),
        }
    )
