"""The outline of a program, by which a deploy compares it with the program that it replaces."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from loyalty.losses import LOSS_KINDS, LossKind, Retitling
from loyalty.program.body_schema import BodySchema
from loyalty.program.program import NotifyBefore, Program
from loyalty.program.tier_rules import NO_RULES, TierRules
from loyalty.program.tiers import DEFAULT_SET, TierSet

NamesByKind: TypeAlias = Mapping[LossKind, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Outline:
    """The title of a program, the names of things that members hold, and the rules of its tiers."""

    title: str
    names: NamesByKind
    tier_rules: TierRules
    """The rules of the default tier set."""
    notify_before: NotifyBefore | None = None
    """None: an older version stored it, which did not read the whole program."""
    more_tier_rules: Mapping[str, TierRules] = field(default_factory=dict)
    """The rules of the other tier sets, by name."""
    region: str | None = None
    """The country by whose rules phone numbers are read."""
    attributes: Mapping[str, BodySchema] = field(default_factory=dict)
    """Declared attributes of members, with the schema of their values."""
    measures: Mapping[str, str] = field(default_factory=dict)
    """What each achievement counts: its event type and its measure, as JSON."""

    @classmethod
    def of(cls, program: Program) -> "Outline":
        """Return the outline of a program."""
        names: NamesByKind = {
            "wallet": frozenset(program.wallets),
            **names_of_tiers(program.tier_sets.values()),
            "reward": frozenset(program.rewards),
            "event": frozenset(program.event_types),
            "attribute": frozenset(),  # without a declaration an attribute stays, as free text
            "achievement": frozenset(),  # progress stays, and is found again by its name
        }
        rules = TierRules.of(program.default_tier_set, program.zone)
        more = {each.name: TierRules.of(each, program.zone) for each in program.more_tier_sets}
        measures = {each.name: each.measure_text for each in program.achievements}
        attributes = program.attributes
        return cls(program.title, names, rules, program.notify_before, more, program.region, attributes, measures)

    def dropped_by(self, new: "Outline") -> NamesByKind:
        """Return the names that a new program does not have; of a tier set that it does not have, only the set."""
        dropped = {kind: self.names[kind] - new.names[kind] for kind in LOSS_KINDS}
        gone = dropped["tier_set"]
        return {**dropped, "tier": frozenset(each for each in dropped["tier"] if each.partition("/")[0] not in gone)}

    def tier_rules_beside(self, new: "Outline") -> Iterable[tuple[TierRules, TierRules]]:
        """Return the rules of each tier set of a new program, paired with those of the same set here."""
        yield self.tier_rules, new.tier_rules
        for name, rules in new.more_tier_rules.items():
            yield self.more_tier_rules.get(name, NO_RULES), rules

    def narrowed_by(self, new: "Outline") -> Mapping[str, BodySchema]:
        """Return the attributes whose declaration a new program changes: stored values may not fit any more."""
        return {
            name: schema
            for name, schema in new.attributes.items()
            if name not in self.attributes or self.attributes[name].schema != schema.schema
        }

    def measured_otherwise_by(self, new: "Outline") -> frozenset[str]:
        """Return the achievements that count something else in a new program."""
        return frozenset(name for name, text in new.measures.items() if self.measures.get(name, text) != text)

    def retitled_by(self, new: "Outline") -> Retitling | None:
        """Return both titles if those of the programs differ; None if they do not, or this one has none."""
        return None if self.title in ("", new.title) else Retitling(self.title, new.title)


def names_of_tiers(tier_sets: Iterable[TierSet]) -> NamesByKind:
    """Return the names of tiers, `SET/TIER` in sets beside the default one, and of these sets."""
    tiers, names = set[str](), set[str]()
    for each in tier_sets:
        if each.name == DEFAULT_SET:
            tiers |= {tier.name for tier in each.tiers}
        else:
            tiers |= {f"{each.name}/{tier.name}" for tier in each.tiers}
            names.add(each.name)
    return {"tier": frozenset(tiers), "tier_set": frozenset(names)}
