"""The history of a member: its kinds of entries, and the types of entries in the API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from loyalty.events.builtin_events import BUILT_IN
from loyalty.store.points import Transfer, TransferKind

HistoryKind: TypeAlias = Literal[
    "event", "transaction", "points", "tier", "achievement", "badge", "reward", "member", "change"
]
HISTORY_KINDS: Final[Sequence[HistoryKind]] = get_args(HistoryKind)
"""The subject of an entry: a reported event, ..., or a change by an administrator."""

_BY_PREFIX: Final[Mapping[str, HistoryKind]] = {
    "achievement": "achievement",
    "badge": "badge",
    "badges": "badge",
    "coupon": "reward",
    "points": "points",
    "reward": "reward",
    "tier": "tier",
    "transaction": "transaction",
}
"""The kind of a built-in event by the first word of its name; all others are about the member."""

SHOWN_AS_TRANSFERS: Final = frozenset(
    {
        "points_activated",
        "points_added",
        "points_captured",
        "points_expired",
        "points_held",
        "points_received",
        "points_released",
        "points_sent",
        "points_spent",
        "points_transfer_cancelled",
    }
)
"""Built-in events that repeat what a transfer says: the transfer is the entry."""

CUSTOM_TYPE: Final = "CustomEventWasReported"
CHANGE_TYPE: Final = "ChangeWasRequested"

_EVENT_TYPES: Final[Mapping[str, str]] = {
    "member_activated": "CustomerWasActivated",
    "member_anonymised": "CustomerWasAnonymized",
    "member_deactivated": "CustomerWasDeactivated",
    "member_frozen": "CustomerWasFrozen",
    "member_unfrozen": "CustomerWasUnfrozen",
    "member_registered": "CustomerWasRegistered",
    "tier_changed": "CustomerWasMovedToLevel",
    "transaction": "AssignedTransactionToCustomer",
    "transaction_returned": "AssignedTransactionToCustomer",
}
_TRANSFER_TYPES: Final[Mapping[TransferKind, str]] = {
    "award": "PointsWereAdded",
    "add": "PointsWereAdded",
    "receive": "PointsWereAdded",
    "activate": "PointsWereActivated",
    "deduct": "PointsWereSpent",
    "spend": "PointsWereSpent",
    "capture": "PointsWereSpent",
    "send": "PointsWereSpent",
    "hold": "PointsWereBlocked",
    "release": "PointsWereReleased",
    "expire": "PointsWereExpired",
    "take_back": "PointsWereTakenBack",
    "return": "PointsWereTakenBack",
    "settle": "DebtWasSettled",
    "cancel": "PointsWereCanceled",
    "merge_in": "PointsWereMerged",
    "merge_out": "PointsWereMerged",
}
_PENDING: Final[Mapping[str, str]] = {
    "PointsWereAdded": "PendingPointsWereAdded",
    "PointsWereCanceled": "PendingPointsWereCanceled",
}


@dataclass(frozen=True, slots=True)
class HistorySelection:
    """Which entries to select. `built_in`: the names of built-in events; `custom`: whether to select reported events.

    `transfers`: kinds of transfers; `is_pending` True: only those of pending points, False: none of these.
    """

    built_in: frozenset[str] = frozenset()
    custom: bool = False
    transfers: frozenset[TransferKind] = frozenset()
    is_pending: bool | None = None
    changes: bool = False


def kind_of_event(event_type: str) -> HistoryKind:
    """Return the kind of the entry of an event."""
    if event_type not in BUILT_IN:
        return "event"
    return _BY_PREFIX.get(event_type.partition("_")[0], "member")


def type_of_event(event_type: str) -> str:
    """Return the type of the entry of an event; for a built-in one without another type in the API, its name."""
    if event_type not in BUILT_IN:
        return CUSTOM_TYPE
    return _EVENT_TYPES.get(event_type) or _words(event_type)


def type_of_transfer(transfer: Transfer) -> str:
    """Return the type of the entry of a transfer."""
    name = _TRANSFER_TYPES[transfer.kind]
    return _PENDING.get(name, name) if transfer.change.pending else name


def selection_of_kinds(kinds: Sequence[HistoryKind]) -> HistorySelection:
    """Return the selection of the entries of some kinds."""
    return HistorySelection(
        built_in=frozenset(name for name in _OWN_ENTRY if kind_of_event(name) in kinds),
        custom="event" in kinds,
        transfers=frozenset(_TRANSFER_TYPES) if "points" in kinds else frozenset(),
        changes="change" in kinds,
    )


def selection_of_type(type_: str) -> HistorySelection | None:
    """Return the selection of the entries of a type; None: there is no such type."""
    return _SELECTIONS.get(type_)


def history_types() -> Sequence[str]:
    """Return every type that an entry may have."""
    return sorted(_SELECTIONS)


def narrowed(one: HistorySelection, other: HistorySelection) -> HistorySelection:
    """Return the intersection of two selections."""
    return HistorySelection(
        one.built_in & other.built_in,
        one.custom and other.custom,
        one.transfers & other.transfers,
        other.is_pending if one.is_pending is None else one.is_pending,
        one.changes and other.changes,
    )


def _words(event_type: str) -> str:
    return "".join(word.capitalize() for word in event_type.split("_"))


_OWN_ENTRY: Final = frozenset(BUILT_IN) - SHOWN_AS_TRANSFERS


def _selections() -> Mapping[str, HistorySelection]:
    found: dict[str, HistorySelection] = {}
    for name in _OWN_ENTRY:
        of_type = found.get(type_of_event(name), HistorySelection())
        found[type_of_event(name)] = HistorySelection(of_type.built_in | {name})
    for kind, type_ in _TRANSFER_TYPES.items():
        kinds = found.get(type_, HistorySelection()).transfers | {kind}
        found[type_] = HistorySelection(transfers=kinds, is_pending=False if type_ in _PENDING else None)
        if type_ in _PENDING:
            found[_PENDING[type_]] = HistorySelection(transfers=kinds, is_pending=True)
    found[CUSTOM_TYPE] = HistorySelection(custom=True)
    found[CHANGE_TYPE] = HistorySelection(changes=True)
    return found


_SELECTIONS: Final = _selections()
