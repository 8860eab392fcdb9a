"""Sessions: log-ins of administrators and members, each with the refresh tokens that came of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from database.queries import columns_of
from database.tables import refresh_token


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token, without the token itself. `store` None: an administrator's."""

    family: str
    """All tokens that came of one login have the same."""
    subject: str
    store: str | None
    expires_at: datetime
    used_at: datetime | None


class Sessions:
    """Reads and changes sessions and their refresh tokens."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def add_refresh_token(
        self,
        token_hash: str,
        *,
        family: str,
        subject: str,
        store: str | None,
        expires_at: datetime,
        now: datetime,
    ) -> None:
        """Store the hash of a refresh token."""
        row = {"hash": token_hash, "family": family, "subject": subject, "store": store}
        self.connection.execute(insert(refresh_token).values(**row, created_at=now, expires_at=expires_at))

    def use_refresh_token(self, token_hash: str, *, now: datetime) -> RefreshToken | None:
        """Mark a refresh token as used, and return it as it was; None if there is none, or if it was used before.

        A token that is used twice was stolen: then every token of its login is removed.
        """
        here = select(*columns_of(RefreshToken, refresh_token)).where(refresh_token.c.hash == token_hash)
        row = self.connection.execute(here.with_for_update()).first()
        if row is None:
            return None
        token = RefreshToken(*row)
        if token.used_at is not None:
            self.end(token.family)
            return None
        mark_used = update(refresh_token).where(refresh_token.c.hash == token_hash)
        self.connection.execute(mark_used.values(used_at=now))
        return token

    def end(self, family: str) -> None:
        """Remove every token of one login."""
        self.connection.execute(delete(refresh_token).where(refresh_token.c.family == family))

    def end_all_of(self, subject: str) -> None:
        """Remove every token of an administrator or member."""
        self.connection.execute(delete(refresh_token).where(refresh_token.c.subject == subject))
