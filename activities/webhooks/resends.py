"""The activity of a job that sends many deliveries again: one page of them."""

from datetime import datetime

from temporalio import activity

from activities.errors import UnknownResend
from database import Database
from loyalty.references import ResendProgress, ResendRef
from loyalty.webhooks.resending import resend_page


class ResendActivities:
    """Pages of jobs, each in one transaction that also stores how far the job has come: safe to run twice."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn(name="resend_page")
    async def resend_page(self, job: ResendRef, now: datetime) -> ResendProgress:
        """Send the next deliveries of a job again; return how far it has come. Raise UnknownResend."""
        store = self._database.store(job.store)
        found = await store.write(lambda tx: resend_page(tx.deliveries, job.id, now=now))
        if found is None:
            raise UnknownResend(job.store, job.id)
        return ResendProgress(found.total, found.looked_at, found.resent, found.status != "running")
