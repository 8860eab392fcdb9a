"""Generates whole programs over every key that files have, and events and members for them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from loyalty.events.builtin_events import ANSWERED, BUILT_IN
from loyalty.program.program import Program
from loyalty.program.wallets import ONE, Points
from loyalty.store.events import Event
from loyalty.store.members import Balance, Member
from program_files import ProgramFaults, read_program
from rules import exact
from tests.rules.mutation import mutated
from tests.rules.rule_generator import RuleGenerator, Scope
from tests.rules.schema_generator import Field, Json, SchemaGenerator, field_paths

KNOWN_MEMBER = "00000000-0000-4000-8000-00000000000a"
TIERS, WALLETS, BADGES = ("bronze", "silver", "gold"), ("points", "miles"), ("early-bird", "globetrotter")
ZONES = ("UTC", "Europe/Warsaw", "America/Sao_Paulo", "Pacific/Apia", "Asia/Kathmandu")
FIRST, LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""Between what times the API takes events; see `loyalty.calendar`."""

_TEXTS = ("", "a", "web", "gold", "\u0142", "2026-01-02", "x" * 255)
_DAYS = ("1990-12-31", "2024-02-29T10:00:00+02:00", "1900-01-01 at noon", None)
"""Days of birth, as the API takes them."""


@dataclass
class GeneratedProgram:
    """The files of a program, and the bodies of its event types."""

    files: dict[str, bytes] = field(default_factory=dict)
    bodies: dict[str, Field] = field(default_factory=dict)


class ProgramGenerator:
    """Generates one program, now and then with a mistake in it."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._rules = RuleGenerator(random)
        self._generated = GeneratedProgram()

    def program(self) -> GeneratedProgram:
        self._put("program", _settings(self._random))
        self._put(
            "rewards/free-coffee", {"reward": "free-coffee", "coupon": {"value": 5, "type": "money", "valid": "30d"}}
        )
        self._generated.bodies = {name: _built_in(name) for name in BUILT_IN}
        for name in ("purchase", "visit", "login"):
            body = self._generated.bodies[name] = SchemaGenerator(self._random).body()
            self._put(f"events/{name}", {"event": name, "body": body.schema})
        for number in range(self._random.randint(3, 8)):
            self._put(f"reactors/r{number}", self._reactor(f"r{number}"))
        for number in range(self._random.randint(1, 4)):
            self._put(f"achievements/a{number}", self._achievement(f"a{number}"))
        return self._generated

    def _put(self, name: str, content: Json) -> None:
        """A file; what is JSON is YAML, too."""
        suffix = self._random.choice([".yaml", ".yml", ".json"] if "/" in name else [".yaml", ".json"])
        self._generated.files[name + suffix] = exact.dumps(content).encode()

    # -- what is in a file

    def _on(self) -> str:
        own = [name for name in self._generated.bodies if name not in BUILT_IN]
        return self._random.choice(own if self._random.random() < 0.7 else list(ANSWERED))

    def _reactor(self, name: str) -> Json:
        random, on = self._random, self._on()
        scope = _scope(self._generated.bodies[on])
        reactor: dict[str, Json] = {"reactor": name, "on": on, "then": self._then(scope)}
        if random.random() < 0.8:
            reactor["when"] = self._rule(scope, self._rules.boolean)
        if random.random() < 0.4:
            reactor["limits"] = [self._limit() for _ in range(random.randint(1, 2))]
        if random.random() < 0.3:
            reactor["active"] = random.choice([{"from": "2026-01-01"}, {"until": "2026-06-30T12:00:00"}])
        return reactor

    def _achievement(self, name: str) -> Json:
        random, on = self._random, self._on()
        scope = _scope(self._generated.bodies[on])
        measure = random.choice(
            [
                "events",
                "days",
                {"sum": self._rule(scope, self._rules.number)},
                {"sum": self._rule(scope, self._rules.number)},
                {"distinct": self._rule(scope, self._rules.value)},
            ]
        )
        achievement: dict[str, Json] = {
            "achievement": name,
            "on": on,
            "measure": measure,
            "window": random.choice(["all", "streak", "day", "week", "month", "year", {"last": "7d"}]),
            "goal": random.choice([1, 1, 2, 3]),
            "repeat": random.choice(["once", "unlimited", 2]),
        }
        if random.random() < 0.5:
            achievement["when"] = self._rule(scope, self._rules.boolean)
        if random.random() < 0.7:
            achievement["then"] = self._then(_scope(self._generated.bodies["achievement_completed"]))
        return achievement

    def _limit(self) -> Json:
        random = self._random
        every = random.choice(["day", "week", "month", "year", "ever"])
        most = random.choice([{"times": 1}, {"times": 5}, {"points": 10}, {"points": Decimal("2.5"), "times": 3}])
        return {"per": random.choice(["member", "program"]), "every": every, **most}

    def _then(self, scope: Scope) -> list[Json]:
        return [self._effect(scope) for _ in range(self._random.randint(1, 3))]

    def _effect(self, scope: Scope) -> Json:
        choice = self._random.choice
        amount = {"points": self._rule(scope, self._rules.number), "wallet": choice(WALLETS)}
        rounded = amount | {"round": choice(["down", "up", "half_up", "half_even"])}
        expiry = choice(
            ["never", {"after": "90d"}, {"end_of": "month"}, {"end_of": "year", "plus": "1mo"}, {"on": "02-29"}]
        )
        url, headers = "https://partner.example/hook", {"X-Shop": "coffee"}
        return choice(
            [
                {"award_points": rounded},
                {"award_points": rounded | {"expires": expiry, "pending": choice(["0d", "2d", "12h", "1mo"])}},
                {"deduct_points": rounded},
                {"grant_badge": choice(BADGES)},
                {"issue_reward": "free-coffee"},
                {"set_tier": choice(TIERS)},
                {"set_attribute": {"name": choice("abc"), "value": self._template(scope, 2)}},
                {"call_webhook": {"url": url, "body": self._template(scope, 2), "headers": headers}},
            ]
        )

    def _template(self, scope: Scope, depth: int) -> Json:
        value = self._rule(scope, self._rules.value)
        if not depth or self._random.random() < 0.4:
            return value
        inner = self._template(scope, depth - 1)
        return self._random.choice([[1, value, inner], {"a": value, "b": inner}, {"text": "said"}, {}])

    def _rule(self, scope: Scope, write: Callable[[Scope, int], Json]) -> Json:
        rule = write(scope, self._random.choice([1, 2, 3]))
        return mutated(rule, scope, self._random) if self._random.random() < 0.15 else rule


def read(generated: GeneratedProgram) -> Program:
    """The program, without the files that are at fault: what is left checks clean."""
    files = dict(generated.files)
    while True:
        try:
            return read_program(files)
        except ProgramFaults as faults:
            for name in {problem.place.file for problem in faults.problems}:
                del files[name]


def member(random: Random, now: datetime) -> Member:
    """A member with what the API, and an older program, may have left on them."""
    profile = {"firstName": random.choice(_TEXTS), "birthDate": random.choice(_DAYS)}
    profile |= random.choice([{}, {"address": {"city": random.choice(_TEXTS)}}, {"address": None}])
    amounts = [Points(amount) for amount in (0, 1, 250 * ONE, 10**12 * ONE)]
    free, wallets = SchemaGenerator(random).body(), WALLETS[random.randint(0, 2) :]
    return Member(
        id=KNOWN_MEMBER,
        registered_at=now - timedelta(days=random.choice([0, 1, 400])),
        email=random.choice([None, "a@b.example"]),
        tier=random.choice([None, "bronze", "gold", "a tier of last year"]),
        profile={name: value for name, value in profile.items() if value is not None},
        attributes=free.make(random) | {"a": random.choice(_TEXTS)},
        balances={code: Balance(*(random.choice(amounts) for _ in Balance._fields)) for code in wallets},
        badges=tuple(random.sample(BADGES, random.randint(0, 2))),
    )


def moment(random: Random) -> datetime:
    """A time that the API takes, mostly of the year of the programs."""
    edges = [FIRST, LAST, datetime(2026, 3, 29, 1, 30, tzinfo=UTC), datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)]
    return random.choice([*edges, *[datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=random.randrange(9_000))] * 8])


def event(random: Random, type_: str, body: Json) -> Event:
    return Event("e", type_, KNOWN_MEMBER, moment(random), body)


def _settings(random: Random) -> Json:
    lowest = random.choice([0, 10])
    wallets = {
        "points": {"default": True, "decimals": random.choice([0, 2, 6]), "expires": {"after": "90d"}},
        "miles": {"decimals": random.choice([0, 1]), "pending": random.choice(["0d", "14d"])},
    }
    return {
        "store": "DEFAULT",
        "timezone": random.choice(ZONES),
        "wallets": wallets,
        "tier_by": random.choice(["earned_points", "active_points"]),
        "tier_review": random.choice(["never", {"after": "30d"}, {"end_of": "month"}]),
        "tiers": [{"tier": tier, "from": lowest + 100 * n} for n, tier in enumerate(TIERS)],
        "badges": list(BADGES),
    }


def _built_in(name: str) -> Field:
    """The body of a built-in event, as its schema says it."""
    return _object_of(BUILT_IN[name].body.schema)


def _object_of(schema: Mapping[str, Json]) -> Field:
    fields = {key: _field_of(each) for key, each in schema.get("properties", {}).items()}
    required = frozenset(schema.get("required", ()))
    return Field("object", make=lambda random: _filled(fields, required, random), fields=fields, required=required)


def _array_of(element: Field) -> Field:
    def make(random: Random) -> Json:
        return [element.make(random) for _ in range(random.randrange(3))]

    return Field("array", make=make, element=element)


def _field_of(schema: Mapping[str, Json]) -> Field:
    match schema:
        case {"enum": [*texts]}:
            return Field("text", values=tuple(texts), make=lambda random: random.choice(texts))
        case {"type": "string", "format": "date-time"}:
            return Field("date", make=lambda random: moment(random).isoformat())
        case {"type": ["string", "null"], "format": "date-time"}:
            return Field("date", nullable=True, make=lambda random: random.choice([None, moment(random).isoformat()]))
        case {"type": "string"}:
            return Field("text", make=lambda random: random.choice([*TIERS, "a0", "points"]))
        case {"type": "boolean"}:
            return Field("boolean", make=lambda random: random.choice([True, False]))
        case {"type": ["string", "null"]}:
            return Field("text", nullable=True, make=lambda random: random.choice([None, "bronze"]))
        case {"type": "array", "items": items}:
            return _array_of(_field_of(items))
        case {"type": "object"}:
            return _object_of(schema)
        case _:
            return Field("number", make=lambda random: random.choice([0, 1, 12]))


def _filled(fields: Mapping[str, Field], required: frozenset[str], random: Random) -> Json:
    """An object with all that is required, and some of the rest."""
    return {name: each.make(random) for name, each in fields.items() if name in required or random.random() < 0.5}


def _record(fields: Mapping[str, Field], *, optional: tuple[str, ...] = ()) -> Field:
    return Field("object", fields=fields, required=frozenset(fields) - set(optional))


def _scope(body: Field) -> Scope:
    """What rules see, as `docs/designers.md` tells it."""
    text, number, instant, anything = Field("text"), Field("number"), Field("instant"), Field("anything")
    unsure = ("tier", "email", "first_name", "city", "birth_date")
    about_member = {
        **dict.fromkeys(("id", "email", "first_name", "city"), text),
        "tier": Field("text", values=TIERS),
        "points": number,
        "earned_points": number,
        "wallets": _record(dict.fromkeys(WALLETS, number)),
        "badges": Field("array", element=Field("text", values=BADGES)),
        "attributes": _record(dict.fromkeys("abcpq", anything), optional=tuple("abcpq")),
        "registered_at": instant,
        "birth_date": Field("date"),
    }
    about_event = _record({"type": text, "time": instant, "body": body})
    whole = _record({"event": about_event, "member": _record(about_member, optional=unsure), "now": instant})
    return [place for place in field_paths(whole) if place.path]
