"""API keys as responses show them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from api.authentication.authenticator import KEY_PREFIX
from api.http.responses import format_instant, omit_none
from database import AccessReader
from database.api_keys import ApiKey

HIDDEN_TOKEN = KEY_PREFIX + "..."
"""The placeholder for a token after it was shown once."""


def api_key_view(
    access: AccessReader, key: ApiKey, uses: Mapping[str, datetime], *, now: datetime, token: str = HIDDEN_TOKEN
) -> dict[str, Any]:
    """Return a key in the documented fields; the token only when it is created or rotated.

    `uses` are later than those that are stored.
    """
    role = access.roles.get(key.role)
    overlap_end = key.previous_expires_at
    fields = {
        "apiKeyId": key.id,
        "token": token,
        "adminId": key.admin,
        "name": key.name,
        "legacy": False,
        "role": role.name if role else None,
        "store": key.store,
        "createdAt": format_instant(key.created_at, UTC),
        "rateLimit": key.rate_limit,
    }
    return fields | omit_none(
        lastUsedAt=_shown(uses.get(key.id, key.last_used_at)),
        expirationDate=_shown(key.expires_at),
        previousTokenUntil=_shown(overlap_end) if overlap_end is not None and overlap_end > now else None,
    )


def _shown(moment: datetime | None) -> str | None:
    return None if moment is None else format_instant(moment, UTC)
