"""API keys as answers show them."""

from datetime import UTC
from typing import Any

from api.authentication.authenticator import KEY_PREFIX
from api.http.responses import format_instant, omit_none
from database import AccessReader
from database.api_keys import ApiKey

HIDDEN_TOKEN = KEY_PREFIX + "..."
"""Stands for a token after it was shown once."""


def api_key_view(access: AccessReader, key: ApiKey, *, token: str = HIDDEN_TOKEN) -> dict[str, Any]:
    """A key in the documented fields; without its token, except when it is made."""
    role = access.roles.get(key.role)
    fields = {
        "apiKeyId": key.id,
        "token": token,
        "adminId": key.admin,
        "name": key.name,
        "legacy": False,
        "role": role.name if role else None,
        "store": key.store,
        "createdAt": format_instant(key.created_at, UTC),
    }
    return fields | omit_none(expirationDate=format_instant(key.expires_at, UTC) if key.expires_at else None)
