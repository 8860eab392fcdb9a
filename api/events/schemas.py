"""Custom events as answers show them."""

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from api.responses import Id, Instant, JsonObject, Number, Total
from loyalty.calendar import Period
from loyalty.decisions.decision import Verdict


class CustomEventId(TypedDict):
    """The id of an accepted event."""

    customEventId: Id


class CustomEvent(TypedDict):
    """A custom event as it was reported."""

    customEventId: Id
    customerId: Id
    type: str
    eventName: str
    customerData: JsonObject
    body: JsonObject
    eventDate: Instant
    createdAt: Instant
    eventId: NotRequired[str]
    status: str


class LedgerEntry(TypedDict):
    """One line of the ledger."""

    kind: str
    wallet: str
    points: Number
    balance: Number
    source: str
    at: Instant


class Outcome(TypedDict):
    """What came of an event: ledger lines, and the events it caused, with what came of them."""

    did: list[str]
    entries: list[LedgerEntry]
    caused: list[JsonObject]
    achievements: list[JsonObject]
    badges: list[JsonObject]
    rewards: list[JsonObject]


class Leaf(TypedDict):
    """A part of a condition that made it false; of several, any one might have made it true."""

    place: str
    actual: NotRequired[JsonObject]
    needed: NotRequired[str]
    within: NotRequired[list[str]]


# The names of these keys are no names of Python.
Reason = TypedDict(
    "Reason",
    {
        "leaves": NotRequired[list[Leaf]],
        "more": NotRequired[int],
        "from": NotRequired[Instant],
        "until": NotRequired[Instant],
        "used": NotRequired[Number],
        "most": NotRequired[Number],
        "unit": NotRequired[Literal["times", "points"]],
        "per": NotRequired[Literal["member", "program"]],
        "every": NotRequired[Period],
        "before": NotRequired[Number],
        "after": NotRequired[Number],
        "goal": NotRequired[Number],
        "completed": NotRequired[int],
    },
)
Reason.__doc__ = """The facts of an answer.

`leaves` of a condition that was false (`more`: beyond those that are told); `from` or `until` of dates; `used` of
`most` `unit`, `per` and `every`, of a limit; `before`, `after` and `goal` of progress; `completed` of `most` times.
"""


class Answer(TypedDict):
    """What one reactor or achievement answered: `because` is a sentence, `place` where it stands in the program."""

    source: str
    verdict: Verdict
    because: str
    place: str
    effects: list[JsonObject]
    reason: NotRequired[Reason]


class CustomEventDetails(CustomEvent):
    """An event with its decision, its outcome and its deliveries."""

    error: str | None
    revision: int
    revisionHash: str
    workflowId: str
    workflowUrl: NotRequired[str]
    decision: list[Answer] | None
    outcome: Outcome
    deliveries: list[JsonObject]


class CustomEvents(TypedDict):
    """A page of custom events."""

    items: list[CustomEvent]
    total: Total


DETAILS: dict[str, Any] = {
    "customEventId": "0199c0de-7a11-7c0f-8e57-000000000001",
    "customerId": "0199c0de-7a11-7c0f-8e57-000000000002",
    "type": "purchase",
    "eventName": "A purchase at the till",
    "customerData": {"email": "anna@example.com"},
    "body": {"total": 12, "channel": "web"},
    "eventDate": "2026-05-01T09:00:00.000+02:00",
    "createdAt": "2026-05-01T09:00:02.114+02:00",
    "status": "applied",
    "eventId": "receipt-4711",
    "revision": 3,
    "revisionHash": "9f2c1d0e7b3a4c55d6e8f90112233445566778899aabbccddeeff0011223344f",
    "workflowId": "event/DEFAULT/0199c0de-7a11-7c0f-8e57-000000000001",
    "error": None,
    "decision": [
        {
            "source": "reactor/double-on-web",
            "verdict": "condition_false",
            "because": "event.body.total is 12, needed >= 20",
            "place": "reactors/double-on-web.yaml:1:1",
            "effects": [],
            "reason": {
                "leaves": [
                    {
                        "place": "reactors/double-on-web.yaml:4:14",
                        "actual": {"event.body.total": 12},
                        "needed": ">= 20",
                    }
                ]
            },
        },
        {
            "source": "reactor/welcome-back",
            "verdict": "limit_reached",
            "because": "limit reached: 7 of 7 this week, per member",
            "place": "reactors/welcome-back.yaml:1:1",
            "effects": [],
            "reason": {"used": 7, "most": 7, "unit": "times", "per": "member", "every": "week"},
        },
        {
            "source": "achievement/regular",
            "verdict": "counted",
            "because": "progress 2 to 3 of 10",
            "place": "achievements/regular.yaml:1:1",
            "effects": [],
            "reason": {"before": 2, "after": 3, "goal": 10},
        },
    ],
    "outcome": {"did": ["regular 3/10"], "entries": [], "caused": [], "achievements": [], "badges": [], "rewards": []},
    "deliveries": [],
}
"""An event that is shown, for whoever reads `/docs`."""
