"""The type of what rules see; `loyalty.decide.facts` makes the values."""

from collections.abc import Iterable, Sequence

from rules.types import ANY, DATED_TEXT, INSTANT, NUMBER, TEXT, Type, array, one_of, optional, record

_OPTIONAL_TEXTS = ("email", "phone", "first_name", "last_name", "gender", "city", "country")


def scope(body: Type, *, wallets: Iterable[str], tiers: Sequence[str], always_tier: bool) -> Type:
    """What a rule on an event with such a body sees. `always_tier`: no amount is below the lowest tier."""
    return record(
        {
            "event": record({"type": TEXT, "time": INSTANT, "body": body}),
            "member": _member(wallets, tiers, always_tier=always_tier),
            "now": INSTANT,
        }
    )


def _member(wallets: Iterable[str], tiers: Sequence[str], *, always_tier: bool) -> Type:
    tier = one_of(*tiers) if tiers else TEXT
    return record(
        {
            "id": TEXT,
            "tier": tier if always_tier else optional(tier),
            "points": NUMBER,
            "earned_points": NUMBER,
            "wallets": record(dict.fromkeys(wallets, NUMBER)),
            "badges": array(TEXT),
            "attributes": record({}, others=ANY),
            "registered_at": INSTANT,
            "birth_date": optional(DATED_TEXT),
            **dict.fromkeys(_OPTIONAL_TEXTS, optional(TEXT)),
        }
    )
