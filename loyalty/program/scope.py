"""The type of the input of rules; `loyalty.events.decide.rule_input` gives the values."""

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from loyalty.program.event_types import EventType, NamedThing
from loyalty.program.tiers import DEFAULT_SET, TierSet
from rules.types import (
    ANY,
    DATED_TEXT,
    INSTANT,
    NUMBER,
    TEXT,
    RecordType,
    TextType,
    Type,
    array,
    filter_options,
    narrowed,
    optional,
    options,
    record,
    step_into,
    union,
)

_OPTIONAL_TEXTS = ("email", "phone", "first_name", "last_name", "gender", "city", "country")


def scope(
    body: Type,
    *,
    wallets: Iterable[str],
    tier_sets: Mapping[str, TierSet],
    badges: Iterable[str] | None = None,
    attributes: Mapping[str, Type] = MappingProxyType({}),
    event_type: str | None = None,
) -> Type:
    """Return the type of what a rule reads, for events with such a body.

    `badges` None: any name is a badge. `attributes`: the declared ones; others may have any type.
    """
    return record(
        {
            "event": record({"type": TextType((event_type,)) if event_type else TEXT, "time": INSTANT, "body": body}),
            "member": _member(wallets, tier_sets, badges, attributes),
            "now": INSTANT,
        }
    )


def eligibility_scope(seen: Type) -> Type:
    """Return the input type of the rule that says who may buy a reward; `seen` is a `scope`."""
    member, now = (step_into(seen, name) for name in ("member", "now"))
    assert member is not None, "every rule reads the member"
    assert now is not None, "every rule reads the time"
    return record({"member": member, "now": now})


def coupon_value_scope(seen: Type, *, with_event: bool = False) -> Type:
    """Return the input type of the rule that computes the value of a coupon: it also reads the points paid.

    `with_event`: and the event of `seen`, by which reactors issue the reward.
    """
    eligibility, event = eligibility_scope(seen), step_into(seen, "event")
    assert isinstance(eligibility, RecordType), "it is a record of two"
    assert event is not None, "every rule reads the event"
    more = {"event": event} if with_event else {}
    return record({**dict(eligibility.fields), "points": NUMBER, **more})


def reversal_scopes(seen: Type, reversed_type: Type) -> tuple[Type, Type]:
    """Return the input types of the rules of `reverses`: those of `where`, and `share`.

    `seen` and `reversed_type` are the scopes of both event types.
    """
    event, reversed_event = step_into(seen, "event"), step_into(reversed_type, "event")
    assert event is not None, "every rule reads the event"
    assert reversed_event is not None, "every rule reads the event"
    return record({"event": event}), record({"event": event, "reversed": reversed_event})


def body_type(event_type: EventType | None, schema: Type, names: Mapping[NamedThing, Collection[str] | None]) -> Type:
    """Return the type of a body: an object, whose fields that name a thing hold one of the existing names."""
    body = schema if schema == ANY else filter_options(schema, lambda option: isinstance(option, RecordType))
    for field, thing in ({} if event_type is None else event_type.names).items():
        known = names[thing]
        if known is not None:
            body = narrowed(body, (field,), lambda found, known=known: _among(found, known))  # type: ignore[misc]
    return body


def _among(found: Type, known: Collection[str]) -> Type:
    return union(*(one_named(known) if isinstance(option, TextType) else option for option in options(found)))


def one_named(known: Iterable[str]) -> Type:
    """Return the type of a name; it is open, since an older program of the store may have had other names."""
    return TextType(tuple(known), open=True)


def _tier(tier_set: TierSet) -> Type:
    """Return the type of the tier in a set: always one, if no amount is below the lowest."""
    named = one_named([tier.name for tier in tier_set.tiers])
    return named if tier_set.begins_at_nothing else optional(named)


def _member(
    wallets: Iterable[str],
    tier_sets: Mapping[str, TierSet],
    badges: Iterable[str] | None,
    attributes: Mapping[str, Type],
) -> Type:
    default = tier_sets.get(DEFAULT_SET)
    return record(
        {
            "id": TEXT,
            "tier": optional(TEXT) if default is None else _tier(default),
            "tiers": record({name: _tier(each) for name, each in tier_sets.items()}),
            "points": NUMBER,
            "earned_points": NUMBER,
            "wallets": record(dict.fromkeys(wallets, NUMBER)),
            "badges": array(TEXT if badges is None else one_named(badges)),
            "attributes": record({name: optional(of) for name, of in attributes.items()}, others=ANY),
            "registered_at": INSTANT,
            "birth_date": optional(DATED_TEXT),
            **dict.fromkeys(_OPTIONAL_TEXTS, optional(TEXT)),
        }
    )
