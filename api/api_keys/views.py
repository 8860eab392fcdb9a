"""API keys as answers show them."""

from datetime import UTC, datetime
from typing import Any

from api.authentication.authenticator import KEY_PREFIX
from api.http.responses import format_instant, omit_none

HIDDEN_TOKEN = KEY_PREFIX + "..."
"""Stands for a token after it was shown once."""


def api_key_view(
    key_id: str, *, admin_id: str, name: str, expires_at: datetime | None, token: str = HIDDEN_TOKEN
) -> dict[str, Any]:
    """A key in the documented fields; without its token, except when it is made."""
    expiry = format_instant(expires_at, UTC) if expires_at else None
    fields = {"apiKeyId": key_id, "token": token, "adminId": admin_id, "name": name, "legacy": False}
    return fields | omit_none(expirationDate=expiry)
