"""What events added to achievements and limits."""

from collections.abc import Sequence

from database.queries import WriteQueries
from database.tables import contribution
from loyalty.store.contributions import Contribution


class Contributions(WriteQueries):
    """Contributions of one store's events."""

    def add(self, event_id: str, contributions: Sequence[Contribution]) -> None:
        """Add to the contributions of an event."""
        rows = [
            {
                "event": event_id,
                "kind": each.kind,
                "name": each.name,
                "day": each.day,
                "value": each.value,
                "amount": each.amount,
                "times": each.times,
            }
            for each in contributions
        ]
        self.upsert_all_adding(contribution, rows, sums=("amount", "times"))
