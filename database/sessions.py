"""Sessions: log-ins of administrators and members, each with its refresh tokens.

A session is locked as a row while a refresh token of it is used, so that it is not ended concurrently.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from database.queries import columns_of
from database.tables import console_session, refresh_token, session


@dataclass(frozen=True, slots=True)
class Session:
    """An active log-in. `store` None: of an administrator; `address`: where it came from."""

    id: str
    subject: str
    store: str | None
    created_at: datetime
    expires_at: datetime
    address: str | None


class SessionQueries:
    """Reads sessions."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def get(self, session_id: str) -> Session | None:
        """Return a session by its id."""
        row = self.connection.execute(select(*_COLUMNS).where(session.c.id == session_id)).first()
        return None if row is None else Session(*row)

    def of(self, subject: str, *, now: datetime) -> list[Session]:
        """Return the sessions of an administrator or member that have not expired, the oldest first."""
        here = select(*_COLUMNS).where(session.c.subject == subject, session.c.expires_at > now)
        return [Session(*row) for row in self.connection.execute(here.order_by(session.c.id))]


class Sessions(SessionQueries):
    """Reads and changes sessions and their refresh tokens."""

    def add(self, new: Session, *, token_hash: str | None) -> None:
        """Add a session with its first refresh token, if it has any.

        Expired sessions of the same subject are removed.
        """
        expired = select(session.c.id).where(session.c.subject == new.subject, session.c.expires_at <= new.created_at)
        self._remove(list(self.connection.execute(expired).scalars()))
        self.connection.execute(insert(session).values({column.name: getattr(new, column.name) for column in _COLUMNS}))
        if token_hash is not None:
            self._add_token(token_hash, new.id, new.expires_at, now=new.created_at)

    def refresh(
        self, token_hash: str, store: str | None, *, next_hash: str, expires_at: datetime, now: datetime
    ) -> Session | None:
        """Use a refresh token, add the next one of its session, and return the session.

        None if there is no such token in the store (None: of an administrator), or if it has expired. A token that is
        used twice was stolen, which ends its session.
        """
        used = select(refresh_token.c.family).where(refresh_token.c.hash == token_hash)
        family = self.connection.execute(used).scalar_one_or_none()
        locked = select(*_COLUMNS).where(session.c.id == family).with_for_update()
        row = None if family is None else self.connection.execute(locked).first()
        if row is None or row.store != store:
            return None
        here = select(refresh_token.c.used_at, refresh_token.c.expires_at).where(refresh_token.c.hash == token_hash)
        token = self.connection.execute(here).first()
        if token is None or token.expires_at <= now:
            return None
        if token.used_at is not None:
            self.end(row.id)
            return None
        self.connection.execute(update(refresh_token).where(refresh_token.c.hash == token_hash).values(used_at=now))
        self.connection.execute(update(session).where(session.c.id == row.id).values(expires_at=expires_at))
        self._add_token(next_hash, row.id, expires_at, now=now)
        return Session(*row)

    def end(self, session_id: str) -> None:
        """End a session: none of its tokens works any more."""
        self._remove([session_id])

    def end_all_of(self, subject: str) -> None:
        """End every session of an administrator or member."""
        ended = delete(session).where(session.c.subject == subject).returning(session.c.id)
        self._remove_tokens(list(self.connection.execute(ended).scalars()))

    def _add_token(self, token_hash: str, session_id: str, expires_at: datetime, *, now: datetime) -> None:
        row = {"hash": token_hash, "family": session_id, "created_at": now, "expires_at": expires_at}
        self.connection.execute(insert(refresh_token).values(**row))

    def _remove(self, ids: list[str]) -> None:
        if ids:
            self.connection.execute(delete(session).where(session.c.id.in_(ids)))
            self._remove_tokens(ids)

    def _remove_tokens(self, sessions: list[str]) -> None:
        """Remove the tokens and cookies of sessions that were removed before, so that none is added in between."""
        if sessions:
            self.connection.execute(delete(refresh_token).where(refresh_token.c.family.in_(sessions)))
            self.connection.execute(delete(console_session).where(console_session.c.session.in_(sessions)))


_COLUMNS = columns_of(Session, session)
