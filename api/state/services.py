"""The services that the API needs from its process."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from activities.member_queue import MemberQueue
from database import Database
from database.programs import Programs
from loyalty.webhooks.addresses import Network
from workflows.clock_state import Clocks
from workflows.starter import StartBatch, StartEvent
from workflows.system_state import SystemState


@dataclass(frozen=True)
class Services:
    """The database, Temporal and the settings that the API uses."""

    database: Database
    programs: Programs
    start_event: StartEvent
    """Starts the workflow of an event."""
    start_batch: StartBatch
    """Starts the workflow of many events."""
    allow: tuple[Network, ...]
    """Private networks that webhooks may reach."""
    system_state: Callable[[], Awaitable[SystemState]]
    """Returns the state of the system, as of now or a few seconds ago."""
    clocks: Clocks
    """The clocks of stores in Temporal."""
    queue: MemberQueue = field(default_factory=MemberQueue)
    """The queue of a worker in this process, which reports the events that it has settled."""
    temporal_ui: str | None = None
    """URL of Temporal's UI, its root or a namespace in it; None: responses have no links to workflows."""
    show_docs: bool = True
    """Whether `/docs` and `/openapi.json` are served."""
