"""API keys of administrators. Only hashes of keys are stored."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from database.queries import columns_of
from database.tables import api_key


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key, without the key itself. `store` None: of every store; `expires_at` None: never."""

    id: str
    admin: str
    name: str
    role: int
    store: str | None
    created_at: datetime
    expires_at: datetime | None


class ApiKeyQueries:
    """Reads API keys."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def of_hash(self, key_hash: str) -> ApiKey | None:
        """Return a key by its hash."""
        row = self.connection.execute(select(*_COLUMNS).where(api_key.c.hash == key_hash)).first()
        return None if row is None else ApiKey(*row)

    def get(self, admin_id: str, key_id: str) -> ApiKey | None:
        """Return a key of an administrator by its id."""
        here = select(*_COLUMNS).where(api_key.c.admin == admin_id, api_key.c.id == key_id)
        row = self.connection.execute(here).first()
        return None if row is None else ApiKey(*row)

    def of_admin(self, admin_id: str) -> list[ApiKey]:
        """Return an administrator's keys, the oldest first."""
        here = select(*_COLUMNS).where(api_key.c.admin == admin_id).order_by(api_key.c.id)
        return [ApiKey(*row) for row in self.connection.execute(here)]


class ApiKeys(ApiKeyQueries):
    """Reads and changes API keys."""

    def add(self, new: ApiKey, *, key_hash: str) -> None:
        """Add a key by its hash."""
        row = {column.name: getattr(new, column.name) for column in _COLUMNS}
        self.connection.execute(insert(api_key).values(**row, hash=key_hash))

    def remove(self, key_id: str) -> None:
        """Remove a key."""
        self.connection.execute(delete(api_key).where(api_key.c.id == key_id))


_COLUMNS = columns_of(ApiKey, api_key)
