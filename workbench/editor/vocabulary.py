"""The names that a program declares, as far as its files can be read."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from loyalty.events.builtin_events import BUILT_IN
from loyalty.program.event_types import NamedThing
from loyalty.program.scope import reversal_scopes
from program_files.folders.layout import is_read
from program_files.readers.declarations import scopes_of_rewards
from program_files.reading import read_declarations
from program_files.text.problems import Problem, Problems
from program_files.text.text import read_text
from rules.types import Type

REGISTERED = "member_registered"

Names = Mapping[str, str]
"""Names, and the titles of what they name."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names to which files may refer.

    None: any name may be valid, since files that declare such names cannot be read.
    """

    event_types: Names | None
    wallets: Names | None
    tiers: Names | None
    """Tiers of all tier sets."""
    tier_sets: Names | None
    badges: Names | None
    rewards: Names | None
    achievements: Names | None
    reactors: Names | None
    built_in: frozenset[str]
    """The event types that no file may declare."""
    scope_types: Mapping[str, Type]
    """The type of what rules can read, by event type."""
    reward_scopes: tuple[Type, Type]
    """The types of what rules of rewards can read: who may buy one, and what its coupons are worth."""
    reversal_scopes: Mapping[str, tuple[Type, Type]]
    """The types of what the rules of `where`, and of `share`, can read, by the event type that reverses another."""

    @property
    def reported_event_types(self) -> Names | None:
        """The event types that a test can report: built-in events happen by themselves, except a registration."""
        if self.event_types is None:
            return None
        caused = self.built_in - {REGISTERED}
        return {name: title for name, title in self.event_types.items() if name not in caused}

    @property
    def custom_event_types(self) -> Names | None:
        """The event types that the program declares."""
        if self.event_types is None:
            return None
        return {name: title for name, title in self.event_types.items() if name not in self.built_in}

    @property
    def built_in_events(self) -> Names | None:
        """The built-in event types."""
        own = {name: title for name, title in (self.event_types or {}).items() if name in self.built_in}
        return own or None


def read_vocabulary(
    files: Mapping[str, bytes], *, unread: Collection[str] = ()
) -> tuple[Vocabulary, tuple[Problem, ...]]:
    """Return the names that files declare, and the problems that keep other names from being read.

    Any files will do.
    """
    declared, problems = read_declarations(files, unread=unread)

    def names(kind: NamedThing, titles: Names) -> Names | None:
        return None if declared.names[kind] is None else titles

    settings = declared.settings
    tier_sets = settings.tier_sets
    vocabulary = Vocabulary(
        event_types=names("event type", {name: found.title for name, found in declared.event_types.items()}),
        wallets=names("wallet", {name: wallet.title for name, wallet in settings.wallets.items()}),
        tiers=names("tier", {tier.name: tier.title for each in tier_sets.values() for tier in each.tiers}),
        tier_sets=names("tier set", {name: each.title for name, each in tier_sets.items()}),
        badges=names("badge", settings.badges or {}),
        rewards=names("reward", {name: reward.title for name, reward in declared.rewards.items()}),
        achievements=_declared("achievements", "achievement", files, unread),
        reactors=_declared("reactors", "reactor", files, unread),
        built_in=frozenset(BUILT_IN),
        scope_types={name: declared.scope_of(name) for name in declared.event_types},
        reward_scopes=scopes_of_rewards(settings, with_event=True),
        reversal_scopes={
            name: reversal_scopes(declared.scope_of(name), declared.scope_of(found.reverses.event))
            for name, found in declared.event_types.items()
            if found.reverses is not None
        },
    )
    return vocabulary, problems


def _declared(folder: str, key: str, files: Mapping[str, bytes], unread: Collection[str]) -> Names | None:
    """Return the names that the files of a folder declare; None if one of them cannot be read."""
    if any(path.split("/")[0] == folder for path in unread):
        return None
    names: dict[str, str] = {}
    for path in sorted(files):
        if path.split("/")[0] == folder and is_read(path):
            node = read_text(path, files[path], Problems())
            name, title = (node and node.part(each) for each in (key, "title"))
            if not name or not isinstance(name.value, str):
                return None
            names[name.value] = title.value if title and isinstance(title.value, str) else name.value
    return names
