"""Codes of members, stored as hashes; see `loyalty.store.codes`."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select, update

from database.access import Access
from database.queries import Queries, WriteQueries, columns_of
from database.stored_secrets import CODE_SECRET
from database.tables import member_code
from loyalty.store.codes import CodePurpose, MemberCode, PlainCode, derived_code, hash_of

KEPT_FOR = timedelta(days=30)
"""How long expired codes are kept, until the member gets another one."""

_SECRET_BYTES = 48

_COLUMNS = columns_of(MemberCode, member_code)


class CodeQueries(Queries):
    """Reads the codes of one store's members."""

    def get(self, code_id: str) -> MemberCode | None:
        """Return a code by its id."""
        return self.find_one(MemberCode, member_code, id=code_id)

    def of_text(self, code: str) -> MemberCode | None:
        """Return the code with this text."""
        return self.find_one(MemberCode, member_code, hash=hash_of(code))

    def latest(self, member_id: str, purpose: CodePurpose) -> MemberCode | None:
        """Return the latest code of a member for a purpose."""
        here = (member_code.c.store == self.store, member_code.c.member == member_id)
        wanted = select(*_COLUMNS).where(*here, member_code.c.purpose == purpose)
        row = self.connection.execute(wanted.order_by(member_code.c.id.desc()).limit(1)).first()
        return None if row is None else MemberCode(*row)

    def count_since(self, member_id: str, purpose: CodePurpose, since: datetime) -> int:
        """Return how many codes a member got for a purpose since a moment."""
        here = (member_code.c.member == member_id, member_code.c.purpose == purpose)
        counted = select(func.count()).select_from(member_code).where(*here, member_code.c.created_at >= since)
        return int(self.connection.execute(counted).scalar_one())

    def plain(self, code_id: str) -> PlainCode:
        """Return a code as its member gets it."""
        return derived_code(self._secret(), code_id)

    def _secret(self) -> str:
        """Return the secret from which codes are derived; it was created with the first code."""
        secret = Access(self.connection).secret_setting(CODE_SECRET)
        assert secret is not None, "a code was made before"
        return secret


class Codes(CodeQueries, WriteQueries):
    """The codes of one store's members."""

    def add(self, new: MemberCode) -> None:
        """Store a code, which ends the earlier ones of the member for its purpose."""
        earlier = (member_code.c.member == new.member, member_code.c.purpose == new.purpose)
        self._end(*earlier, now=new.created_at)
        old = (member_code.c.member == new.member, member_code.c.expires_at < new.created_at - KEPT_FOR)
        self.connection.execute(delete(member_code).where(*old))
        row = {column.name: getattr(new, column.name) for column in _COLUMNS}
        self.insert(member_code, {**row, "hash": hash_of(self.plain(new.id).code)})

    def end(self, code_id: str, *, now: datetime) -> None:
        """End a code: it is not valid any more."""
        self._end(member_code.c.id == code_id, now=now)

    def end_all(self, member_id: str, *, now: datetime) -> None:
        """End every code of a member."""
        self._end(member_code.c.member == member_id, now=now)

    def count_failure(self, code_id: str) -> None:
        """Count a wrong guess at the number of a code."""
        here = update(member_code).where(member_code.c.store == self.store, member_code.c.id == code_id)
        self.connection.execute(here.values(failures=member_code.c.failures + 1))

    def _end(self, *where: ColumnElement[bool], now: datetime) -> None:
        open_ = (member_code.c.store == self.store, member_code.c.ended_at.is_(None))
        self.connection.execute(update(member_code).where(*open_, *where).values(ended_at=now))

    def _secret(self) -> str:
        return Access(self.connection).secret_setting_once(CODE_SECRET, secrets.token_urlsafe(_SECRET_BYTES))
