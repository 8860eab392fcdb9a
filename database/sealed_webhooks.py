"""Secrets of webhooks: encrypted when stored and decrypted when read."""

from collections.abc import Mapping, Sequence
from typing import Any

import rules
from database.queries import Queries
from database.secret_keys import keys_of
from database.stored_secrets import headers_of, signing_secret_of


def sealed_headers(queries: Queries, headers: Sequence[Mapping[str, str]]) -> Any:
    """Return headers as they are stored: an empty list needs no encryption."""
    keys = keys_of(queries.connection)
    if not headers or not keys.first:
        return list(headers)
    return keys.encrypt(rules.exact.dumps(list(headers)), of=headers_of(queries.store))


def opened_headers(queries: Queries, stored: Any) -> Sequence[Mapping[str, str]]:
    """Return headers as they are sent; raise SecretKeyError."""
    if not isinstance(stored, str):
        return stored  # type: ignore[no-any-return]  # a list, from before there were keys
    opened: Any = rules.exact.loads(keys_of(queries.connection).decrypt(stored, of=headers_of(queries.store)))
    return opened  # type: ignore[no-any-return]  # a list, as it was stored


def opened_secret(queries: Queries, stored: str) -> str:
    """Return a secret that signs webhooks; raise SecretKeyError."""
    return keys_of(queries.connection).decrypt(stored, of=signing_secret_of(queries.store))
