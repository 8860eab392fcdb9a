"""Redemption codes of reactors."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case, select, update

from database.locks import code_lock
from database.pages import PageRequest, PageResult, find_page
from database.queries import Queries, WriteQueries, insert_into
from database.tables import campaign_code
from loyalty.store.campaign_codes import CampaignCode, NewCampaignCode

_CHUNK = 500


class CampaignCodeQueries(Queries):
    """Reads the redemption codes of one store."""

    def known(self, reactor: str, codes: Sequence[str]) -> list[str]:
        """Return the texts among these that are codes of a reactor, in order."""
        table, found = campaign_code, list[str]()
        for first in range(0, len(codes), _CHUNK):
            some = table.c.code.in_(list(codes[first : first + _CHUNK]))
            here = select(table.c.code).where(table.c.store == self.store, table.c.reactor == reactor, some)
            found += self.connection.execute(here).scalars()
        return sorted(found)

    def page(self, reactor: str, page: PageRequest) -> PageResult[CampaignCode]:
        """Return a page of the codes of a reactor, in the order of creation."""
        table = campaign_code
        within = (table.c.store == self.store) & (table.c.reactor == reactor)
        return find_page(self.connection, CampaignCode, table, page, within=within, order_by=table.c.created_at)


class CampaignCodes(CampaignCodeQueries, WriteQueries):
    """The redemption codes of one store."""

    def lock_and_count(self, reactor: str, code: str) -> int | None:
        """Lock a code until the transaction ends; return how often it was used. None: the reactor has no such code."""
        self.lock(code_lock(reactor, code))
        table = campaign_code
        here = (table.c.store == self.store, table.c.reactor == reactor, table.c.code == code)
        return self.connection.execute(select(table.c.used).where(*here)).scalar()

    def use(self, reactor: str, code: str, *, member_id: str, now: datetime) -> None:
        """Count a use of a code, which is locked."""
        table = campaign_code
        here = (table.c.store == self.store, table.c.reactor == reactor, table.c.code == code)
        values = {"used": table.c.used + 1, "used_at": now, "member": member_id or None}
        self.connection.execute(update(table).where(*here).values(values))

    def give_back(self, reactor: str, code: str) -> None:
        """Undo a use of a code, which is locked; without uses left, the code has no member."""
        table = campaign_code
        here = (table.c.store == self.store, table.c.reactor == reactor, table.c.code == code, table.c.used > 0)
        is_free = table.c.used == 1
        values = {
            "used": table.c.used - 1,
            "used_at": case((is_free, None), else_=table.c.used_at),
            "member": case((is_free, None), else_=table.c.member),
        }
        self.connection.execute(update(table).where(*here).values(values))

    def add(self, codes: Sequence[NewCampaignCode]) -> int:
        """Store new codes and skip existing ones; return how many were stored."""
        rows = [{"store": self.store, "used": 0, **each._asdict()} for each in codes]
        rows.sort(key=lambda row: str(row["code"]))
        statement = insert_into(self._dialect, campaign_code).on_conflict_do_nothing().returning(campaign_code.c.id)
        return len(self.connection.execute(statement, rows).scalars().all())
