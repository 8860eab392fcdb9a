"""Errors of the API as a tree; one table below it has the HTTP status of each, another the fault of each refusal.

ApiError                a request is not carried out; the message says why and what to do
├── BadInput            the request is invalid; `faults` say what is wrong and where
├── NotAuthenticated    the request has no valid token or key
├── Forbidden           the caller may not do this
├── NotFound            the thing does not exist
├── NotAllowed          the thing exists, but not with this method; `allow` has those that it has
├── FileChanged         a file of a draft was changed since it was shown
├── RebaseConflicts     files that a draft and the revision in force both changed are not decided
├── StillRunning        a request with the same Idempotency-Key is running; `retry_after` says when to try again
├── TemporalAway        Temporal does not answer, and the request is about what it runs
├── TooLarge            the body is longer than the API reads
├── TooManyAttempts     the rate limit on logins or codes is exceeded; `retry_after` says when to try again
└── RateLimitReached    the rate limit of an API key is reached; `retry_after` says when to try again
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.http.faults import FaultTemplate
from api.http.faults import InputFault as InputFault  # for all modules that raise BadInput
from api.http.reward_refusals import REWARD_REFUSALS
from api.http.transaction_refusals import TRANSACTION_REFUSALS
from database.programs import UnknownRevision, UnknownStore
from database.revisions import AnotherInForce
from loyalty.achievements.refusals import (
    BadgesOutOfRange,
    CompletionsOutOfRange,
    ProgressOutOfRange,
    UnknownAchievement,
    UnknownBadge,
)
from loyalty.campaigns.refusals import CampaignCodesTaken, InvalidCampaignCode, TakesNoCampaignCodes, UnknownCampaign
from loyalty.corrections.refusals import (
    AboveBound,
    CommentNeeded,
    NotUndoable,
    NotWaitingForApproval,
    OwnCorrection,
    UnknownCause,
    UnknownCorrection,
    UnknownReason,
)
from loyalty.losses import DeployLosses
from loyalty.merging.refusals import MergesWithItself, MergesWithTest, MergeUnderWay
from loyalty.points.refusals import (
    AlreadyCancelled,
    DateInPast,
    InvalidAmount,
    MoreThanHeld,
    NewDateNeeded,
    NotCancellable,
    NotEnoughPoints,
    NotHeld,
    NothingLeft,
    NotPending,
    PartlyReturned,
    SameMember,
    TransferIdReused,
    TransferLimitReached,
    UnknownTransfer,
    UnknownWallet,
)
from loyalty.refusals import (
    AlreadyReferred,
    ChannelInUse,
    DeliveryNotFailed,
    DifferentMembers,
    DueItemNotFailed,
    EventErased,
    EventIdReused,
    EventIsCaused,
    EventNotFailed,
    FormatNotKept,
    IdentityTaken,
    InvalidAttribute,
    InvalidCode,
    InvalidMemberId,
    MemberClosed,
    MemberFrozen,
    MemberIdTaken,
    MemberInactive,
    MissingIdentity,
    NoLiveSubscription,
    NotReferred,
    NotWaiting,
    OtherEventName,
    ReferralLoop,
    Refusal,
    ResendFinished,
    SecretRotationUnderWay,
    SumTooLarge,
    TooManyAttributes,
    TooManyCodes,
    UnidentifiedMember,
    UnknownAttribute,
    UnknownChannel,
    UnknownMember,
    UnknownMemberId,
    UnknownReferrer,
    UnknownTier,
    UnnamedLosses,
    WrongPassword,
)
from loyalty.tiers.refusals import HoldEndsInPast, NotAssignedByHand, UnknownTierSet
from program_files import ProgramFaults
from program_files.text.problems import Problem
from rules import MalformedJson
from workbench.drafts.merging import FileConflict


class ApiError(Exception):
    """A request is not carried out."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadInput(ApiError):
    """The request is invalid."""

    def __init__(self, *faults: InputFault) -> None:
        super().__init__("Validation failed")
        self.faults = faults

    @classmethod
    def at(cls, path: str, message: str, code: str = "invalid") -> "BadInput":
        """Return one fault, at one path."""
        return cls(InputFault(message, code, path))

    @classmethod
    def of(cls, faults: Iterable[InputFault]) -> "BadInput":
        """Several faults."""
        return cls(*faults)


class NotAuthenticated(ApiError):
    """The request has no valid token or key."""


class Forbidden(ApiError):
    """The caller may not do this."""

    def __init__(self, message: str = "Forbidden.") -> None:
        super().__init__(message)


class TemporalAway(ApiError):
    """Temporal does not answer, and the request is about what it runs."""

    def __init__(self) -> None:
        super().__init__("Temporal does not answer: try again")


class NotFound(ApiError):
    """The thing does not exist."""

    def __init__(self, what: str) -> None:
        super().__init__(f"Not Found: {what}")


class NotAllowed(ApiError):
    """The thing exists, but not with this method."""

    def __init__(self, message: str, *, allow: str) -> None:
        super().__init__(message)
        self.allow = allow


class FileChanged(ApiError):
    """A file of a draft was changed since it was shown. A text is None where there is no such file."""

    def __init__(self, path: str, *, stored: str | None, sent: str | None) -> None:
        super().__init__(f"{path} was changed meanwhile: nothing is overwritten; compare both texts, and save again")
        self.path, self.stored, self.sent = path, stored, sent


class RebaseConflicts(ApiError):
    """Files that a draft and the revision in force both changed are not decided."""

    def __init__(self, conflicts: Sequence[FileConflict], *, in_force: int) -> None:
        paths = ", ".join(each.path for each in conflicts)
        super().__init__(f"revision {in_force} changed files of your draft, too: decide on {paths[:300]}")
        self.conflicts, self.in_force = conflicts, in_force


class StillRunning(ApiError):
    """A request with the same Idempotency-Key is running."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"a request with this Idempotency-Key is still running: repeat yours in {retry_after} s")
        self.retry_after = retry_after


class TooLarge(ApiError):
    """The body is longer than the API reads."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(f"the body is larger than {max_bytes // 1024} KiB: send less at once")


class TooManyAttempts(ApiError):
    """The rate limit on logins is exceeded."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many attempts: try again in {retry_after} s")
        self.retry_after = retry_after


class RateLimitReached(ApiError):
    """The rate limit of an API key is reached."""

    def __init__(self, limit: int, retry_after: int) -> None:
        super().__init__(f"this API key may make {limit} requests a minute: try again in {retry_after} s")
        self.retry_after = retry_after


STATUS: Mapping[type[Exception], int] = {
    BadInput: 400,
    Refusal: 400,
    MalformedJson: 400,
    ProgramFaults: 400,
    NotAuthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    UnknownStore: 404,
    UnknownRevision: 404,
    NotAllowed: 405,
    AnotherInForce: 409,
    FileChanged: 409,
    RebaseConflicts: 409,
    StillRunning: 409,
    TooLarge: 413,
    TooManyAttempts: 429,
    RateLimitReached: 429,
    TemporalAway: 503,
    OperationalError: 503,  # the connection is lost, or the database rolled back: a retry may succeed
    InterfaceError: 503,
    PoolTimeout: 503,
}
"""The HTTP status of every exception that is not a 500."""


REFUSALS: Mapping[type[Refusal], FaultTemplate] = {
    UnknownMember: FaultTemplate(
        "unknownMember",
        "event.customerData",
        "no member of {refusal.store} is known by this: register them first, by POST /api/{refusal.store}/member",
    ),
    UnknownMemberId: FaultTemplate(
        "unknownMember",
        "event.customerData.customerId",
        "no member has this id: to register one, send an email, a phone or a loyaltyCardNumber, too",
    ),
    DifferentMembers: FaultTemplate("differentMembers", "event.customerData"),
    UnidentifiedMember: FaultTemplate(
        "missing",
        "event.customerData",
        "the event names no member: send a customerId, an email, a phone or a loyaltyCardNumber",
    ),
    InvalidMemberId: FaultTemplate(
        "invalidId",
        "event.customerData.customerId",
        "a customerId is a UUID: send your own number as loyaltyCardNumber",
    ),
    MissingIdentity: FaultTemplate(
        "missing", "customer.email", "a member needs an email, a phone or a loyaltyCardNumber"
    ),
    IdentityTaken: FaultTemplate("alreadyUsed", "customer.{field}", "a member with this {field} is registered already"),
    MemberIdTaken: FaultTemplate("alreadyUsed", "event.customerData.customerId"),
    MemberInactive: FaultTemplate("memberInactive", "member", parameters=("member_id",)),
    MemberFrozen: FaultTemplate("memberFrozen", "member", parameters=("member_id",)),
    NotWaiting: FaultTemplate("notWaiting", "member", parameters=("member_id",)),
    InvalidCode: FaultTemplate("invalidCode", "token"),
    TooManyCodes: FaultTemplate("tooManyCodes", "member", parameters=("most",)),
    WrongPassword: FaultTemplate("wrongPassword", "currentPassword"),
    UnknownReferrer: FaultTemplate("unknownReferrer", "referrerId"),
    ReferralLoop: FaultTemplate("referralLoop", "referrerId"),
    AlreadyReferred: FaultTemplate("alreadyReferred", "member", parameters=("referrer",)),
    NotReferred: FaultTemplate("notReferred", "member"),
    UnknownChannel: FaultTemplate("unknownChannel", "channelId"),
    ChannelInUse: FaultTemplate("channelInUse", "channel", parameters=("members",)),
    MemberClosed: FaultTemplate("memberClosed", "member", parameters=("member_id",)),
    MergesWithItself: FaultTemplate("sameMember", "mergedCustomer", parameters=("member_id",)),
    MergesWithTest: FaultTemplate("testMember", "mergedCustomer", parameters=("member_id",)),
    MergeUnderWay: FaultTemplate("mergeUnderWay", "member", parameters=("member_id", "merge_id")),
    EventErased: FaultTemplate("eventErased", "customEvent"),
    UnknownAttribute: FaultTemplate("unknownAttribute", "customAttributes"),
    InvalidAttribute: FaultTemplate("invalidAttribute", "customAttributes", parameters=("name",)),
    TooManyAttributes: FaultTemplate("tooManyAttributes", "customAttributes", parameters=("most",)),
    UnknownTier: FaultTemplate("unknownTier", "customer.levelId"),
    DueItemNotFailed: FaultTemplate("notSetAside", "kind"),
    EventNotFailed: FaultTemplate("notFailed", "customEvent"),
    EventIsCaused: FaultTemplate("partOfAnother", "customEvent", parameters=("cause",)),
    DeliveryNotFailed: FaultTemplate("notGivenUp", "delivery"),
    SecretRotationUnderWay: FaultTemplate("rotationUnderWay", "rotation.overlapSeconds"),
    OtherEventName: FaultTemplate("otherEventName", "resend", parameters=("wanted", "given")),
    FormatNotKept: FaultTemplate("formatNotKept", "resend", parameters=("formats",)),
    ResendFinished: FaultTemplate("resendFinished", "resend"),
    NoLiveSubscription: FaultTemplate("noLiveSubscription", "delivery", parameters=("subscription_id",)),
    EventIdReused: FaultTemplate("eventIdReused", "event.eventId", parameters=("event_id",)),
    InvalidAmount: FaultTemplate("invalidAmount", "transfer.points"),
    UnknownWallet: FaultTemplate("unknownWallet", "transfer.walletCode", parameters=("wallets",)),
    UnknownCampaign: FaultTemplate("unknownCampaign", "campaign"),
    TakesNoCampaignCodes: FaultTemplate("takesNoCodes", "campaign"),
    InvalidCampaignCode: FaultTemplate("invalidCode", "codes.{refusal.index}"),
    CampaignCodesTaken: FaultTemplate("codeTaken", "codes"),
    NotEnoughPoints: FaultTemplate("notEnoughPoints", "transfer.points", parameters=("wallet", "balance", "needed")),
    UnknownTransfer: FaultTemplate("unknownTransfer", "transfer"),
    TransferIdReused: FaultTemplate("transferIdReused", "transfer.externalTransferId", parameters=("transfer_id",)),
    NotCancellable: FaultTemplate("notCancellable", "transfer", parameters=("kind",)),
    AlreadyCancelled: FaultTemplate("alreadyCancelled", "transfer"),
    PartlyReturned: FaultTemplate("partlyReturned", "transfer"),
    NewDateNeeded: FaultTemplate("newDateNeeded", "transfer.expiresAt"),
    NotHeld: FaultTemplate("notHeld", "transfer"),
    MoreThanHeld: FaultTemplate("moreThanHeld", "transfer.points", parameters=("held", "asked")),
    NotPending: FaultTemplate("notPending", "transfer"),
    NothingLeft: FaultTemplate("nothingLeft", "transfer"),
    SameMember: FaultTemplate("sameMember", "transfer.receiver"),
    TransferLimitReached: FaultTemplate(
        "transferLimitReached", "transfer.points", parameters=("sent", "most", "every", "unit")
    ),
    DateInPast: FaultTemplate("dateInPast", "transfer"),
    SumTooLarge: FaultTemplate("sumTooLarge", "transfer.points", parameters=("most",)),
    UnknownAchievement: FaultTemplate("unknownAchievement", "achievement", parameters=("achievements",)),
    UnknownBadge: FaultTemplate("unknownBadge", "badgeType", parameters=("badges",)),
    ProgressOutOfRange: FaultTemplate("progressOutOfRange", "memberProgress.rules.0", parameters=("goal",)),
    CompletionsOutOfRange: FaultTemplate("outOfRange", "memberProgress.completedCount", parameters=("most",)),
    BadgesOutOfRange: FaultTemplate("outOfRange", "badge.completedCount", parameters=("most",)),
    NotAssignedByHand: FaultTemplate("notByHand", "tierSetId"),
    UnknownTierSet: FaultTemplate("unknownTierSet", "tierSetId", parameters=("tier_sets",)),
    HoldEndsInPast: FaultTemplate("dateInPast", "until"),
    UnnamedLosses: FaultTemplate("unnamedLoss", "drop"),
    UnknownReason: FaultTemplate("unknownReason", "correction.reason", parameters=("reasons",)),
    CommentNeeded: FaultTemplate("commentNeeded", "correction.comment", parameters=("reason",)),
    UnknownCause: FaultTemplate("unknownEvent", "correction.customEventId"),
    UnknownCorrection: FaultTemplate("unknownCorrection", "correction"),
    OwnCorrection: FaultTemplate("ownCorrection", "correction"),
    AboveBound: FaultTemplate("aboveBound", "correction", parameters=("once", "day", "used")),
    NotWaitingForApproval: FaultTemplate("notWaitingForApproval", "correction", parameters=("status",)),
    NotUndoable: FaultTemplate("notUndoable", "correction"),
    **REWARD_REFUSALS,
    **TRANSACTION_REFUSALS,
}
"""The fault of every refusal of an operation."""

_FIELDS = {"card": "loyaltyCardNumber"}
"""Parts of an identity that have another name in the API."""


def status_of(error: Exception) -> int:
    """Return the status of an exception of `STATUS`."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def faults_of_refusal(refusal: Refusal) -> list[InputFault]:
    """Return the faults of a refused operation: for a taken identity, one for each field."""
    template = REFUSALS[type(refusal)]
    if isinstance(refusal, IdentityTaken):
        return [template.fault(refusal, _FIELDS.get(field, field)) for field in refusal.fields]
    if isinstance(refusal, UnnamedLosses):
        return list(_unnamed(refusal.unnamed, template))
    return [template.fault(refusal)]


def _unnamed(unnamed: DeployLosses, template: FaultTemplate) -> Iterator[InputFault]:
    """Return the faults of a deploy that would lose something: one for each loss, one for another title."""
    for loss in unnamed.losses:
        message = f"the deploy would lose {loss}: send drop: [{loss.key}] if that is meant"
        yield InputFault(message, template.code, "drop")
    if unnamed.retitling is not None:
        message = f"the deploy would {unnamed.retitling}: send rename: true if it is the same program"
        yield InputFault(message, "otherTitle", "rename")


def faults_of_program(faults: ProgramFaults) -> list[InputFault]:
    """Return the faults of a program's files; `path` is `file:line:column`."""
    return [InputFault(message_with_suggestion(each), each.code, str(each.place)) for each in faults.problems]


def message_with_suggestion(problem: Problem) -> str:
    """Return the message of a problem in a program file, with the closest valid name if there is one."""
    return problem.message if problem.suggestion is None else f"{problem.message}. Did you mean {problem.suggestion}?"
