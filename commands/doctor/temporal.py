"""Check the Temporal server that the environment names: connection, namespace, search attributes and a worker."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, DescribeTaskQueueRequest
from temporalio.service import RPCError

from activities.temporal_names import TASK_QUEUE
from commands.doctor.finding import Finding, ill, well
from worker import connect_lazily
from workflows.search_attributes import SEARCH_ATTRIBUTES

PATIENCE = 5
_CALL = timedelta(seconds=PATIENCE)


async def look_at_temporal() -> AsyncIterator[Finding]:
    """Yield findings about Temporal, which is only read."""
    client = await connect_lazily()
    queue = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=TASK_QUEUE),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    service = client.workflow_service
    try:
        async with asyncio.timeout(2 * PATIENCE):
            await service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace), timeout=_CALL)
            yield well("temporal", f"namespace {client.namespace}")
            known = await client.operator_service.list_search_attributes(
                ListSearchAttributesRequest(namespace=client.namespace), timeout=_CALL
            )
            missing = [key.name for key in SEARCH_ATTRIBUTES if key.name not in known.custom_attributes]
            if missing:
                cure = "start `laurel worker`, which registers them; on Temporal Cloud, add them as Keyword by hand"
                yield ill("search attributes", f"{', '.join(missing)} are missing", cure)
            pollers = (await service.describe_task_queue(queue, timeout=_CALL)).pollers
    except (RPCError, RuntimeError, TimeoutError) as error:
        cure = "see TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and temporal.toml; start the server, or make the namespace"
        yield ill("temporal", f"it does not answer as it should: {str(error)[:200] or 'no answer'}", cure)
        return
    if pollers:
        yield well("worker", f"{len({each.identity for each in pollers})} poll {TASK_QUEUE!r}")
    else:
        yield ill("worker", f"none polls {TASK_QUEUE!r}", "start `laurel worker`: until then events wait")
