"""Who may call: admins, API keys, refresh tokens. They belong to no store."""

from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, select, update

from database.queries import insert
from database.tables import admin, api_key, refresh_token, setting, store


class Access:
    """Queries about callers."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def stores(self) -> list[str]:
        """The codes of all stores."""
        return list(self.connection.execute(select(store.c.code).order_by(store.c.code)).scalars())

    def setting(self, name: str) -> str | None:
        """A setting that the installation made for itself."""
        return self.connection.execute(select(setting.c.value).where(setting.c.name == name)).scalar_one_or_none()

    def setting_once(self, name: str, value: str) -> str:
        """Make a setting unless it is made; answer what it is."""
        row = {"name": name, "value": value}
        self.connection.execute(insert(self.connection, setting).values(row).on_conflict_do_nothing())
        return str(self.connection.execute(select(setting.c.value).where(setting.c.name == name)).scalar_one())

    def admin(self, username: str) -> RowMapping | None:
        """An admin by name."""
        return self.connection.execute(select(admin).where(admin.c.username == username)).mappings().first()

    def admin_of_id(self, admin_id: str) -> RowMapping | None:
        """An admin by id."""
        return self.connection.execute(select(admin).where(admin.c.id == admin_id)).mappings().first()

    def set_admin(self, admin_id: str, username: str, password_hash: str, *, now: datetime) -> None:
        """Add an admin, or change the password of one."""
        row = {"id": admin_id, "username": username, "password_hash": password_hash, "created_at": now}
        self.connection.execute(
            insert(self.connection, admin)
            .values(row)
            .on_conflict_do_update(index_elements=[admin.c.username], set_={"password_hash": password_hash})
        )

    def add_api_key(
        self,
        key_id: str,
        *,
        admin_id: str,
        name: str,
        key_hash: str,
        expires_at: datetime | None,
        now: datetime,
    ) -> None:
        """Keep the hash of a key."""
        row = {"id": key_id, "admin": admin_id, "name": name, "hash": key_hash, "created_at": now}
        self.connection.execute(api_key.insert().values(**row, expires_at=expires_at))

    def api_key(self, key_hash: str) -> RowMapping | None:
        """A key by its hash."""
        return self.connection.execute(select(api_key).where(api_key.c.hash == key_hash)).mappings().first()

    def api_keys(self, admin_id: str) -> list[RowMapping]:
        """An admin's keys."""
        here = select(api_key).where(api_key.c.admin == admin_id).order_by(api_key.c.id)
        return list(self.connection.execute(here).mappings())

    def remove_api_key(self, admin_id: str, key_id: str) -> bool:
        """End a key; False where there is none."""
        here = delete(api_key).where(api_key.c.admin == admin_id, api_key.c.id == key_id)
        return self.connection.execute(here.returning(api_key.c.id)).first() is not None

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
        """Keep the hash of a refresh token."""
        row = {"hash": token_hash, "family": family, "subject": subject, "store": store}
        self.connection.execute(refresh_token.insert().values(**row, created_at=now, expires_at=expires_at))

    def use_refresh_token(self, token_hash: str, *, now: datetime) -> RowMapping | None:
        """Spend a refresh token and answer it as it was; None where there is none.

        A token spent twice was stolen once: then every token of its login ends.
        """
        here = select(refresh_token).where(refresh_token.c.hash == token_hash).with_for_update()
        token = self.connection.execute(here).mappings().first()
        if token is None:
            return None
        if token["used_at"] is not None:
            self.end_family(token["family"])
            return None
        mark = update(refresh_token).where(refresh_token.c.hash == token_hash)
        self.connection.execute(mark.values(used_at=now))
        return token

    def end_family(self, family: str) -> None:
        """End every token of one login."""
        self.connection.execute(delete(refresh_token).where(refresh_token.c.family == family))

    def end_tokens_of(self, subject: str) -> None:
        """Log somebody out everywhere."""
        self.connection.execute(delete(refresh_token).where(refresh_token.c.subject == subject))
