"""Referrals between the members of one store."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Column, delete, func, select

from database.member_pages import ids_of_named
from database.pages import PageRequest, PageResult, find_page
from database.queries import Queries, WriteQueries
from database.tables import referral
from database.test_members import ids_of_test_members
from loyalty.store.referrals import Referral


@dataclass(frozen=True, slots=True)
class ReferralName:
    """The name of a member of a referral, whole or in part."""

    part: Literal["referrer", "referee"]
    name: str
    is_whole: bool


class ReferralQueries(Queries):
    """Reads the referrals of one store."""

    def of(self, referee: str) -> Referral | None:
        """Return the referral of a member."""
        return self.find_one(Referral, referral, referee=referee)

    def count(self) -> int:
        """Return how many members were brought by another."""
        tests = ids_of_test_members(self.store)
        here = select(func.count()).select_from(referral).where(referral.c.store == self.store)
        here = here.where(referral.c.referee.not_in(tests))
        return int(self.connection.execute(here).scalar_one())

    def page(self, page: PageRequest, names: Sequence[ReferralName] = ()) -> PageResult[Referral]:
        """Return a page of the referrals between members with these names, in the order of creation."""
        by: Column[object] = referral.c.created_at
        within = referral.c.store == self.store
        named = [referral.c[each.part].in_(ids_of_named(self.store, each.name, whole=each.is_whole)) for each in names]
        return find_page(self.connection, Referral, referral, page, within=within, order_by=by, further=named)


class Referrals(ReferralQueries, WriteQueries):
    """The referrals of one store."""

    def add(self, new: Referral) -> None:
        """Store the referrer of a member who has none."""
        row = {"id": new.id, "referrer": new.referrer, "referee": new.referee, "created_at": new.created_at}
        self.insert(referral, row)

    def remove(self, referee: str) -> None:
        """Remove the referrer of a member."""
        here = delete(referral).where(referral.c.store == self.store, referral.c.referee == referee)
        self.connection.execute(here)
