"""The filters of lists of issued rewards."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement

from api.http.paging import Filter, FilterType, ListQuery, compare
from api.http.places import BY_DATE
from api.members.filters import filtered_page
from database import ReadTransaction
from database.member_pages import ids_of_members
from database.pages import Condition, PageRequest, PageResult
from database.reward_pages import belongs_to, find_issued, has_status, is_caused_by, is_of_test_member
from loyalty.program.program import Program
from loyalty.program.rewards import Reward
from loyalty.program.wallets import MAX_POINTS, to_points
from loyalty.store.rewards import IssuedReward

_OWN: Final[dict[str, FilterType]] = {
    "rewardId": "exact_text",
    "name": "text",
    "token": "exact_text",
    "status": "exact_text",
    "costInPoints": "number",
    "rewardType": "exact_text",
    "redemptionDate": "instant",
}
OWN_QUERY = ListQuery(_OWN, order_by="redemptionDate", key=BY_DATE)
LIST_QUERY = ListQuery(
    {
        **_OWN,
        "cancelledAt": "instant",
        "customerId": "exact_text",
        "test": "boolean",
        "customerData:email": "text",
        "customerData:firstName": "text",
        "customerData:lastName": "text",
        "customerData:phone": "text",
        "customerData:loyaltyCardNumber": "identifier",
        "actionCause:transactionId": "exact_text",
        "actionCause:campaignId": "exact_text",
        "actionCause:customEventId": "exact_text",
        "actionCause:internalEventName": "exact_text",
        "reward:labels": "text",
        "reward:categories": "exact_text",
    },
    order_by="redemptionDate",
    key=BY_DATE,
)

_REWARD_FILTERS: Final = frozenset({"rewardId", "name", "rewardType", "reward:categories"})
"""Filters about the reward, which is in the program."""

_OF_MEMBER: Final = "customerData:"
"""The prefix of filters by the data of the member."""

_NONE = Condition("id", "in", [])


def filtered_issued(
    tx: ReadTransaction, program: Program, page: PageRequest, filters: Sequence[Filter], *, member_id: str | None = None
) -> PageResult[IssuedReward]:
    """Return a page of the issued rewards that match the filters, of one member or of all."""
    conditions: list[Condition] = []
    further: list[ColumnElement[bool]] = []
    for each in filters:
        match each.field:
            case "status":
                further.append(has_status(str(each.value)))
            case "test":
                further.append(is_of_test_member(tx, bool(each.value)))
            case "actionCause:internalEventName":
                further.append(is_caused_by(tx, str(each.value)))
            case field if field.startswith(_OF_MEMBER):
                further.append(_members(tx, program, each))
            case _:
                conditions.append(_condition(tx, program, each))
    asked = replace(page, conditions=conditions)
    return find_issued(tx, asked, member_id=member_id, further=further)


def _condition(tx: ReadTransaction, program: Program, one: Filter) -> Condition:
    """Return a filter as a condition; rewards, campaigns and merged members are looked up first."""
    if one.field in _REWARD_FILTERS:
        return _reward_condition(program, one)
    text = str(one.value)
    match one.field:
        case "costInPoints":
            return Condition("cost", one.operator, _as_points(one.value))
        case "redemptionDate":
            return one.on("issued_at")
        case "cancelledAt":
            return one.on("cancelled_at")
        case "customerId":
            return Condition("member", "eq", tx.members.leads_to(text.lower()))
        case "actionCause:campaignId":
            return Condition("source", "in", _sources(program, text.lower()))
        case "actionCause:customEventId":
            return Condition("event", "eq", text.lower())
        case "actionCause:transactionId":
            return Condition("event", "in", tx.transactions.events_of(text.lower()))
        case "reward:labels":  # no reward has one
            return _NONE
        case field:
            return one.on(field)


def _reward_condition(program: Program, one: Filter) -> Condition:
    """Return the condition on issued rewards of the rewards that match a filter."""
    found = [each.name for each in program.rewards.values() if _is_meant(program, each, one, str(one.value))]
    return Condition("reward", "in", found)


def _is_meant(program: Program, reward: Reward, one: Filter, text: str) -> bool:
    match one.field:
        case "rewardId":
            return text.lower() == program.id_of("reward", reward.name) or text == reward.name
        case "name":
            return compare(one.operator, reward.title, text)
        case "rewardType":
            return text == reward.kind
        case _:
            ids = {program.id_of("reward category", name) for name in reward.categories}
            return text in reward.categories or text.lower() in ids


def _members(tx: ReadTransaction, program: Program, one: Filter) -> ColumnElement[bool]:
    """Return the condition on issued rewards of the members whose data match, however many there are."""
    named = Filter(one.field.removeprefix(_OF_MEMBER), one.operator, one.value)
    conditions = filtered_page(tx, PageRequest(1), [named], program).conditions
    return belongs_to(tx, ids_of_members(tx.store, conditions, wallet=program.default_wallet.code))


def _sources(program: Program, campaign_id: str) -> list[str]:
    """Return the reactor or achievement with this id, as issued rewards name it."""
    names = [("reactor", each.name) for each in program.reactors]
    names += [("achievement", each.name) for each in program.achievements]
    return [f"{kind}/{name}" for kind, name in names if program.id_of(kind, name) == campaign_id]


def _as_points(value: Any) -> int | Decimal:
    assert isinstance(value, Decimal), "a filter by a number has one"
    return max(-MAX_POINTS, min(MAX_POINTS, to_points(value)))  # larger numbers cannot be compared in every database
