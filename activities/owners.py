"""The workflows that own events, as Temporal knows them."""

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.temporal_names import PROCEED


class Owners:
    """Asks Temporal about workflows by their ids, and wakes them. Without a client, all of them run, and none wakes."""

    def __init__(self, client: Client | None = None) -> None:
        self._client = client

    async def is_gone(self, workflow_id: str) -> bool:
        """Whether a workflow is closed, or was never started."""
        if self._client is None:
            return False
        try:
            found = await self._client.get_workflow_handle(workflow_id).describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return True
            raise
        return found.status is not WorkflowExecutionStatus.RUNNING

    async def wake(self, workflow_id: str) -> bool:
        """Let a workflow go on that waits for its event's turn; return False if it is gone."""
        if self._client is None:
            return True
        try:
            await self._client.get_workflow_handle(workflow_id).signal(PROCEED)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        return True
