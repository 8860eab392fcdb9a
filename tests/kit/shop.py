"""A shop in memory: its members, and what they buy and bring back, by the operations and steps of production."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from loyalty.engine.in_memory import REVISION, InMemoryEngine, ProcessedEvent
from loyalty.events.operations import OperationContext
from loyalty.program.wallets import ONE
from loyalty.store.members import Identity, Member
from loyalty.store.memory.member_state import MemberState
from loyalty.transactions.documents import Document, Item
from loyalty.transactions.operations import register_transaction
from program_files import read_program
from tests.kit.transactions import SKUS

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ANN, BOB = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"
EMAIL = {ANN: "ann@example.com", BOB: "bob@example.com"}

PROGRAM = """\
store: DEFAULT
title: A shop
timezone: UTC
unknown_members: refuse
wallets:
  points: {default: true}
  stamps: {}
"""
POINT_FOR_EACH = "reactor: points\non: transaction\nthen: [{award_points: {points: {var: event.body.gross_value}}}]\n"


def item(sku: str, quantity: Any = 1, gross: Any = None, **more: Any) -> Item:
    """A line of this quantity, at the price of its sku."""
    category, price = SKUS.get(sku, ("other", 1))
    return Item(sku, sku, category, price * quantity if gross is None else gross, quantity, **more)


class Shop:
    """A program with two members, Ann and Bob. The clock is the engine's."""

    def __init__(self, *, program: str = PROGRAM, records_messages: bool = False, **files: str) -> None:
        texts = {"program.yaml": program} | {name.replace("__", "/") + ".yaml": text for name, text in files.items()}
        read = read_program({name: text.encode() for name, text in texts.items()})
        self.engine = InMemoryEngine(read, NOW, records_messages=records_messages)
        self.store = self.engine.store
        self.events: list[ProcessedEvent] = []
        for member_id in (ANN, BOB):
            lowest = read.tier_at(0)
            tier = None if lowest is None else lowest.name
            self.store.load(MemberState(Member(member_id, NOW, EMAIL[member_id], tier=tier)))

    def sell(self, number: str, *items: Item | str, email: str | None = EMAIL[ANN], **more: Any) -> str:
        """Report a sale, by default of Ann, and process what it records; return the id of the transaction."""
        return self.report(document(number, *items, now=self.engine.now, email=email, **more))

    def give_back(self, number: str, sale: str, *items: Item | str, email: str | None = None, **more: Any) -> str:
        """Report a return of a sale, and process what it records; return the id of the transaction."""
        reported = document(number, *items, now=self.engine.now, email=email, type="return", linked_number=sale, **more)
        return self.report(reported)

    def report(self, reported: Document) -> str:
        return str(self.operate(register_transaction, reported))

    def operate(self, operation: Callable[..., Any], *arguments: Any) -> Any:
        """Run an operation, and process the events that it records."""
        context = OperationContext(self.store, self.engine.program, REVISION, self.engine.now, "admin")
        result = operation(context, *arguments)
        self.events += self.engine.process(context.to_start)
        return result

    def wait(self, days: int) -> None:
        """Let time pass."""
        self.events += self.engine.advance(self.engine.now + days * DAY)

    def balance(self, member: str = ANN, wallet: str = "points") -> Mapping[str, Decimal]:
        """The parts of a balance that are not 0, in units."""
        account = self.store.ledger.account(member, wallet)
        parts = {} if account is None else account.balance._asdict()
        return {name: Decimal(each) / ONE for name, each in parts.items() if each}

    def sent(self, name: str) -> Sequence[Any]:
        """The data of the messages of a name, in order."""
        return [each.body["data"] for event in self.events for each in event.sent if each.name == name]

    def types(self) -> Sequence[str]:
        """The types of all events that were processed."""
        return [each.type for each in self.events]


def document(number: str, *items: Item | str, now: datetime = NOW, email: str | None = None, **more: Any) -> Document:
    """A document of these lines, or of one of each named sku; its customer has this email."""
    lines = tuple(item(each) if isinstance(each, str) else each for each in items or ("beans",))
    data = {} if email is None else {"email": email}
    given = {"purchased_at": now, "customer_data": data, "identity": Identity(email=email)} | more
    return Document(number=number, items=lines, **given)
