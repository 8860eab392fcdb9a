"""The events that Laurel reports itself; reactors answer them like any other.

To add one, add a row to `BUILT_IN`, and the message that announces it, if any, to
`loyalty.engine.builtin_event_messages`.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from loyalty.program.body_schema import BodySchema
from loyalty.program.event_types import EventType, NamedThing

_TEXT: Final = {"type": "string"}
_TEXT_OR_NULL: Final = {"type": ["string", "null"]}
_NUMBER: Final = {"type": "number"}
_YES_OR_NO: Final = {"type": "boolean"}
_TIME_OR_NULL: Final = {"type": ["string", "null"], "format": "date-time"}
_TIME: Final = {"type": "string", "format": "date-time"}
_LOT: Final = {"wallet": _TEXT, "points": _NUMBER, "lot": _TEXT}
_TRANSFER: Final = {"wallet": _TEXT, "points": _NUMBER, "balance": _NUMBER, "transfer": _TEXT, "comment": _TEXT}
_ISSUED: Final = {"reward": _TEXT, "issued_reward": _TEXT, "coupon": _TEXT_OR_NULL}
_TIER_SET: Final = {"tier_set": _TEXT}
_LABELS: Final = {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}
_ITEM: Final = {
    "sku": _TEXT,
    "name": _TEXT,
    "category": _TEXT,
    "maker": _TEXT_OR_NULL,
    "quantity": _NUMBER,
    "gross_value": _NUMBER,
    "labels": _LABELS,
}
_ITEMS: Final = {
    "type": "array",
    "items": {"type": "object", "required": list(_ITEM), "properties": _ITEM, "additionalProperties": False},
}
_TRANSACTION: Final = {
    "transaction": _TEXT,
    "document_number": _TEXT,
    "purchase_place": _TEXT_OR_NULL,
    "channel": _TEXT_OR_NULL,
    "gross_value": _NUMBER,
    "labels": _LABELS,
    "items": _ITEMS,
}
_CODE: Final = {"code_id": _TEXT}
_COUPON: Final = {"reward": _TEXT, "issued_reward": _TEXT, "coupon": _TEXT, "expires_at": _TIME}


def _built_in(
    name: str,
    title: str,
    properties: Mapping[str, Any],
    *,
    optional: Mapping[str, Any] | None = None,
    **names: NamedThing,
) -> EventType:
    """Describe a built-in event; `names`: fields of its body that hold the name of something in program files.

    `optional`: fields that only some of its events have.
    """
    schema = {
        "type": "object",
        "required": list(properties),
        "properties": {**properties, **(optional or {})},
        "additionalProperties": False,
    }
    fields = {field.removesuffix("_"): thing for field, thing in names.items()}  # `from_`: `from` is a word of Python
    return EventType(name, title, BodySchema(schema), built_in=True, names=fields)


BUILT_IN: Final[Mapping[str, EventType]] = {
    event_type.name: event_type
    for event_type in (
        _built_in("member_registered", "A member registered", {}),
        _built_in(
            "member_updated",
            "A member was changed by hand",
            {"fields": {"type": "array", "items": _TEXT}},
        ),
        _built_in("member_registered_without_activation", "A member registered, and waits for activation", _CODE),
        _built_in("member_activation_code_requested", "A member gets another activation code", _CODE),
        _built_in("member_password_reset_requested", "A member gets a code to set another password", _CODE),
        _built_in("member_email_change_requested", "A member gets a code to confirm another email", _CODE),
        _built_in("member_phone_change_requested", "A member gets a code to confirm another phone", _CODE),
        _built_in("member_referred", "A member was brought by another", {"referrer": _TEXT}),
        _built_in("member_referral_removed", "Who brought a member was forgotten", {"referrer": _TEXT}),
        _built_in("member_password_changed", "A member's password was set", {}),
        _built_in("member_deactivated", "A member was excluded from the program", {}),
        _built_in("member_frozen", "A member was frozen: they earn, and spend nothing", {"reason": _TEXT}),
        _built_in("member_unfrozen", "A member was unfrozen", {"reason": _TEXT}),
        _built_in("member_activated", "A member takes part, for the first time or again", {}),
        _built_in(
            "members_merged",
            "Another member was merged into this one",
            {"merge": _TEXT, "merged": _TEXT, "fields": {"type": "array", "items": _TEXT}},
        ),
        replace(
            _built_in(
                "member_merge_requested",
                "A member is to be merged into another one",
                {"merge": _TEXT, "merged": _TEXT},
            ),
            has_member=False,
        ),
        _built_in("member_closed", "A member was closed for good", {"reason": _TEXT}),
        _built_in("member_anonymised", "What is personal of a member was erased", {"was_active": _YES_OR_NO}),
        _built_in(
            "tier_changed",
            "A member's tier changed",
            {"from": _TEXT_OR_NULL, "to": _TEXT, "up": _YES_OR_NO},
            optional={"by_hand": _YES_OR_NO, **_TIER_SET},
            from_="tier",
            to="tier",
        ),
        _built_in(
            "tier_will_expire",
            "A tier will be reviewed soon, and perhaps lost",
            {"tier": _TEXT, "to": _TEXT, "expires_at": _TIME},
            optional=_TIER_SET,
            tier="tier",
            to="tier",
        ),
        _built_in(
            "tier_kept",
            "A tier was kept at its review",
            {"tier": _TEXT, "until": _TIME_OR_NULL},
            optional=_TIER_SET,
            tier="tier",
        ),
        _built_in(
            "tier_assigned",
            "A member was put into a tier by hand",
            {"tier": _TEXT, "direction": _TEXT, "until": _TIME_OR_NULL},
            optional=_TIER_SET,
            tier="tier",
        ),
        _built_in(
            "tier_unassigned",
            "A tier by hand was taken back, or ended",
            {"tier": _TEXT},
            optional=_TIER_SET,
            tier="tier",
        ),
        _built_in(
            "achievement_completed",
            "An achievement was completed",
            {"achievement": _TEXT, "times": {"type": "integer"}},
            achievement="achievement",
        ),
        _built_in(
            "achievement_progress_set",
            "The progress of an achievement was set by hand",
            {
                "achievement": _TEXT,
                "progress": _NUMBER,
                "completed": {"type": "integer"},
                "previous_progress": _NUMBER,
                "previous_completed": {"type": "integer"},
            },
            achievement="achievement",
        ),
        _built_in(
            "badges_set",
            "The number of a member's badges of a kind was set by hand",
            {"badge": _TEXT, "times": {"type": "integer"}, "previous_times": {"type": "integer"}},
            badge="badge",
        ),
        _built_in("badge_granted", "A badge was granted", {"badge": _TEXT}, badge="badge"),
        _built_in("points_activated", "Pending points became active", {**_LOT, "balance": _NUMBER}, wallet="wallet"),
        _built_in(
            "points_will_expire",
            "Points will expire soon",
            {**_LOT, "awarded": _NUMBER, "expires_at": _TIME},
            wallet="wallet",
        ),
        _built_in(
            "points_expired",
            "Points expired",
            {**_LOT, "balance": _NUMBER, "expires_at": _TIME},
            wallet="wallet",
        ),
        _built_in(
            "points_added",
            "Points were added by hand",
            {**_TRANSFER, "pending": _YES_OR_NO, "expires_at": _TIME_OR_NULL},
            wallet="wallet",
        ),
        _built_in("points_spent", "Points were spent, or deducted by hand", _TRANSFER, wallet="wallet"),
        _built_in("points_held", "Points were set aside", {**_TRANSFER, "until": _TIME_OR_NULL}, wallet="wallet"),
        _built_in("points_captured", "Held points were spent", {**_TRANSFER, "hold": _TEXT}, wallet="wallet"),
        _built_in("points_released", "Held points can be spent again", _TRANSFER, wallet="wallet"),
        _built_in(
            "points_sent", "Points were sent to another member", {**_TRANSFER, "receiver": _TEXT}, wallet="wallet"
        ),
        _built_in(
            "points_received", "Points came from another member", {**_TRANSFER, "sender": _TEXT}, wallet="wallet"
        ),
        _built_in(
            "points_transfer_cancelled",
            "A transfer of points was cancelled",
            {**_TRANSFER, "cancelled": _TEXT, "kind": _TEXT},
            wallet="wallet",
        ),
        _built_in(
            "reward_issued",
            "A reward was issued",
            {
                **_ISSUED,
                "origin": {"type": "string", "enum": ["reactor", "bought", "given"]},
                "wallet": _TEXT_OR_NULL,
                "points": _NUMBER,
            },
            reward="reward",
            wallet="wallet",
        ),
        _built_in("reward_used", "A member used a coupon", _ISSUED, reward="reward"),
        _built_in("reward_reissued", "A used coupon can be used again", _ISSUED, reward="reward"),
        _built_in(
            "reward_cancelled",
            "An issued reward was cancelled",
            {**_ISSUED, "wallet": _TEXT_OR_NULL, "points": _NUMBER, "comment": _TEXT},
            reward="reward",
            wallet="wallet",
        ),
        _built_in(
            "reward_status_changed",
            "The status of an issued reward changed",
            {**_ISSUED, "from": _TEXT, "to": _TEXT, "comment": _TEXT},
            reward="reward",
        ),
        _built_in("coupon_began", "A coupon can be used", {**_ISSUED, "begins_at": _TIME}, reward="reward"),
        _built_in("coupon_will_expire", "A coupon will expire soon", _COUPON, reward="reward"),
        _built_in("coupon_expired", "A coupon expired", _COUPON, reward="reward"),
        _built_in("transaction", "A member bought something", _TRANSACTION),
        _built_in(
            "transaction_returned",
            "A member returned something",
            {**_TRANSACTION, "sale": _TEXT, "sale_document_number": _TEXT, "whole": _YES_OR_NO},
        ),
        replace(
            _built_in(
                "transaction_registered",
                "A transaction was stored whose member is not known",
                {"transaction": _TEXT, "document_number": _TEXT},
            ),
            has_member=False,
        ),
    )
}

ANSWERED: Final[Mapping[str, EventType]] = {name: each for name, each in BUILT_IN.items() if each.has_member}
"""The built-in events that rules may answer."""

TRANSACTIONS: Final = ("transaction", "transaction_returned")
"""The events of transactions."""

EXTENDED: Final = "transaction"
"""The built-in event that a program may extend in a file of its own, to declare its labels and channels."""


def with_transactions(event_types: Mapping[str, EventType]) -> Mapping[str, EventType]:
    """Return event types, those of transactions narrowed by the program's own declaration of `transaction`, if any."""
    said = event_types[EXTENDED]
    if said is BUILT_IN[EXTENDED]:
        return event_types
    narrowed = {name: _narrowed(BUILT_IN[name], said) for name in TRANSACTIONS}
    return {**event_types, **narrowed}


def _narrowed(built_in: EventType, said: EventType) -> EventType:
    title = said.title if built_in.name == said.name and said.title != said.name else built_in.title
    own: Any = said.body.schema if isinstance(said.body.schema, dict) else {"allOf": [said.body.schema]}
    whole = {**own, "allOf": [*own.get("allOf", ()), built_in.body.schema]}  # so its `$ref`s resolve as before
    return replace(built_in, title=title, body=BodySchema(whole))


def is_extended(event_type: EventType) -> bool:
    """Return whether a program says more of a built-in event type, in the file of that name."""
    return event_type.name == EXTENDED and event_type.body is not BUILT_IN[EXTENDED].body
