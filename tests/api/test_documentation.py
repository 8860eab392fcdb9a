"""docs/api.md lists every operation and every code; `python -m tests.api.test_documentation` writes both tables."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from api.app import ROUTERS
from api.http.errors import REFUSALS
from benchmarks.operations import Operation, documented, missing, openapi

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docs" / "api.md"

MEANINGS = {
    "alreadyAssigned": "the transaction belongs to another member",
    "aboveBound": "more than the bound of the role allows; `parameters` has `once`, `day` and what is `used` today",
    "commentNeeded": "the reason needs a comment",
    "notUndoable": "the correction cannot be undone; the message says why",
    "notWaitingForApproval": "the correction does not wait for a decision; `parameters` has its `status`",
    "ownCorrection": "a correction is not approved or rejected by the person who asked for it",
    "unknownCorrection": "the store has no such correction",
    "unknownEvent": "the member has no such event",
    "unknownReason": "the store lists no such reason; `parameters` has the `reasons`",
    "alreadyDecided": "the transaction has its member, and rules have read what is to be changed",
    "unknownReward": "the program has no such reward",
    "unknownCampaign": "the program has no such reactor, or it asks for no code",
    "unknownRedemption": "the store has no such issued reward",
    "unknownCoupon": "the member has no coupon with this code, or the list has no such code",
    "takesNoCodes": "the reward does not take its codes from a list",
    "statusUnchanged": "it has this status already",
    "statusNotAllowed": "an issued reward cannot have this status; `parameters` has the `statuses`",
    "rewardSoldOut": "nothing, or too little, is left of the reward; `parameters` has `left`",
    "rewardPaused": "the reward is paused: activate it first",
    "rewardNotOnSaleYet": "the reward is sold from a later moment on",
    "rewardNotForSale": "the reward has no price: reactors issue it, and administrators give it",
    "rewardNoLongerOnSale": "the reward could be had until an earlier moment",
    "rewardHandedOver": "the member has received it: set its status to `returned` before it is cancelled",
    "purchaseLimitReached": "it was bought as often as a limit allows; `parameters` has `bought` and `most`",
    "otherPrice": "what is offered is not the `price` of `parameters`",
    "notEligible": "the reward is not for this member; the message says why",
    "notAllowed": "only administrators may say this",
    "invalidStock": "not a whole number from 0 to 10^9",
    "invalidQuantity": "not a whole number from 1 to 50",
    "invalidCouponValue": "a coupon cannot be worth this",
    "invalidCouponCode": "a text cannot be a coupon code, or stands twice",
    "couponUsed": "the coupon was used",
    "couponNotUsed": "the coupon was not used, so there is nothing to undo",
    "couponNotActiveYet": "the coupon can be used from a later moment on",
    "couponIssued": "a member was issued the code: cancel the reward instead",
    "couponExpired": "the coupon could be used until an earlier moment",
    "codeTaken": "codes were uploaded, or issued, before; none of those that were sent is stored",
    "alreadyCancelled": "the transfer, or the issued reward, was cancelled before",
    "alreadyReferred": "the member has a referrer already, the `referrer` of `parameters`",
    "alreadyUsed": "another member, administrator or role has this already",
    "anothersSale": "the sale of a return belongs to another member than the return names",
    "bodyInvalid": "the event's body does not fit the schema of its type",
    "builtInRole": "the role is built in and cannot be changed",
    "blank": "a name of spaces alone",
    "channelInUse": "members have the channel, as many as `members` of `parameters`",
    "contradiction": "two fields contradict each other",
    "dateInPast": "the date must lie in the future",
    "differentMembers": "what names a member names several: leave all but one part out",
    "documentNumberReused": "this `documentNumber` was used for another document; `parameters` has the `transactionId`",
    "eventIdReused": "this `eventId` was used for another event",
    "followsItsSale": "a return belongs to the member of its sale: assign that",
    "idempotencyKeyReused": "this `Idempotency-Key` was used with other content",
    "inThePast": "the date has passed",
    "invalid": "the value of a filter is invalid",
    "invalidAmount": "an amount that is not above zero, too large, or of more decimals than the wallet has",
    "invalidCode": "the code is unknown, used, expired, or was guessed at too often; or a code of other characters",
    "inFiles": "this is written in the files of the program: change it there, and deploy",
    "invalidDate": "not a date, or one out of range",
    "invalidField": "no field of an event type, or one that is in no other one",
    "invalidName": "not a name of a program file, or a built-in one",
    "noTest": "no designers' test can be made of the event; the message says why",
    "noSample": "a value is neither an event nor a list of events",
    "unreadableText": "a text is neither JSON nor YAML; the message has line and column",
    "invalidHeader": "not a valid name or value of a header",
    "invalidId": "not a UUID",
    "invalidIdempotencyKey": "not 1 to 255 printable ASCII characters",
    "invalidLoss": "not what a deploy can drop: see [deploying](deploying.md#deploys-that-would-lose-something)",
    "invalidPath": "not the path of a file of a program",
    "invalidSecret": "not a valid `whsec_` secret",
    "lastAdministrator": "no other administrator has all permissions in all stores",
    "malformedJson": "the body is not JSON; the message has line and column",
    "masked": "a value of asterisks, as answers show a secret: send the secret itself",
    "eventErased": "what the event said was removed: it cannot be tried again",
    "memberClosed": "the member is closed for good, to be anonymised; `parameters` has the `memberId`",
    "mergeUnderWay": "a member is to be merged into another one already; `parameters` has `memberId` and `mergeId`",
    "testMember": "one of two members is one for tests, and the other is not",
    "memberFrozen": "the member is frozen, and spends nothing until they are unfrozen; `parameters` has the `memberId`",
    "memberInactive": "the member is deactivated, or not activated yet; `parameters` has the `memberId`",
    "missing": "a required field is missing",
    "moreThanHeld": "more is captured than is blocked; `parameters` has `held` and `asked`",
    "moreThanLeft": "more of an event is reversed than is left of it; `parameters` has `left` and `asked`",
    "reversedMissing": "the event that is reversed was not reported",
    "shareOutOfRange": "the share of an event that is reversed is not above 0, or above 1",
    "unclearReversal": "an event does not say which one it reverses, or how much of it",
    "moreThanSold": "more comes back than was sold; `parameters` has `what`, `left` and `asked`",
    "newDateNeeded": "expired points come back only with a new date",
    "notASale": "the document that a return names is itself a return",
    "notAnObject": "the body is JSON, but not an object",
    "notByHand": "the member's tier was not assigned by hand: there is nothing to remove",
    "notCancellable": "transfers of this kind are not cancelled; `parameters` has the `kind`",
    "notEnoughPoints": "the member has too few points; `parameters` has `wallet`, `balance` and `needed`",
    "noLiveSubscription": "the subscription of the delivery is disabled or removed: enable it by PUT",
    "notFailed": "the event is applied: there is nothing to try again",
    "notGivenUp": "the delivery was delivered, or goes on by itself",
    "notHeld": "the transfer blocks no points any more, or never did",
    "notPending": "the transfer has no pending points",
    "notSetAside": "the due item is not set aside: it is run when it is due",
    "notSupported": "Laurel does not support this",
    "notReferred": "the member has no referrer",
    "notWaiting": "the member does not wait for activation; `parameters` has the `memberId`",
    "notPlanned": "the draft of a program was changed since it was planned",
    "notWritable": "a literal of a file cannot be changed to this; the message says why",
    "notYours": "only administrators may change this field of a member",
    "nothingLeft": "nothing is left of what the transfer added",
    "formatNotKept": "the message was not made in the subscription's format; `parameters` has the `formats`",
    "otherEventName": "the subscription is for another event name",
    "resendFinished": "the job is done: there is nothing to cancel",
    "numberTooLarge": "a number beyond 10^15",
    "numberTooLong": "a number of too many digits or decimals",
    "otherStore": "`program.yaml` names another store than the path",
    "otherTitle": "the deploy would change the program's title; `rename: true` allows it",
    "outOfRange": "a number too small or too large",
    "ownPassword": "administrators change their own password by `PUT /api/admin/password`",
    "partlyReturned": "a return has undone a part of the transfer, which is not cancelled then",
    "partOfAnother": "the event is part of the one that caused it: try the `cause` of `parameters` again",
    "progressOutOfRange": "progress below 0, not below the `goal` of `parameters`, or that its window cannot hold",
    "repeatedKey": "a key of labels is given twice",
    "referralLoop": "a member refers neither themselves nor their own referrer",
    "reservedHeader": "a header that Laurel writes itself",
    "returnBeforeSale": "a return is earlier than its sale",
    "roleInUse": "an administrator or an API key has the role",
    "rotationUnderWay": "the previous token or secret still works",
    "saleMissing": "the sale of a return was not reported",
    "sameMember": "sender and receiver, or those to be merged, are the same member",
    "tooLarge": "a draft of a program would be larger than it may be; the message has the bound",
    "tooDeep": "the body is nested too deep",
    "invalidAttribute": "the program refuses this value of an attribute: send one that fits its JSON Schema, or a text",
    "tooManyAttributes": "a member has at most `most` custom attributes, as `parameters` says",
    "tooManyCodes": "the member received the most codes that are sent in an hour, `most` of `parameters`",
    "transferIdReused": "this `externalTransferId` was used for another transfer, the `transferId` of `parameters`",
    "transferLimitReached": "the member has sent as much as the wallet allows; see `parameters`",
    "malformedBody": "a form that breaks off, or a part of it that is too long",
    "tooManyImports": "as many imports are unfinished as a store may have at once",
    "unreadableFile": "a file that cannot be read at all; the message says the cure",
    "wrongStatus": "the import is in a state in which this does nothing",
    "unkeepableText": "a NUL character or half of a surrogate pair",
    "unknownAttribute": "the member has no custom attribute of this key and value",
    "unknownAchievement": "no such achievement in the program; `parameters` has the `achievements` there are",
    "unknownBadge": "no such badge in the program; `parameters` has the `badges` there are",
    "unknownChannel": "the store has no such channel",
    "unknownEventName": "not a webhook event; the message names the nearest",
    "unknownFilter": "the list has no such filter; the message names the nearest",
    "unknownMember": "no member has this identity",
    "unknownOperator": "the filter has no such operator",
    "unknownOrder": "the list has no such order",
    "sumTooLarge": "a balance would be larger than it can be; `parameters` has `most`, in units of the wallet",
    "unknownPermission": "no such permission; the message lists them",
    "unknownReferrer": "no member has this id or referral token",
    "unknownRole": "no such role; the message lists them",
    "unknownRule": "not the rule of this achievement",
    "unknownStore": "no program was deployed to this store",
    "tooMany": "an administrator has too many settings in a store",
    "tooManyFilters": "a list takes fewer filters at once",
    "unknownTier": "no such tier in the program",
    "unknownTierSet": "no such tier set in the program; `parameters` has the `tierSets` there are",
    "unknownTransaction": "no transaction has this `documentNumber`",
    "unknownTransfer": "no transfer of the store has this id",
    "unknownType": "not an event type of this store; the message names the nearest",
    "unknownWallet": "no such wallet in the program; `parameters` has the `wallets` there are",
    "unnamedLoss": "members would lose something by the deploy that `drop` does not name",
    "urlRefused": "not a valid URL, or one in a private network",
    "wrongPassword": "not the present password",
}


def codes() -> set[str]:
    """Every code of a fault in the source of the API."""
    in_code = {code for file in (ROOT / "api").rglob("*.py") for code in _codes_in(ast.parse(file.read_text()))}
    return in_code | {template.code for template in REFUSALS.values()}


def _codes_in(tree: ast.AST) -> Iterator[str]:
    places = {"InputFault": 1, "BadInput.at": 2}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := ast.unparse(node.func)) in places:
            position = places[name]
            argument = node.args[position] if len(node.args) > position else ast.Constant("invalid")
            if isinstance(argument, ast.Constant):
                yield argument.value


def tables() -> dict[str, str]:
    """The generated parts of the page, by the name of their markers."""
    routes = [route for router in ROUTERS for route in router.routes if route.include_in_schema]
    operations = [f"| `{method}` | `{route.path}` | {route.summary} |" for route in routes for method in route.methods]
    rows = [f"| `{code}` | {meaning} |" for code, meaning in sorted(MEANINGS.items())]
    return {
        "operations": "\n".join(["| method | path | what it does |", "|---|---|---|", *operations]),
        "elsewhere": "\n".join(_elsewhere()),
        "codes": "\n".join(["| code | what it means |", "|---|---|", *rows]),
    }


def _elsewhere() -> Iterator[str]:
    """What Laurel does not have of the operations that Open Loyalty publishes, by what to do instead."""
    document, by_cure = openapi(), dict[str, list[str]]()
    for operation in documented():
        if missing(operation, document):
            by_cure.setdefault(operation.instead, []).append(f"`{operation.method} {operation.path}`")
    yield from ("| operations | what to do instead |", "|---|---|")
    for cure, operations in by_cure.items():
        yield f"| {', '.join(operations)} | {cure} |"


def _written(text: str) -> str:
    for name, table in tables().items():
        marked = re.compile(f"<!-- {name} -->.*<!-- /{name} -->", re.DOTALL)
        text = marked.sub(lambda _, name=name, table=table: f"<!-- {name} -->\n{table}\n<!-- /{name} -->", text)
    return text


def test_every_code_is_documented_and_every_documented_code_exists():
    assert codes() == set(MEANINGS)


def test_of_every_operation_that_is_not_here_the_page_says_what_to_do_instead():
    document = openapi()

    lacking = [each for each in documented() if missing(each, document)]
    assert [each for each in lacking if not each.instead] == []
    assert len(documented()) - len(lacking) >= 150


def test_an_operation_counts_only_with_its_status_and_every_field():
    document = openapi()
    event = Operation("POST", "/api/{storeCode}/customEvent", "200", ("event.type", "event.eventDate"))

    assert missing(event, document) == ""
    assert missing(replace(event, path="/api/{anyName}/customEvent"), document) == ""
    assert missing(replace(event, status="204"), document) == "the status is not 204"
    assert missing(replace(event, requires=("event.typo",)), document) == "the body has no event.typo"
    assert missing(replace(event, method="PUT"), document) == "there is no such operation"


def test_the_page_lists_every_operation_and_every_code():
    text = FILE.read_text()

    assert text == _written(text), "run: .venv/bin/python -m tests.api.test_documentation"


if __name__ == "__main__":
    FILE.write_text(_written(FILE.read_text()))
