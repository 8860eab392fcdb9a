"""All secrets that the database stores, by column: encrypt those that are not, or not with the present key."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Column, Connection, Table, Text, select, type_coerce, update

from database.secret_keys import PREFIX, SecretKeys, keys_of
from database.tables import delivery, setting, store, subscription

JWT_SECRET = "jwt_secret"  # noqa: S105 - the name of a setting, not a secret

CODE_SECRET = "code_secret"  # noqa: S105 - likewise
"""The setting from which codes of members are derived."""

KEY_CHECK = "secret_key_check"
"""The setting that is stored once everything is encrypted: a process that can decrypt it has the key."""

BATCH = 500
"""Rows that are read at once."""


def signing_secret_of(code: str) -> str:
    """Return the purpose of a secret that signs webhooks."""
    return f"store {code}: webhook secret"


def headers_of(code: str) -> str:
    """Return the purpose of the headers of a webhook."""
    return f"store {code}: webhook headers"


def setting_of(name: str) -> str:
    """Return the purpose of a setting."""
    return f"setting {name}"


@dataclass(frozen=True)
class _SecretColumn:
    """A column with secrets; rows of `table` with nothing to hide stay as they are."""

    table: Table
    column: str
    key: str
    """The column that names the row."""
    scope: str
    """The column with the store or the setting."""
    of: Callable[[str], str]
    is_json: bool = False


_COLUMNS = (
    _SecretColumn(store, "secret", "code", "code", signing_secret_of),
    _SecretColumn(store, "previous_secret", "code", "code", signing_secret_of),
    _SecretColumn(subscription, "secret", "id", "store", signing_secret_of),
    _SecretColumn(subscription, "previous_secret", "id", "store", signing_secret_of),
    _SecretColumn(subscription, "headers", "id", "store", headers_of, is_json=True),
    _SecretColumn(delivery, "headers", "id", "store", headers_of, is_json=True),
    _SecretColumn(setting, "value", "name", "name", setting_of),
)


def encrypt_all(connection: Connection) -> int:
    """Encrypt every secret with the first key of the connection; return how many were changed."""
    return sum(_encrypt_column(connection, keys_of(connection), each) for each in _COLUMNS)


def count_outdated(connection: Connection) -> int:
    """Return how many secrets are not encrypted with the first key of the connection."""
    keys = keys_of(connection)
    return sum(1 for column in _COLUMNS for _ in _outdated(connection, keys, column))


def _encrypt_column(connection: Connection, keys: SecretKeys, column: _SecretColumn) -> int:
    """Encrypt what is outdated; a row that was changed meanwhile is current already."""
    changed = 0
    value, key = _text(column), column.table.c[column.key]
    for row_key, scope, stored in list(_outdated(connection, keys, column)):
        plain = keys.decrypt(json.loads(stored) if _is_encrypted_json(column, stored) else stored, of=column.of(scope))
        sealed = keys.encrypt(plain, of=column.of(scope))
        new = json.dumps(sealed) if column.is_json and keys.first else sealed
        same = update(column.table).where(key == row_key, value == stored)
        changed += connection.execute(same.values({column.column: _raw(new)}).returning(key)).first() is not None
    return changed


def _outdated(connection: Connection, keys: SecretKeys, column: _SecretColumn) -> Iterator[tuple[str, str, str]]:
    """Yield key, scope and stored text of each secret that is not encrypted with the first key, page by page."""
    key, value = column.table.c[column.key], _text(column)
    wanted = select(key, column.table.c[column.scope], value).where(value.is_not(None)).order_by(key).limit(BATCH)
    if column.table is setting:
        wanted = wanted.where(setting.c.name.in_([JWT_SECRET, CODE_SECRET, KEY_CHECK]))
    if column.is_json:
        wanted = wanted.where(value != "[]")
    last = ""
    while rows := connection.execute(wanted.where(key > last)).all():
        for row_key, scope, stored in rows:
            text = json.loads(stored) if _is_encrypted_json(column, stored) else stored
            if not keys.is_current(text):
                yield row_key, scope, stored
        last = rows[-1][0]


def _is_encrypted_json(column: _SecretColumn, stored: str) -> bool:
    return column.is_json and stored.startswith(f'"{PREFIX}')


def _text(column: _SecretColumn) -> Column[str]:
    return type_coerce(column.table.c[column.column], Text)  # type: ignore[return-value]  # compares and reads as text


def _raw(text: str) -> object:
    return type_coerce(text, Text)
