"""Members as rules of a program see them."""

from dataclasses import replace

from loyalty.program.program import Program
from loyalty.store.members import Member
from loyalty.store.repositories import StoreReaders


def read_facts(tx: StoreReaders, program: Program, member_id: str) -> Member:
    """Return a member with the tiers of every tier set of a program; raise LookupError for an unknown id."""
    member = tx.members.facts(member_id)
    if not program.more_tier_sets:
        return member
    places = tx.tier_places.places_of(member_id)
    return replace(member, tiers={name: each.tier for name, each in places.items() if each.tier is not None})
