"""Access tokens, signed and short-lived; refresh tokens, kept as hashes and changed at every use."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import jwt
from typing_extensions import TypedDict

from api.errors import NotAuthenticated
from database import Access, Database
from loyalty.ids import new_id

ACCESS_TIME = timedelta(hours=1)
REFRESH_TIME = timedelta(days=30)

_ALGORITHM = "HS256"
_SECRET = "jwt_secret"  # noqa: S105 - the name of a setting, no secret
_SECRET_BYTES = 48


@dataclass(frozen=True, slots=True)
class AdminCaller:
    """An administrator, of every store."""

    id: str
    has_login: bool = True
    """False: this is an API key."""


@dataclass(frozen=True, slots=True)
class MemberCaller:
    """A member of one store."""

    id: str
    store: str


Caller: TypeAlias = AdminCaller | MemberCaller


class TokenPair(TypedDict):
    """What a login gives."""

    token: str
    refresh_token: str


class Tokens:
    """Makes tokens and reads them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known_secret = ""

    async def issue(self, caller: Caller) -> TokenPair:
        """The first tokens of a login."""
        return await self._pair(caller, family=new_id())

    async def refresh(self, refresh_token: str, store: str | None) -> TokenPair:
        """New tokens for a refresh token of an admin, or of a store's member; raise NotAuthenticated."""
        now = datetime.now(UTC)
        used = await self._database.access_write(
            lambda access: access.use_refresh_token(digest(refresh_token), now=now)
        )
        if used is None or used["store"] != store or used["expires_at"] <= now:
            raise NotAuthenticated("Invalid refresh token: log in again")
        caller = MemberCaller(used["subject"], store) if store is not None else AdminCaller(used["subject"])
        return await self._pair(caller, family=used["family"])

    async def revoke(self, caller: Caller) -> None:
        """Log somebody out everywhere: no refresh token of theirs works any more."""
        await self._database.access_write(lambda access: access.end_tokens_of(caller.id))

    async def read(self, token: str) -> tuple[Caller, datetime]:
        """Who an access token is of, and until when; raise NotAuthenticated."""
        try:
            claims = jwt.decode(
                token, await self._secret(), algorithms=[_ALGORITHM], options={"require": ["exp", "sub"]}
            )
        except jwt.ExpiredSignatureError:
            raise NotAuthenticated("Expired JWT Token.") from None
        except (jwt.InvalidTokenError, UnicodeError):
            raise NotAuthenticated("Invalid JWT Token") from None
        return _caller(claims), datetime.fromtimestamp(claims["exp"], UTC)

    async def _pair(self, caller: Caller, *, family: str) -> TokenPair:
        now = datetime.now(UTC)
        claims: dict[str, Any] = {"sub": caller.id, "role": "admin", "iat": now, "exp": now + ACCESS_TIME}
        store = caller.store if isinstance(caller, MemberCaller) else None
        if store is not None:
            claims |= {"role": "member", "store": store}
        refresh_token = secrets.token_urlsafe(_SECRET_BYTES)

        def keep(access: Access) -> None:
            access.add_refresh_token(
                digest(refresh_token),
                family=family,
                subject=caller.id,
                store=store,
                expires_at=now + REFRESH_TIME,
                now=now,
            )

        await self._database.access_write(keep)
        return {"token": jwt.encode(claims, await self._secret(), _ALGORITHM), "refresh_token": refresh_token}

    async def _secret(self) -> str:
        """What signs access tokens: made by whichever process needs it first, the same for all."""
        if not self._known_secret:
            fresh = secrets.token_urlsafe(_SECRET_BYTES)
            self._known_secret = await self._database.access_write(lambda access: access.setting_once(_SECRET, fresh))
        return self._known_secret


def digest(token: str) -> str:
    """What is kept of a token: it has more randomness than any guess, so no slow hash is needed."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def _caller(claims: dict[str, Any]) -> Caller:
    match claims:
        case {"role": "admin", "sub": subject}:
            return AdminCaller(subject)
        case {"role": "member", "sub": subject, "store": store}:
            return MemberCaller(subject, store)
        case _:
            raise NotAuthenticated("Invalid JWT Token")
