"""API keys of administrators. Only hashes of keys are stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select, update

from database.damaged import DamagedInstant
from database.queries import columns_of
from database.tables import api_key


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key, without the secret itself.

    `store` None: for every store; `expires_at` None: never. `rate_limit` is in requests a minute, None: unlimited.
    Until `previous_expires_at`, the token before the last rotation works, too.
    """

    id: str
    admin: str
    name: str
    role: int
    store: str | None
    created_at: datetime
    expires_at: datetime | None
    rate_limit: int | None = None
    last_used_at: datetime | None = None
    previous_expires_at: datetime | None = None


class ApiKeyQueries:
    """Reads API keys."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def of_hash(self, key_hash: str) -> tuple[ApiKey, datetime | None] | None:
        """Return the key with a token of this hash, and when that token expires."""
        here = select(*_COLUMNS, (api_key.c.hash == key_hash).label("is_present"))
        row = self.connection.execute(
            here.where(or_(api_key.c.hash == key_hash, api_key.c.previous_hash == key_hash))
        ).first()
        if row is None:
            return None
        *values, is_present = row
        key = ApiKey(*values)
        ends = [each for each in (key.expires_at, None if is_present else key.previous_expires_at) if each is not None]
        damaged = next((each for each in ends if isinstance(each, DamagedInstant)), None)
        return key, min(ends, default=None) if damaged is None else damaged

    def get(self, admin_id: str, key_id: str) -> ApiKey | None:
        """Return a key of an administrator by its id."""
        return next(iter(self._all(api_key.c.admin == admin_id, api_key.c.id == key_id)), None)

    def of_admin(self, admin_id: str) -> list[ApiKey]:
        """Return an administrator's keys, the oldest first."""
        return self._all(api_key.c.admin == admin_id)

    def _all(self, *conditions: ColumnElement[bool]) -> list[ApiKey]:
        here = select(*_COLUMNS).where(*conditions).order_by(api_key.c.id)
        return [ApiKey(*row) for row in self.connection.execute(here)]


class ApiKeys(ApiKeyQueries):
    """Reads and changes API keys."""

    def add(self, new: ApiKey, *, key_hash: str) -> None:
        """Add a key by the hash of its token."""
        row = {column.name: getattr(new, column.name) for column in _COLUMNS}
        self.connection.execute(insert(api_key).values(**row, hash=key_hash))

    def change(self, key_id: str, **values: Any) -> None:
        """Change columns of a key."""
        self.connection.execute(update(api_key).where(api_key.c.id == key_id).values(**values))

    def rotate(self, key_id: str, new_hash: str, *, previous_until: datetime | None) -> None:
        """Replace the token of a key; the present one works until a moment, or no more (None)."""
        kept = None if previous_until is None else api_key.c.hash
        new = {"hash": new_hash, "previous_hash": kept, "previous_expires_at": previous_until}
        self.connection.execute(update(api_key).where(api_key.c.id == key_id).values(**new))

    def mark_used(self, uses: Mapping[str, datetime]) -> None:
        """Store when keys were last used, unless another process has stored a later time."""
        for key_id, at in uses.items():
            earlier = or_(api_key.c.last_used_at.is_(None), api_key.c.last_used_at < at)
            self.connection.execute(update(api_key).where(api_key.c.id == key_id, earlier).values(last_used_at=at))

    def remove(self, key_id: str) -> None:
        """Remove a key."""
        self.connection.execute(delete(api_key).where(api_key.c.id == key_id))


_COLUMNS = columns_of(ApiKey, api_key)
