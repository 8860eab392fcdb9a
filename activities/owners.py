"""The workflows that own events, deliveries and clocks, as Temporal knows them."""

from typing import Literal, TypeAlias

from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.temporal_names import PROCEED

WorkflowState: TypeAlias = Literal["running", "blocked", "gone"]
"""The state of a workflow.

`blocked`: its code does not match its history, so that its tasks fail. `gone`: it is closed, or was never started.
"""

BLOCKED_AFTER = 3
"""Attempts at one workflow task from which on a workflow counts as blocked: one or two may time out under load."""


class Owners:
    """Queries and signals workflows by their ids.

    Without a client, all of them count as running, and none is signalled.
    """

    def __init__(self, client: Client | None = None) -> None:
        self._client = client

    async def is_gone(self, workflow_id: str) -> bool:
        """Return whether a workflow is closed, or was never started."""
        return await self.state(workflow_id) == "gone"

    async def state(self, workflow_id: str) -> WorkflowState:
        """Return whether a workflow runs, and whether it can continue."""
        if self._client is None:
            return "running"
        try:
            found = await self._client.get_workflow_handle(workflow_id).describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return "gone"
            raise
        if found.status is not WorkflowExecutionStatus.RUNNING:
            return "gone"
        return "blocked" if is_blocked(found) else "running"

    async def wake(self, workflow_id: str) -> bool:
        """Signal a workflow that waits for its event's turn; return False if it is gone."""
        if self._client is None:
            return True
        try:
            await self._client.get_workflow_handle(workflow_id).signal(PROCEED)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        return True


def is_blocked(running: WorkflowExecutionDescription) -> bool:
    """Return whether a running workflow cannot continue, since its code does not match its history."""
    return bool(running.raw_description.pending_workflow_task.attempt >= BLOCKED_AFTER)
