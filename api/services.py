"""What the API stands on, given to it by whoever runs it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from database import Database
from database.programs import Programs
from loyalty.webhooks.addresses import Network
from workflows.starter import StartEvent


@dataclass(frozen=True)
class Services:
    """The far sides of the API."""

    database: Database
    programs: Programs
    start_event: StartEvent
    """Starts the workflow that answers an event."""
    allow: tuple[Network, ...]
    """Private networks that webhooks may reach."""
    ready: Callable[[], Awaitable[dict[str, bool]]]
    """What is up: `{"database": True, "temporal": True}`."""
    temporal_ui: str | None = None
    """Where Temporal's UI is: its root, or a namespace in it; None: no links to workflows."""
