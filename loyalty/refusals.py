"""Refusals of operations, as a tree. Each carries data, and its message says the cure; none knows HTTP or JSON paths.

Refusal                     an operation is refused, and nothing is changed
├── UnknownMember           no member has this identity, and the program does not register unknown members
├── UnknownMemberId         no member has this id, and an id alone cannot register one
├── DifferentMembers        the parts of an identity belong to different members
├── UnidentifiedMember      an event does not identify its member
├── InvalidMemberId         the id of a member is not a UUID
├── MissingIdentity         a member to register has no email, phone or card number
├── IdentityTaken           other members have parts of the identity; `fields` names them
├── MemberIdTaken           a member of another store has this id
├── MemberInactive          the member is deactivated, or not activated yet
├── MemberFrozen            the member is frozen, and cannot spend until they are unfrozen
├── NotWaiting              the member does not wait for activation
├── InvalidCode             a code is unknown, used, expired, or had too many wrong guesses
├── TooManyCodes            the member got `most` codes, the most in an hour
├── WrongPassword           this is not the member's current password
├── UnknownReferrer         no member has this id or referral token
├── ReferralLoop            a member would refer themselves, or their own referrer
├── AlreadyReferred         the member has a referrer already; `referrer` is their id
├── NotReferred             the member has no referrer
├── UnknownChannel          the store has no such channel
├── ChannelInUse            members have the channel; `members` is how many
├── MemberClosed            the member is closed for good, and cannot be changed any more
├── EventErased             the event's content is erased, so it cannot be run again
├── UnknownAttribute        the member has no attribute of this name, or another value of it
├── InvalidAttribute        the program refuses the value of the attribute `name`
├── TooManyAttributes       the member would have more than `most` attributes
├── UnknownTier             the program has no such tier; `tiers` are those it has
├── EventIdReused           this id was used for another event; `event_id` is Laurel's id of it
├── DueItemNotFailed        the due item is not set aside, so it runs without a retry
├── SumTooLarge             a balance, or a daily sum, would exceed `most`, the largest possible, in units
├── EventNotFailed          the event is applied, so there is nothing to retry
├── EventIsCaused           the event is part of the one that caused it; retry `cause`
├── DeliveryNotFailed       the delivery succeeded, or will be attempted anyway
├── OtherEventName          the subscription is for other messages; `wanted` and `given` are the names
├── FormatNotKept           the message does not exist in the subscription's format; it has `formats`
├── ResendFinished          the resend job is done
├── SecretRotationUnderWay  two secrets sign already; `until` is when the older one ends
├── NoLiveSubscription      the subscription of the delivery is disabled or removed
├── UnnamedLosses           a deploy would lose what members have, or change the title; `unnamed` has both
├── AchievementRefusal      progress or badges are not changed; see `loyalty.achievements.refusals`
├── MergeRefusal            two members are not merged; see `loyalty.merging.refusals`
├── TierRefusal             the tier of a member is not changed; see `loyalty.tiers.refusals`
├── RewardRefusal           nothing is issued, used or changed; see `loyalty.rewards.refusals`
├── CampaignRefusal         the codes of a campaign are not changed; see `loyalty.campaigns.refusals`
├── CorrectionRefusal       nothing is corrected by hand; see `loyalty.corrections.refusals`
├── TransactionRefusal      a transaction is refused; see `loyalty.transactions.refusals`
└── PointsRefusal           points are not moved; see `loyalty.points.refusals`
"""

from collections.abc import Sequence
from datetime import datetime

from loyalty.losses import DeployLosses


class Refusal(Exception):
    """An operation is refused, and nothing is changed."""


class UnknownMember(Refusal):
    """No member has this identity, and the program does not register unknown members."""

    def __init__(self, store: str) -> None:
        super().__init__(f"no member of {store} has this identity: register them first")
        self.store = store


class UnknownMemberId(Refusal):
    """No member has this id, and an id alone cannot register one."""

    def __init__(self, member_id: str | None) -> None:
        super().__init__("no member has this id: to register one, send an email, a phone or a card number, too")
        self.member_id = member_id


class DifferentMembers(Refusal):
    """The parts of an identity belong to different members."""

    def __init__(self, member_ids: Sequence[str]) -> None:
        super().__init__("the parts name different members: send those of one, or just one part")
        self.member_ids = member_ids


class UnidentifiedMember(Refusal):
    """An event does not identify its member."""

    def __init__(self) -> None:
        super().__init__("the event names no member: send an id, an email, a phone or a card number")


class InvalidMemberId(Refusal):
    """The id of a member is not a UUID."""

    def __init__(self, member_id: str) -> None:
        super().__init__(f"a member's id is a UUID, and {member_id[:80]} is none: send a number of your own as card")
        self.member_id = member_id


class MissingIdentity(Refusal):
    """A member to register has no email, phone or card number."""

    def __init__(self) -> None:
        super().__init__("a member needs an email, a phone or a card number")


class IdentityTaken(Refusal):
    """Other members have parts of the identity; `fields` are among `email`, `phone` and `card`."""

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__(f"a member with this {' or '.join(fields)} is registered already")
        self.fields = fields


class MemberIdTaken(Refusal):
    """A member of another store has this id: ids are unique across stores."""

    def __init__(self, member_id: str) -> None:
        super().__init__("this id cannot be given to a new member: leave it out, and one is made")
        self.member_id = member_id


class MemberInactive(Refusal):
    """The member is deactivated, or not activated yet, and takes no part."""

    def __init__(self, member_id: str) -> None:
        super().__init__(f"member {member_id} is not active: activate the member first")
        self.member_id = member_id


class MemberFrozen(Refusal):
    """The member is frozen: they earn, and cannot spend until they are unfrozen."""

    def __init__(self, member_id: str) -> None:
        super().__init__(f"member {member_id} is frozen: unfreeze the member first, by POST .../unfreeze")
        self.member_id = member_id


class NotWaiting(Refusal):
    """The member does not wait for activation."""

    def __init__(self, member_id: str) -> None:
        super().__init__(
            f"member {member_id} does not wait for activation: one who was deactivated is activated by hand"
        )
        self.member_id = member_id


class InvalidCode(Refusal):
    """A code is unknown, used, expired, or had too many wrong guesses."""

    def __init__(self) -> None:
        super().__init__("this code cannot be used, or not any more: ask for another one")


class TooManyCodes(Refusal):
    """The member got the most codes that they can get in an hour."""

    def __init__(self, most: int) -> None:
        super().__init__(f"the member got {most} codes within an hour: use the last one, or try again later")
        self.most = most


class WrongPassword(Refusal):
    """This is not the member's current password."""

    def __init__(self) -> None:
        super().__init__("this is not the present password")


class UnknownReferrer(Refusal):
    """No member has this id or referral token."""

    def __init__(self) -> None:
        super().__init__("no member has this id or referral token: ask who brought the member")


class ReferralLoop(Refusal):
    """A member would refer themselves, or their own referrer."""

    def __init__(self) -> None:
        super().__init__("members bring neither themselves nor who brought them")


class AlreadyReferred(Refusal):
    """The member has a referrer already."""

    def __init__(self, referrer: str) -> None:
        super().__init__(f"{referrer} brought the member: delete that referral first")
        self.referrer = referrer


class NotReferred(Refusal):
    """The member has no referrer."""

    def __init__(self) -> None:
        super().__init__("the member has no referrer: there is no referral to delete")


class UnknownChannel(Refusal):
    """The store has no such channel."""

    def __init__(self) -> None:
        super().__init__("there is no such channel: GET .../channel lists them")


class ChannelInUse(Refusal):
    """Members have the channel."""

    def __init__(self, members: int) -> None:
        super().__init__(f"{members} members have this channel: give them another one first")
        self.members = members


class MemberClosed(Refusal):
    """The member is closed for good."""

    def __init__(self, member_id: str) -> None:
        super().__init__(f"member {member_id} is closed for good, to be anonymised: register a new member")
        self.member_id = member_id


class EventErased(Refusal):
    """The event's content was removed."""

    def __init__(self, event_id: str) -> None:
        super().__init__(f"what event {event_id} said was removed, so it cannot be tried again: nothing is to be done")


class UnknownAttribute(Refusal):
    """The member has no attribute of this name, or another value of it."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the member has no attribute {name[:80]} of this value: read the member, and send what is there"
        )
        self.name = name


class InvalidAttribute(Refusal):
    """The program declares an attribute, and its JSON Schema refuses the value."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            f"the program refuses this value of attribute {name[:80]}: {why}; send one that fits its schema"
        )
        self.name = name


class TooManyAttributes(Refusal):
    """The member would have more attributes than allowed."""

    def __init__(self, most: int) -> None:
        super().__init__(f"a member has at most {most} attributes: remove others first")
        self.most = most


class UnknownTier(Refusal):
    """The program has no such tier."""

    def __init__(self, tiers: Sequence[str]) -> None:
        super().__init__(f"there is no such tier; there are {', '.join(tiers) or 'none'}")
        self.tiers = tiers


class EventIdReused(Refusal):
    """A client used this id for another event."""

    def __init__(self, event_id: str) -> None:
        super().__init__(f"this id was used for another event, {event_id}: give each event an id of its own")
        self.event_id = event_id


class DueItemNotFailed(Refusal):
    """The due item is not set aside, so it runs without a retry."""

    def __init__(self, subject: str, kind: str) -> None:
        super().__init__(f"the due item {kind[:80]} of {subject[:80]} is not set aside: it is run when it is due")


class SumTooLarge(Refusal):
    """A balance, or a daily sum, would exceed the largest possible."""

    def __init__(self, what: str, most: int) -> None:
        super().__init__(f"{what} would be more than {most}: add less, or to another wallet")
        self.what, self.most = what, most


class EventNotFailed(Refusal):
    """The event is applied, so there is nothing to retry."""

    def __init__(self, event_id: str) -> None:
        super().__init__(f"event {event_id} is applied: only one that is failed or overdue can be tried again")


class EventIsCaused(Refusal):
    """The event is part of the one that caused it, and is retried with that one."""

    def __init__(self, event_id: str, cause: str) -> None:
        super().__init__(f"event {event_id} is part of the event that caused it: try {cause} again")
        self.cause = cause


class DeliveryNotFailed(Refusal):
    """The delivery succeeded, or will be attempted anyway."""

    def __init__(self, delivery_id: str, why: str) -> None:
        super().__init__(f"delivery {delivery_id} is not given up: {why}")


class OtherEventName(Refusal):
    """The subscription is for other messages."""

    def __init__(self, wanted: str, given: str) -> None:
        super().__init__(f"the subscription is for {wanted}, and this is {given}: name one that is for {given}")
        self.wanted = wanted
        self.given = given


class FormatNotKept(Refusal):
    """The message does not exist in the format of the subscription."""

    def __init__(self, wanted: str, formats: Sequence[str]) -> None:
        kept = ", ".join(formats)
        super().__init__(f"the message was made as {kept}, and the subscription wants {wanted}: name one with {kept}")
        self.formats = formats


class ResendFinished(Refusal):
    """The resend job is done."""

    def __init__(self, resend_id: str) -> None:
        super().__init__(f"{resend_id} is done: there is nothing left to cancel")
        self.resend_id = resend_id


class SecretRotationUnderWay(Refusal):
    """Two secrets sign already, the older one until a moment."""

    def __init__(self, until: datetime) -> None:
        super().__init__(
            f"the secret before the present one signs until {until.isoformat(timespec='seconds')}: "
            "wait until then, or rotate without an overlap, which ends both at once"
        )
        self.until = until


class NoLiveSubscription(Refusal):
    """The subscription of the delivery is disabled or removed."""

    def __init__(self, subscription_id: str) -> None:
        super().__init__(
            f"subscription {subscription_id} is disabled or removed: enable it by PUT, then try its deliveries again"
        )
        self.subscription_id = subscription_id


class UnnamedLosses(Refusal):
    """A deploy would lose what members have, or change the title, without naming that."""

    def __init__(self, unnamed: DeployLosses) -> None:
        super().__init__(f"the deploy would {unnamed}: allow it explicitly, and deploy again")
        self.unnamed = unnamed
