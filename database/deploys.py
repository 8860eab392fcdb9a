"""Deploys: the revision that one replaces, what members would lose by it, and who rises by it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from database.revisions import NewRevision
from database.spend_risers import count_risers_by_spend
from database.transaction import ReadTransaction, Transaction
from loyalty.engine.notices import begin_to_move
from loyalty.losses import DeployConsent, DeployLosses
from loyalty.program.outline import Outline
from loyalty.program.program import Program
from loyalty.program.tiers import DEFAULT_SET
from loyalty.refusals import UnnamedLosses
from loyalty.webhooks.signing import new_secret

SEEN_EVERYWHERE = timedelta(seconds=2)
"""After this time every process uses a new revision: it is longer than `database.programs.CACHE_SECONDS`."""


class OvertakenDeploy(Exception):
    """Another revision came into force after the one to be replaced was read."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """The revision in force; number 0 without an outline: there is none yet."""

    number: int
    outline: Outline | None


@dataclass(frozen=True, slots=True)
class NewProgram:
    """A program to put in force: its revision, its outline, and what its deploy may replace and lose."""

    revision: NewRevision
    outline: Outline
    based_on: int | None
    consent: DeployConsent
    pulled: int | None = None
    """The revision that the folder was last pulled from (0: never); None: it is not from a folder."""


def put_in_force(tx: Transaction, new: NewProgram, replaced: Replaced, *, now: datetime) -> tuple[int, bool]:
    """Put a program in force, and schedule the judging of members who rise by it.

    Return the number of its revision, and whether it is new. Raise AnotherInForce, NotPulled, UnnamedLosses or
    OvertakenDeploy.
    """

    def check(number: int) -> None:
        if number != replaced.number:
            raise OvertakenDeploy
        refuse_unnamed_losses(tx, replaced, new.outline, new.consent)

    tx.revisions.open_store(secret=new_secret(), now=now)
    number, is_new = tx.revisions.put_in_force(
        new.revision, based_on=new.based_on, now=now, pulled=new.pulled, check=check
    )
    if is_new and replaced.outline is not None:
        due_at = now + SEEN_EVERYWHERE  # by then no process uses the previous revision
        returned = new.outline.names["wallet"] - replaced.outline.names["wallet"]
        if returned:
            tx.returned_wallets.schedule(returned, due_at=due_at)
        if returned or replaced.outline.notify_before != new.outline.notify_before:
            tx.settings.lock_notices()
            begin_to_move(tx.settings, now=due_at)
        if new.outline.region not in (None, replaced.outline.region):
            tx.phones.schedule(due_at=due_at)
        for before, after in replaced.outline.tier_rules_beside(new.outline):
            tx.risers.schedule(before, after, due_at=due_at)
    return number, is_new


def losses_of_deploy(tx: ReadTransaction, replaced: Replaced, new: Outline) -> DeployLosses:
    """Return what members would lose now if a new program replaced a revision."""
    old = replaced.outline
    if old is None:
        return DeployLosses()
    losses = tx.losses
    found = losses.of(old.dropped_by(new)) + losses.of_attributes(old.narrowed_by(new))
    return DeployLosses(found + losses.of_achievements(old.measured_otherwise_by(new)), old.retitled_by(new))


def risers_of_deploy(tx: ReadTransaction, replaced: Replaced, new: Program, *, now: datetime) -> dict[str, int]:
    """Return how many members would rise to each tier (`SET/TIER` of other sets) if a program replaced a revision."""
    risers: dict[str, int] = {}
    for before, after in [] if replaced.outline is None else replaced.outline.tier_rules_beside(Outline.of(new)):
        prefix = "" if after.tier_set == DEFAULT_SET else f"{after.tier_set}/"
        tier_set = new.tier_sets.get(after.tier_set)
        if tier_set is not None and tier_set.by == "spend" and after.judges_everybody(before):
            counted = count_risers_by_spend(tx.connection, new.store, tier_set)
        else:
            counted = tx.risers.count(before, after, now=now)
        risers |= {f"{prefix}{name}": members for name, members in counted.items()}
    return risers


def refuse_unnamed_losses(tx: ReadTransaction, replaced: Replaced, new: Outline, consent: DeployConsent) -> None:
    """Raise UnnamedLosses if a deploy loses something to which `consent` does not agree."""
    unnamed = losses_of_deploy(tx, replaced, new).without(consent)
    if unnamed != DeployLosses():
        raise UnnamedLosses(unnamed)
