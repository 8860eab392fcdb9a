"""Sessions of the console: the cookies of log-ins, which end with their session or when they are idle."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from database.queries import columns_of
from database.sessions import Session
from database.tables import console_session, session

IDLE = timedelta(hours=1)
"""A log-in to the console ends after this long without a request."""

SEEN_EVERY = timedelta(minutes=1)
"""How often the use of a log-in is stored."""


class ConsoleSessionQueries:
    """Reads sessions of the console."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def find(self, token_hash: str, *, now: datetime) -> tuple[Session, datetime] | None:
        """Return the session of a cookie, and when it was last used; None if it has ended."""
        columns = columns_of(Session, session)
        joined = console_session.join(session, session.c.id == console_session.c.session)
        wanted = select(*columns, console_session.c.seen_at).select_from(joined)
        is_live = (console_session.c.seen_at > now - IDLE, session.c.expires_at > now, session.c.store.is_(None))
        row = self.connection.execute(wanted.where(console_session.c.hash == token_hash, *is_live)).first()
        return None if row is None else (Session(*row[:-1]), row[-1])


class ConsoleSessions(ConsoleSessionQueries):
    """Reads and changes sessions of the console."""

    def add(self, session_id: str, *, token_hash: str, now: datetime) -> None:
        """Add the cookie of a session; cookies without a session, and unused ones, are removed."""
        is_over = console_session.c.session.not_in(select(session.c.id)) | (console_session.c.seen_at <= now - IDLE)
        self.connection.execute(delete(console_session).where(is_over))
        self.connection.execute(insert(console_session).values(hash=token_hash, session=session_id, seen_at=now))

    def mark_seen(self, token_hash: str, *, now: datetime) -> None:
        """Store that a cookie is used now."""
        self.connection.execute(update(console_session).where(console_session.c.hash == token_hash).values(seen_at=now))
