"""The workflow of an import: read the file to its end, and show the progress."""

from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.imports import ImportActivities
    from loyalty.references import ImportProgress, ImportRef
    from workflows.activity_options import RETRY_FOREVER
    from workflows.failures import message_of
    from workflows.search_attributes import OUTCOME

READ_TIMEOUT = timedelta(seconds=30)
"""Timeout of one attempt to read some pages; after 2 seconds it starts no further page."""

LOOKS = 200
"""Activities after which the workflow continues as new, so that its history stays short."""


@workflow.defn(name="Import")
class Import:
    """Reads one file. It ends when the file is read, or the import is paused, cancelled or failed."""

    def __init__(self) -> None:
        self._to_go_on = False

    @workflow.signal
    def go_on(self) -> None:
        """Check once more before it ends: the import was resumed."""
        self._to_go_on = True

    @workflow.run
    async def run(self, ref: ImportRef) -> ImportProgress:
        """Read the file to its end; return the progress."""
        while True:
            self._to_go_on = False
            progress = await self._read(ref)
            if not self._to_go_on:
                break
        workflow.upsert_search_attributes([OUTCOME.value_set(progress.status)])
        return progress

    async def _read(self, ref: ImportRef) -> ImportProgress:
        progress = ImportProgress("running")
        try:
            for _ in range(LOOKS):
                progress = await workflow.execute_activity_method(
                    ImportActivities.read_import,
                    ref,
                    start_to_close_timeout=READ_TIMEOUT,
                    retry_policy=RETRY_FOREVER,
                    summary=f"from line {progress.read + 1}",
                )
                workflow.set_current_details(_words(progress))
                if progress.status not in ("queued", "running"):
                    return progress
            workflow.continue_as_new(ref)
        except ActivityError as failure:
            await workflow.execute_activity_method(
                ImportActivities.fail_import,
                args=[ref, message_of(failure)],
                start_to_close_timeout=READ_TIMEOUT,
                retry_policy=RETRY_FOREVER,
                summary="say why not",
            )
            return ImportProgress("failed")


def _words(progress: ImportProgress) -> str:
    share = 100 * progress.offset // progress.size if progress.size else 100
    return (
        f"{progress.status}: {progress.read} lines read ({share} %), {progress.done} done, "
        f"{progress.repeated} done before, {progress.refused} refused"
    )
