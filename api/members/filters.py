"""The filters of the list of members."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from api.http.paging import Filter, FilterType, ListQuery
from api.http.places import BY_DATE
from database import ReadTransaction
from database.member_fields import searched
from database.pages import Condition, Operator, PageRequest
from loyalty.calendar import local_day
from loyalty.ids import is_id
from loyalty.program.program import Program
from loyalty.program.wallets import MAX_POINTS, to_points
from loyalty.store.identity_keys import email_key, phone_key, written_phone
from loyalty.store.members import Identity
from loyalty.store.referrals import member_of_token

_FIELDS: Mapping[str, FilterType] = {
    "firstName": "text",
    "lastName": "text",
    "gender": "text",
    "birthDate": "instant",
    "agreement1": "boolean",
    "agreement2": "boolean",
    "agreement3": "boolean",
    "labels": "text",
    "address:street": "text",
    "address:address1": "text",
    "address:address2": "text",
    "address:province": "text",
    "address:city": "text",
    "address:postal": "text",
    "address:country": "text",
}
"""Filters by fields of the profile."""

_POINTS = {
    "defaultAccount:activePoints": "net",
    "defaultAccount:lockedPoints": "pending",
    "defaultAccount:blockedPoints": "held",
    "defaultAccount:earnedPoints": "earned",
    "defaultAccount:spentPoints": "spent",
    "defaultAccount:expiredPoints": "expired",
}
"""Filters by the points of the default wallet, with their parts of a balance."""

LIST_QUERY = ListQuery(
    {
        "customerId": "exact_text",
        "emailOrPhone": "text",
        "identifier": "exact_text",
        "email": "text",
        "phone": "text",
        "loyaltyCardNumber": "identifier",
        "active": "boolean",
        "frozen": "boolean",
        "test": "boolean",
        "createdAt": "instant",
        "updatedAt": "instant",
        "registeredAt": "instant",
        "referralToken": "exact_text",
        "levelId": "exact_text",
        "manuallyAssignedLevelId": "exact_text",
        "levelAchievementDate": "instant",
        **_FIELDS,
        **dict.fromkeys(_POINTS, "number"),
    },
    key=BY_DATE,
)

_COLUMNS = {
    "emailOrPhone": "any:email_key+phone_key",
    "email": "email_key",
    "phone": "phone_key",
    "loyaltyCardNumber": "card",
    "active": "active",
    "test": "is_test",
    "createdAt": "created_at",
    "updatedAt": "updated_at",
    "registeredAt": "registered_at",
    "levelAchievementDate": "tier_since",
}


def filtered_page(tx: ReadTransaction, page: PageRequest, filters: list[Filter], program: Program) -> PageRequest:
    """Return the page of the members that match the filters."""
    conditions = [_condition(tx, each, program) for each in filters]
    return replace(page, conditions=conditions)


def any_identity(text: str, program: Program) -> Identity:
    """Return an identity with a text as every part: it matches members with any of them."""
    return Identity(text.lower() if is_id(text) else None, text, text, text).written(program.region)


def _condition(tx: ReadTransaction, one: Filter, program: Program) -> Condition:
    """Return a filter as a condition; ids, emails, phones and fields of profiles match in any case."""
    match one.field:
        case "identifier":
            found = tx.members.identities_matching(any_identity(str(one.value), program))
            return Condition("id", "in", [each.id for each in found])
        case "referralToken":
            return Condition("id", "in", [each for each in [member_of_token(str(one.value))] if each])
        case "levelId":
            return Condition("tier", "eq", _tier(str(one.value), program))
        case "manuallyAssignedLevelId":
            return Condition("by_hand:tier", "eq", _tier(str(one.value), program))
        case field if field in _FIELDS:
            return Condition(f"field:{field}", _of_keys(one.operator), _searched(one.value, program))
        case field if field in _POINTS:
            return Condition(f"account:{_POINTS[field]}", one.operator, _as_points(one.value))
        case "frozen":
            return Condition("frozen_at", "is_given", one.value)
        case "customerId":
            return Condition("id", "eq", tx.members.leads_to(str(one.value).lower()))
        case "emailOrPhone" | "email" | "phone" as field:
            return Condition(_COLUMNS[field], _of_keys(one.operator), _compared(field, one, program))
        case field:
            return one.on(_COLUMNS[field])


def _of_keys(operator: Operator) -> Operator:
    """Return the operator on a column of comparison keys, which have no capitals, for a text that has none."""
    return "has" if operator == "like" else operator


def _compared(field: str, one: Filter, program: Program) -> str:
    """Return the comparison key of an email or a phone; for a part of one, the text in lower case."""
    text = str(one.value)
    if one.operator == "eq" and field == "email":
        return email_key(text)
    if one.operator == "eq" and field in ("phone", "emailOrPhone"):
        return email_key(text) if "@" in text else phone_key(written_phone(text, program.region))
    return text.lower()


def _searched(value: Any, program: Program) -> Any:
    """Return the comparison key of a profile field's value."""
    if isinstance(value, datetime):
        return local_day(value, program.zone).isoformat()
    return searched(value) if isinstance(value, str) else value


def _as_points(value: Any) -> int | Decimal:
    assert isinstance(value, Decimal), "a filter by a number has one"
    return max(-MAX_POINTS, min(MAX_POINTS, to_points(value)))  # larger numbers cannot be compared in every database


def _tier(level_id: str, program: Program) -> str:
    """Return the name of the tier with this id or name; a text that is neither matches no member."""
    names = {program.id_of("tier", tier.name): tier.name for tier in program.tiers}
    return names.get(level_id.lower(), level_id)
