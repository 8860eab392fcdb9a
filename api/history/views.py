"""Entries of the history of a member as responses show them."""

from collections.abc import Mapping, Sequence
from typing import Any, assert_never

from api.audit_log.views import entry_view
from api.http.responses import format_instant, omit_none
from api.tiers.views import tier_set_id
from api.wallets.views import wallet_type_view
from database.audit_log import AuditEntry
from database.member_history import HistoryEntry, SentMessage
from database.unreadable import unreadable_reason
from loyalty.decisions import presentation
from loyalty.members.history import CHANGE_TYPE, kind_of_event, type_of_event, type_of_transfer
from loyalty.program.program import Program
from loyalty.program.tiers import DEFAULT_SET
from loyalty.store.events import StoredEvent
from loyalty.store.points import Transfer

_DOCUMENT_TYPES = {"transaction": "sell", "transaction_returned": "return"}


def history_view(entry: HistoryEntry, program: Program, *, messages: bool) -> dict[str, Any]:
    """Return an entry in the documented fields, with its kind, its outcome and, if `messages`, its messages."""
    reason = unreadable_reason(entry.record)
    if reason is not None:
        return {"id": entry.key.id, "unreadable": reason}
    sent = [_message(each) for each in entry.messages] if messages and entry.messages else None
    at = format_instant(entry.key.at, program.zone)
    return {"id": entry.key.id, "createdAt": at} | _record(entry, program) | omit_none(messages=sent)


def _record(entry: HistoryEntry, program: Program) -> dict[str, Any]:
    match entry.record:
        case StoredEvent() as event:
            return _event(event, program) | omit_none(createdBy=entry.asked_by)
        case Transfer() as transfer:
            return _transfer(transfer, program) | {"createdBy": entry.asked_by or transfer.source}
        case AuditEntry() as change:
            return _change(change)
        case _:
            assert_never(entry.record)


def _event(event: StoredEvent, program: Program) -> dict[str, Any]:
    fired = [each["source"] for each in event.decision or () if each.get("verdict") == "fired"]
    return {
        "customerId": event.member,
        "type": type_of_event(event.type),
        "kind": kind_of_event(event.type),
        "flatVariables": _said(event, program),
        "customEventId": event.id,
        "status": event.status,
        "fired": fired,
    } | omit_none(error=event.error)


def _said(event: StoredEvent, program: Program) -> Mapping[str, Any]:
    """Return the facts of an event, in the words of clients; for a reported one, its type and its time."""
    body = event.body
    match event.type:
        case "transaction" | "transaction_returned" if "transaction" in body:
            return {
                "transactionId": body["transaction"],
                "documentType": _DOCUMENT_TYPES[event.type],
                "documentNumber": body["document_number"],
                "grossValue": body["gross_value"],
            }
        case "tier_changed" if "to" in body:
            return _level(body, program)
        case _ if kind_of_event(event.type) == "event":
            known = program.event_types.get(event.type)
            title = known.title if known else event.type
            happened = format_instant(event.time, program.zone)
            return {"eventType": event.type, "eventName": title, "eventDate": happened}
        case _:
            return body


def _level(body: Mapping[str, Any], program: Program) -> Mapping[str, Any]:
    """Return the facts of a tier change, with the titles of the program in force."""
    name, to = body.get("tier_set", DEFAULT_SET), body["to"]
    tier_set = program.tier_sets.get(name)
    title = next((tier.title for tier in (tier_set.tiers if tier_set else ()) if tier.name == to), to)
    return {
        "newLevelId": program.tier_id(name, to),
        "newLevelName": title,
        "tierSetId": tier_set_id(program, name),
        "tierSetName": tier_set.title if tier_set else name,
        "manually": body.get("by_hand", False),
        "removedManually": False,
    }


def _transfer(transfer: Transfer, program: Program) -> dict[str, Any]:
    return {
        "customerId": transfer.member,
        "type": type_of_transfer(transfer),
        "kind": "points",
        "accountId": transfer.account,
        "customEventId": transfer.event,
        "flatVariables": _points(transfer, program),
    }


def _points(transfer: Transfer, program: Program) -> dict[str, Any]:
    wallet = program.wallets.get(transfer.wallet)
    names = {} if wallet is None else wallet_type_view(wallet, program, deployed_at=transfer.at)
    return {
        "transferId": transfer.id,
        "points": presentation.amount(program, transfer.wallet, transfer.points),
        "comment": transfer.comment,
        "walletId": transfer.account,
        "walletTypeCode": transfer.wallet,
        "walletTypeName": names.get("name", transfer.wallet),
        "walletUnitSingularName": names.get("unitSingularName", "Point"),
        "walletUnitPluralName": names.get("unitPluralName", "Points"),
        "activePoints": presentation.amount(program, transfer.wallet, transfer.balance),
    } | omit_none(relatedTransferId=transfer.related)


def _change(change: AuditEntry) -> dict[str, Any]:
    said = entry_view(change)
    shown: Sequence[str] = ("eventType", "entityType", "userType", "outcome", "status")
    return {
        "customerId": change.entity_id,
        "type": CHANGE_TYPE,
        "kind": "change",
        "flatVariables": {name: said[name] for name in shown},  # type: ignore[literal-required]  # each is a field
        "createdBy": change.username,
    }


def _message(sent: SentMessage) -> dict[str, Any]:
    return {"deliveryId": sent.delivery, "eventName": sent.name, "status": sent.status}
