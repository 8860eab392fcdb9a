"""Who is calling: a bearer token, or an API key in `Authorization` or `X-AUTH-TOKEN`."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime

from api.authentication.callers import AdminCaller, Caller
from api.authentication.tokens import Tokens, digest
from api.http.errors import NotAuthenticated
from database import Database

KEY_PREFIX = "lrl_"
"""The start of every API key, which distinguishes it from a token and lets scanners find one that leaks."""

CACHE_SECONDS = 5.0
"""Seconds for which a caller is cached: a deleted key works that much longer in other processes."""

_MAX_CACHED = 10_000


class Authenticator:
    """Authenticates requests, with a short cache of callers."""

    def __init__(self, database: Database, tokens: Tokens) -> None:
        self._database = database
        self._tokens = tokens
        self._cache: dict[str, tuple[Caller, float]] = {}

    async def caller(self, headers: Mapping[str, str]) -> Caller:
        """The caller that these headers authenticate; raise NotAuthenticated."""
        credential = _credential(headers)
        key = digest(credential)
        cached = self._cache.get(key)
        if cached is not None and time.monotonic() < cached[1]:
            return cached[0]
        caller, expires_at = await self._authenticate(credential, key)
        remaining = (expires_at - datetime.now(UTC)).total_seconds() if expires_at else CACHE_SECONDS
        if len(self._cache) >= _MAX_CACHED:
            self._cache.clear()
        self._cache[key] = caller, time.monotonic() + min(CACHE_SECONDS, remaining)
        return caller

    def clear_cache(self) -> None:
        """Authenticate every caller anew: a key was deleted."""
        self._cache.clear()

    async def _authenticate(self, credential: str, key_hash: str) -> tuple[Caller, datetime | None]:
        if not credential.startswith(KEY_PREFIX):
            return await self._tokens.read(credential)
        key = await self._database.access_read(lambda access: access.api_key(key_hash))
        if key is None:
            raise NotAuthenticated("Invalid API key")
        if key.expires_at is not None and key.expires_at <= datetime.now(UTC):
            raise NotAuthenticated("Expired API key: make a new one")
        return AdminCaller(key.admin, has_login=False), key.expires_at


def _credential(headers: Mapping[str, str]) -> str:
    """The token or key of a request; either may stand in either header."""
    given = headers.get("x-auth-token") or headers.get("authorization", "")
    scheme, _, rest = given.strip().partition(" ")
    credential = rest.strip() if scheme.lower() == "bearer" else given.strip()
    if not credential:
        raise NotAuthenticated("Authentication Required")
    return credential
