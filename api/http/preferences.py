"""The header Prefer (RFC 7240): the preference `wait`, in seconds."""

import re
from typing import Annotated, TypeAlias

from fastapi import Header
from starlette.requests import Request

MAX_WAIT = 30
"""The most seconds that a request may wait; one that asks for more waits this long."""

_DESCRIPTION = (
    f"`wait=5` waits at most 5 seconds ({MAX_WAIT} at most) until everything that the event causes is applied, and"
    " answers with its `outcome`; after that time as without it. `Preference-Applied` says how long it waited at most."
)
_WAIT = re.compile(r'wait\s*=\s*"?(?P<seconds>[0-9]{1,9})"?', re.IGNORECASE)

PreferHeader: TypeAlias = Annotated[str | None, Header(alias="Prefer", description=_DESCRIPTION)]
"""The header as FastAPI documents it; `preferred_wait` reads it."""


def preferred_wait(request: Request) -> int:
    """Return the seconds that a request asks to wait; 0 if it does not. Unknown preferences are ignored (RFC 7240)."""
    for header in request.headers.getlist("prefer"):
        for preference in header.split(","):
            found = _WAIT.fullmatch(preference.partition(";")[0].strip())
            if found is not None:
                return min(int(found["seconds"]), MAX_WAIT)
    return 0
