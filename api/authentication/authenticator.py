"""Who is asking: a bearer token, or an API key in `Authorization` or `X-AUTH-TOKEN`."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime

from api.authentication.tokens import AdminCaller, Caller, Tokens, digest
from api.errors import NotAuthenticated
from database import Database

KEY_PREFIX = "lrl_"
"""What every API key begins with, so that it is told from a token, and found when it leaks."""

BELIEVED = 5.0
"""Seconds for which a caller once known is believed without asking again."""

_MOST_BELIEVED = 10_000


class Authenticator:
    """Recognises callers."""

    def __init__(self, database: Database, tokens: Tokens) -> None:
        self._database = database
        self._tokens = tokens
        self._believed: dict[str, tuple[Caller, float]] = {}

    async def caller(self, headers: Mapping[str, str]) -> Caller:
        """Who sent these headers; raise NotAuthenticated."""
        credential = _credential(headers)
        mark = digest(credential)
        known = self._believed.get(mark)
        if known is not None and time.monotonic() < known[1]:
            return known[0]
        caller, until = await self._recognise(credential, mark)
        left = (until - datetime.now(UTC)).total_seconds() if until else BELIEVED
        if len(self._believed) >= _MOST_BELIEVED:
            self._believed.clear()
        self._believed[mark] = caller, time.monotonic() + min(BELIEVED, left)
        return caller

    def forget(self) -> None:
        """Believe nobody any more: a key has ended."""
        self._believed.clear()

    async def _recognise(self, credential: str, mark: str) -> tuple[Caller, datetime | None]:
        if not credential.startswith(KEY_PREFIX):
            return await self._tokens.read(credential)
        key = await self._database.access_read(lambda access: access.api_key(mark))
        if key is None:
            raise NotAuthenticated("Invalid API key")
        if key["expires_at"] is not None and key["expires_at"] <= datetime.now(UTC):
            raise NotAuthenticated("Expired API key: make a new one")
        return AdminCaller(key["admin"], has_login=False), key["expires_at"]


def _credential(headers: Mapping[str, str]) -> str:
    """The token or key that a request shows. The prefix of keys tells them apart, wherever they stand."""
    given = headers.get("x-auth-token") or headers.get("authorization", "")
    scheme, _, rest = given.strip().partition(" ")
    credential = rest.strip() if scheme.lower() == "bearer" else given.strip()
    if not credential:
        raise NotAuthenticated("Authentication Required")
    return credential
