"""The declarations in the files of one program, to which its files refer."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from loyalty.program.event_types import EventType, NamedThing
from loyalty.program.rewards import Reward
from loyalty.program.scope import body_type, coupon_value_scope, eligibility_scope, scope
from program_files.readers.node_values import name_of
from program_files.readers.settings import Settings
from program_files.text.nodes import Node
from program_files.text.problems import Problems
from rules.types import ANY, Type, type_of_schema


@dataclass
class Declarations:
    """Settings, event types and rewards, and the names that references are checked against."""

    settings: Settings
    event_types: Mapping[str, EventType]
    rewards: Mapping[str, Reward]
    names: Mapping[NamedThing, Collection[str] | None]
    """None: any name is accepted, since badges are not declared, or a file that declares names cannot be read."""
    _scopes: dict[str, Type] = field(default_factory=dict)

    def reference(self, node: Node, problems: Problems, kind: NamedThing) -> str:
        """Return the name that a node refers to; a problem if the program declares no such name."""
        given, names = name_of(node, problems, f"the {kind}"), self.names[kind]
        if given is not None and names is not None and given not in names:
            problems.add_unknown(node.place, f"unknown-{kind.replace(' ', '-')}", kind, given, names)
        return given or "?"

    @cached_property
    def default_wallet(self) -> str:
        """The wallet of effects that name none."""
        return next(wallet.code for wallet in self.settings.wallets.values() if wallet.default)

    def scope_of(self, event_type: str) -> Type:
        """Return the type of what rules on an event type can read; the body of an unknown one may be anything."""
        if event_type not in self._scopes:
            known = self.event_types.get(event_type)
            schema = ANY if known is None else type_of_schema(known.body.schema)
            body = body_type(known, schema, self.names)
            self._scopes[event_type] = scope_with(self.settings, body, self.names["badge"], event_type)
        return self._scopes[event_type]


def scope_with(settings: Settings, body: Type, badges: Collection[str] | None, event_type: str | None = None) -> Type:
    """Return the type of what rules read of events with such a body, in a program with these settings."""
    return scope(
        body,
        wallets=settings.wallets,
        tier_sets=settings.tier_sets,
        badges=badges,
        attributes={name: type_of_schema(schema.schema) for name, schema in settings.attributes.items()},
        event_type=event_type,
    )


def scopes_of_rewards(settings: Settings, *, with_event: bool = False) -> tuple[Type, Type]:
    """Return the types of what rules of rewards read: who may buy one, and what its coupons are worth.

    `with_event`: the latter also read an event, whose body may be anything.
    """
    seen = scope_with(settings, ANY, settings.badges)
    return eligibility_scope(seen), coupon_value_scope(seen, with_event=with_event)


def names_of_all_tiers(settings: Settings) -> list[str]:
    """Return the names of the tiers of all sets, each once."""
    return list(dict.fromkeys(tier.name for each in settings.tier_sets.values() for tier in each.tiers))
