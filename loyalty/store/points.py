"""The ledger: accounts, transfers, allocations and lots, and their repository.

Every movement of points is an immutable transfer. The balance of an account is the sum of its transfers; what is left
of a lot is its points and the sum of its allocations.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, Literal, NamedTuple, Protocol, TypeAlias, get_args

from loyalty.ids import caused_id
from loyalty.program.expiry import Expiry
from loyalty.program.wallets import MAX_POINTS, ONE, Points
from loyalty.refusals import SumTooLarge
from loyalty.store.members import NOTHING, Balance
from rules.frozen import frozen_at_type_check

TransferKind: TypeAlias = Literal[
    "award",
    "add",
    "activate",
    "deduct",
    "spend",
    "hold",
    "release",
    "capture",
    "expire",
    "send",
    "receive",
    "take_back",
    "settle",
    "cancel",
    "return",
    "merge_out",
    "merge_in",
]
"""What moves points: rules `award` and `deduct`, people `add` and `spend`; `settle` pays debt.

`return` undoes a part of an award or of a deduction, since goods came back. `merge_out` closes an account into another,
to which `merge_in` adds all that was in it.
"""


CountedPart: TypeAlias = Literal["qualifying", "spent"]
"""The part of a balance that a tier set counts by the period."""

COUNTED_PARTS: Final[tuple[CountedPart, ...]] = get_args(CountedPart)

TAKING_BACK: Final[Sequence[TransferKind]] = ("cancel", "take_back", "return")
"""The kinds that undo another transfer, which is `related`."""

MERGING: Final[Sequence[TransferKind]] = ("merge_out", "merge_in")


@lru_cache(maxsize=20_000)
def account_id(member_id: str, wallet: str) -> str:
    """Return the id of a member's account in a wallet."""
    return caused_id(member_id, f"wallet/{wallet}")


@frozen_at_type_check
class Account:
    """The points of one owner in one wallet. `transfers` is the number of its last transfer."""

    id: str
    member: str
    wallet: str
    balance: Balance
    transfers: int


@frozen_at_type_check
class Lot:
    """Points added together, with one expiry. Instants are UTC; the lot is pending until `active_from`, if given.

    `expiry` is the rule by which `expires_at` is computed again if a pending lot becomes active early; None: it stays.
    """

    id: str
    wallet: str
    points: Points
    remaining: Points
    active_from: datetime | None
    expires_at: datetime | None
    expiry: Expiry | None = None
    held: Points = NOTHING
    """The part that holds have set aside."""
    transfer: str = ""
    """The id of the transfer that added it; the same as the lot's own, unless one transfer added several."""
    qualifies: bool = False
    """Whether its points count for tiers when they become active; False: never, or since they were added."""
    created_at: datetime | None = None
    """When it was added; None: it is not stored yet, or older than this column."""


@frozen_at_type_check
class Allocation:
    """What a transfer changed in one lot: `points` of what remains, `held` of what holds have set aside."""

    lot: str
    points: Points
    held: Points = NOTHING

    @property
    def taken(self) -> Points:
        """What left the lot for good; negative if it was given back."""
        return Points(-(self.points + self.held))


@frozen_at_type_check
class NewTransfer:
    """A transfer to post. `points` is its amount, above zero; `change` is what it adds to each part of the balance."""

    id: str
    member: str
    wallet: str
    kind: TransferKind
    points: Points
    change: Balance
    event: str
    """The event that caused it."""
    source: str
    """What caused it: `reactor/NAME`, `achievement/NAME`, `clock`, or the requester."""
    related: str | None = None
    """The transfer that it refers to: the one it cancels, releases, captures, activates or expires."""
    comment: str = ""
    external_id: str | None = None
    """The client's own id, which makes a request idempotent."""
    ends_at: datetime | None = None
    """When a hold is released; None: only by request."""
    lot: str | None = None
    """The lot that it added, activated or expired."""
    counts_at: datetime | None = None
    """When the points that it qualifies count for tiers; None: when it is booked."""


@frozen_at_type_check
class Transfer:
    """One line of the ledger. `number` counts within its account; `at` is the moment of booking, aware UTC."""

    id: str
    account: str
    number: int
    member: str
    wallet: str
    kind: TransferKind
    points: Points
    change: Balance
    balance: Points
    """Active points less open debt, after the transfer."""
    event: str
    source: str
    related: str | None
    comment: str
    external_id: str | None
    ends_at: datetime | None
    lot: str | None
    at: datetime
    estimated: bool = False
    """Whether its allocations were reconstructed: it is older than allocations."""
    counts_at: datetime | None = None
    """When the points that it qualifies count for tiers, if they are dated by their event; None: at `at`."""


@frozen_at_type_check
class Posted:
    """A transfer, with the balance before and after it."""

    transfer: Transfer
    before: Balance
    after: Balance

    @property
    def wallet(self) -> str:
        return self.transfer.wallet


class Sent(NamedTuple):
    """How often points were sent to other members, and how many."""

    times: int
    points: Points


def require_within_range(wallet: str, after: Balance) -> None:
    """Raise SumTooLarge if a part of a balance after a change would exceed the largest possible."""
    if max(after) > MAX_POINTS:
        raise SumTooLarge(f"the balance of {wallet}", MAX_POINTS // ONE)


def transfer_of(new: NewTransfer, *, number: int, after: Balance, now: datetime) -> Transfer:
    """Return a new transfer as it is stored."""
    return Transfer(
        new.id,
        account_id(new.member, new.wallet),
        number,
        new.member,
        new.wallet,
        new.kind,
        new.points,
        new.change,
        after.net,
        new.event,
        new.source,
        new.related,
        new.comment,
        new.external_id,
        new.ends_at,
        new.lot,
        now,
        counts_at=new.counts_at,
    )


_FIRST: Final = datetime.min.replace(tzinfo=UTC)


def spending_order(lot: Lot) -> tuple[bool, datetime | None, datetime, str]:
    """Return the sort key for spending lots: those that expire first, then the oldest."""
    return lot.expires_at is None, lot.expires_at, lot.created_at or _FIRST, lot.id


class LedgerReader(Protocol):
    """Reads the ledger of a store."""

    def account(self, member_id: str, wallet: str) -> Account | None:
        """Return a member's account; None: it was never used."""

    def lot(self, lot_id: str) -> tuple[Lot, str] | None:
        """Return a lot and the id of its member."""

    def lots_of_transfer(self, transfer_id: str) -> Sequence[Lot]:
        """Return the lots that a transfer added."""

    def spendable(self, member_id: str, wallet: str, *, now: datetime, enough: Points) -> Sequence[Lot]:
        """Return active, unexpired lots with points left, in the order of spending, up to `enough` points."""

    def overdue(self, member_id: str, wallet: str, *, now: datetime) -> Points:
        """Return the active points whose date has passed, and which have not expired yet."""

    def transfer(self, transfer_id: str) -> Transfer | None:
        """Return one transfer."""

    def transfers_about(self, transfer_id: str) -> Sequence[Transfer]:
        """Return the transfers that are related to one, in order."""

    def transfers_of(self, event_id: str) -> Sequence[Transfer]:
        """Return what one event posted, or reports, in order."""

    def allocations_of(self, transfer_id: str) -> Sequence[Allocation]:
        """Return a transfer's changes of lots."""

    def allocations_to(self, lot_id: str) -> Sequence[tuple[str, Allocation]]:
        """Return the changes of one lot by the transfers with these ids, in the order of their ids."""

    def debt_transfers(self, member_id: str, wallet: str) -> Sequence[Transfer]:
        """Return the transfers of an account that cancelled or took back something, or paid debt, in order."""

    def counted_since(self, member_id: str, wallet: str, part: CountedPart, since: datetime) -> Points:
        """Return the points of a part of the balance that count for tiers at a moment or later.

        What is not dated by an event counts when it was booked; what is taken back, when the points counted. What the
        clock made active counted before, as it runs what is due in order; so did what a merge moved.
        """

    def sent_since(self, member_id: str, wallet: str, since: datetime) -> Sent:
        """Return what a member has sent to others since a moment, without what was cancelled."""

    def reported_transfer(self, external_id: str) -> Transfer | None:
        """Return the transfer to which a client gave this id."""


class LedgerRepository(LedgerReader, Protocol):
    """The ledger of a store."""

    def add_lot(self, new: Lot, *, member_id: str, event_id: str, now: datetime) -> None:
        """Store a new lot."""

    def change_lot(self, changed: Lot) -> None:
        """Store when a lot becomes active and when it expires."""

    def post(self, new: NewTransfer, allocations: Sequence[Allocation] = (), *, now: datetime) -> Posted:
        """Post a transfer with its allocations, and update the balance and the lots; return what was written.

        Raise SumTooLarge for a balance that would exceed the largest possible.
        """
