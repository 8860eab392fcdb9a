"""Find things of a store by one text: ids, document numbers, coupon codes, clients' own ids; all indexed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sqlalchemy import ColumnElement, FromClause, null, select

from database.queries import Queries
from database.tables import coupon_code, customer_transaction, delivery, event, issued_reward, transfer
from loyalty.ids import is_id

FoundKind: TypeAlias = Literal[
    "member", "customEvent", "transaction", "transfer", "issuedReward", "couponCode", "delivery"
]


@dataclass(frozen=True, slots=True)
class Found:
    """A thing that was found. `label`: its name for people; `member`: its owner."""

    kind: FoundKind
    id: str
    label: str
    member: str | None = None


class SearchQueries(Queries):
    """Finds things of one store by a complete text."""

    def find(self, text: str, kinds: Sequence[FoundKind], *, most: int) -> list[Found]:
        """Return what has this text as its id, number or code, without members; of each kind at most a number."""
        return [found for kind in kinds for found in self._of_kind(kind, text, most)]

    def _of_kind(self, kind: FoundKind, text: str, most: int) -> Iterator[Found]:
        match kind:
            case "customEvent":
                here = _named(event, text, event.c.external_id)
                yield from self._found(kind, event, event.c.type, event.c.member, here, most)
            case "transaction":
                number = customer_transaction.c.document_number
                here = _named(customer_transaction, text, number)
                yield from self._found(kind, customer_transaction, number, customer_transaction.c.member, here, most)
            case "transfer":
                here = _named(transfer, text, transfer.c.external_id)
                yield from self._found(kind, transfer, transfer.c.kind, transfer.c.member, here, most)
            case "issuedReward":
                here = _named(issued_reward, text, issued_reward.c.coupon, issued_reward.c.token)
                yield from self._found(kind, issued_reward, issued_reward.c.reward, issued_reward.c.member, here, most)
            case "couponCode":
                here = [coupon_code.c.code == text]
                yield from self._found(kind, coupon_code, coupon_code.c.reward, null(), here, most)
            case "delivery":
                here = _named(delivery, text)
                yield from self._found(kind, delivery, delivery.c.name, null(), here, most)
            case "member":
                raise ValueError("members are found by their identity")

    def _found(
        self,
        kind: FoundKind,
        table: FromClause,
        label: ColumnElement[Any],
        member: ColumnElement[Any],
        named: Sequence[ColumnElement[bool]],
        most: int,
    ) -> Iterator[Found]:
        for condition in named:
            here = select(table.c.id, label, member).where(table.c.store == self.store, condition)
            for id_, name, owner in self.connection.execute(here.limit(most)):
                yield Found(kind, id_, name or "", owner or None)


def _named(table: FromClause, text: str, *columns: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    """Return conditions, each served by an index: the id, or another column, is this text."""
    by_id = [table.c.id == text.lower()] if is_id(text) else []
    return [*by_id, *(column == text for column in columns)]
