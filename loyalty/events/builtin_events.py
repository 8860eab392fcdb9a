"""The events that Laurel reports itself: what their bodies hold. Reactors answer them like any other."""

from collections.abc import Mapping
from typing import Any, Final

from loyalty.program.body_schema import BodySchema
from loyalty.program.program import EventType

_TEXT: Final = {"type": "string"}
_TEXT_OR_NULL: Final = {"type": ["string", "null"]}
_NUMBER: Final = {"type": "number"}
_TIME: Final = {"type": "string", "format": "date-time"}
_LOT: Final = {"wallet": _TEXT, "points": _NUMBER, "lot": _TEXT}
_COUPON: Final = {"reward": _TEXT, "issued_reward": _TEXT, "coupon": _TEXT, "expires_at": _TIME}


def _event_type(name: str, title: str, properties: Mapping[str, Any]) -> EventType:
    schema = {
        "type": "object",
        "required": list(properties),
        "properties": dict(properties),
        "additionalProperties": False,
    }
    return EventType(name, title, BodySchema(schema), built_in=True)


BUILT_IN: Final[Mapping[str, EventType]] = {
    event_type.name: event_type
    for event_type in (
        _event_type("member_registered", "A member registered", {}),
        _event_type(
            "tier_changed",
            "A member's tier changed",
            {"from": _TEXT_OR_NULL, "to": _TEXT, "up": {"type": "boolean"}},
        ),
        _event_type("tier_will_expire", "A tier will be lost soon", {"tier": _TEXT, "to": _TEXT, "expires_at": _TIME}),
        _event_type(
            "achievement_completed",
            "An achievement was completed",
            {"achievement": _TEXT, "times": {"type": "integer"}},
        ),
        _event_type("badge_granted", "A badge was granted", {"badge": _TEXT}),
        _event_type("points_activated", "Pending points became active", {**_LOT, "balance": _NUMBER}),
        _event_type("points_will_expire", "Points will expire soon", {**_LOT, "awarded": _NUMBER, "expires_at": _TIME}),
        _event_type("points_expired", "Points expired", {**_LOT, "balance": _NUMBER, "expires_at": _TIME}),
        _event_type(
            "reward_issued",
            "A reward was issued",
            {"reward": _TEXT, "issued_reward": _TEXT, "coupon": _TEXT_OR_NULL},
        ),
        _event_type("coupon_will_expire", "A coupon will expire soon", _COUPON),
        _event_type("coupon_expired", "A coupon expired", _COUPON),
    )
}
