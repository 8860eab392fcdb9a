"""What members would lose by a deploy: things that the new program does not have, and the consent to lose them."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from rules.values import Json

LossKind: TypeAlias = Literal["wallet", "tier", "tier_set", "reward", "event", "attribute", "achievement"]
LOSS_KINDS: Final[tuple[LossKind, ...]] = get_args(LossKind)

LOSS_KEYS: Final = ", ".join(f"{kind}:NAME" for kind in LOSS_KINDS)
"""The forms of the keys of losses, in words."""


@dataclass(frozen=True, slots=True)
class Loss:
    """A wallet with points, a tier or tier set with members, a reward with open coupons, or an event type in use.

    Of an event type: events are in flight. Of an attribute: members have values that its new schema refuses; they stay,
    and rules do not read them. Of an achievement: members have progress, which another measure counted; it stays, and
    counts as if by the new one.
    """

    kind: LossKind
    name: str
    members: int
    """How many members are affected."""
    events: int = 0
    """For an event type: how many events are received or decided, and not applied."""

    @property
    def key(self) -> str:
        """The name of the loss in `drop`: `wallet:points`."""
        return f"{self.kind}:{self.name}"

    def __str__(self) -> str:
        members = f"{self.members:,} member{'' if self.members == 1 else 's'}"
        if self.kind == "attribute":
            return f"attribute {self.name} of {members}, whose value its schema refuses"
        if self.kind == "achievement":
            return f"achievement {self.name} ({members} with progress that another measure counted)"
        if self.kind != "event":
            return f"{self.kind.replace('_', ' ')} {self.name} ({members})"
        return f"event type {self.name} ({self.events:,} event{'' if self.events == 1 else 's'} of {members} in flight)"


@dataclass(frozen=True, slots=True)
class Retitling:
    """A title that differs from that of the program in force: perhaps it is another program."""

    in_force: str
    deployed: str

    def __str__(self) -> str:
        return f'change the title "{self.in_force}" to "{self.deployed}"'


@dataclass(frozen=True, slots=True)
class DeployConsent:
    """What a deploy may lose, by the keys of losses, and whether it may change the program's title."""

    drop: frozenset[str] = frozenset()
    rename: bool = False


@dataclass(frozen=True, slots=True)
class DeployLosses:
    """What a deploy would lose, and both titles if it would change the title."""

    losses: tuple[Loss, ...] = ()
    retitling: Retitling | None = None

    def without(self, consent: DeployConsent) -> "DeployLosses":
        """Return the losses to which `consent` does not agree."""
        unnamed = tuple(loss for loss in self.losses if loss.key not in consent.drop)
        return DeployLosses(unnamed, None if consent.rename else self.retitling)

    def __str__(self) -> str:
        lost = [f"lose {', '.join(map(str, self.losses))}"] if self.losses else []
        retitled = [f"{self.retitling}, so it may be another program"] if self.retitling else []
        return " and ".join([*lost, *retitled]) or "lose nothing"


def losses_as_json(found: DeployLosses) -> dict[str, Json]:
    """Return losses and titles as the API and commands show them; `title` is null if it does not change."""
    losses: list[Json] = [
        {"kind": each.kind, "name": each.name, "members": each.members, "events": each.events} for each in found.losses
    ]
    titles = found.retitling
    return {
        "losses": losses,
        "title": None if titles is None else {"inForce": titles.in_force, "deployed": titles.deployed},
    }


NO_CONSENT: Final = DeployConsent()


def is_loss_key(text: str) -> bool:
    """Return whether a text can be the key of a loss: a kind, a colon and a name."""
    kind, _, name = text.partition(":")
    return kind in LOSS_KINDS and bool(name)
