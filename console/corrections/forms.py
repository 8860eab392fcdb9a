"""The forms of corrections, one per kind: what to correct, and why."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, get_args
from urllib.parse import urlencode

from access import CorrectionKind
from api.achievements.routes import list_achievements, list_badge_types
from api.rewards.routes import list_rewards
from api.tiers.routes import list_tiers
from console.pages.forms import Field, Form
from console.pages.page import StorePage
from console.pages.reasons import reason_titles

KINDS: Final[Mapping[CorrectionKind, str]] = {
    "points": "Points",
    "tier": "Tier",
    "reward": "Reward",
    "progress": "Achievement",
    "badge": "Badge",
}
assert set(KINDS) == set(get_args(CorrectionKind))

_ALL = {"_itemsOnPage": "50"}


def kind_of(text: str) -> CorrectionKind:
    """Return the requested kind; points for an unknown one."""
    return next((kind for kind in KINDS if kind == text), "points")


async def form_of(page: StorePage, kind: CorrectionKind) -> Form:
    """Return the form of a kind of correction, with the store's program as choices."""
    titles = await reason_titles(page)
    return Form(
        [
            *await _fields(page, kind),
            Field("correction.reason", "Reason", "choice", required=True, choices=titles),
            Field("correction.comment", "Comment", "area", hint="For those who look at it later."),
            Field("correction.customEventId", "Event that is put right", hint="Its id, if it is about one."),
        ]
    )


def change_of(form: Form, kind: CorrectionKind) -> str:
    """Return what a form changes, as one text: a preview holds for it, whatever the reason and the comment."""
    return urlencode([(each.name, each.value) for each in form.fields if each.name.startswith(f"correction.{kind}.")])


async def _fields(page: StorePage, kind: CorrectionKind) -> Sequence[Field]:
    match kind:
        case "points":
            return _points_fields(list(page.store_request.program.wallets))
        case "tier":
            return _tier_fields(await _items(page, list_tiers))
        case "reward":
            rewards = {each["code"]: each["name"] for each in await _items(page, list_rewards)}
            return (
                Field("correction.reward.rewardId", "Reward", "choice", required=True, choices=rewards),
                Field("correction.reward.quantity", "How many", "whole", value="1"),
            )
        case "progress":
            achievements = {each["achievementId"]: each["name"] for each in await _items(page, list_achievements)}
            return (
                Field(
                    "correction.progress.achievementId", "Achievement", "choice", required=True, choices=achievements
                ),
                Field("correction.progress.progress", "Progress", "number"),
                Field("correction.progress.completedCount", "Times completed", "whole"),
            )
        case "badge":
            badges = {each["badgeTypeId"]: each["name"] for each in await _items(page, list_badge_types)}
            return (
                Field("correction.badge.badgeTypeId", "Badge", "choice", required=True, choices=badges),
                Field("correction.badge.completedCount", "Times", "whole", required=True, hint="0 takes it away."),
            )


def _points_fields(wallets: Sequence[str]) -> Sequence[Field]:
    changes = {"add": "Add points", "subtract": "Subtract points"}
    codes = {code: code for code in wallets}
    return (
        Field("correction.points.type", "What", "choice", required=True, choices=changes, value="add"),
        Field("correction.points.points", "Points", "number", required=True),
        Field("correction.points.walletCode", "Wallet", "choice", choices=codes, hint=_DEFAULT_WALLET),
        Field("correction.points.expiresInDays", "Expire after days", "whole", hint="Else as the wallet says."),
        Field("correction.points.qualifies", "They count for tiers", "yes_no"),
    )


def _tier_fields(tiers: Sequence[Mapping[str, Any]]) -> Sequence[Field]:
    """Return the fields of a tier; where the program has several tier sets, each tier is shown with its own."""
    sets = {each["tierSet"]["tierSetId"]: each["tierSet"]["name"] for each in tiers}
    several = len(sets) > 1
    titles = {
        each["levelId"]: f"{each['tierSet']['name']}: {each['name']}" if several else each["name"] for each in tiers
    }
    within = [Field("correction.tier.tierSetId", "Tier set", "choice", choices=sets, hint=_OF_SET)] if several else []
    return (
        Field("correction.tier.levelId", "Tier", "choice", choices=titles, empty="null", hint=_NO_TIER),
        *within,
        Field("correction.tier.until", "Until", "moment"),
        Field("correction.tier.pinned", "Hold it both ways", "yes_no"),
    )


_DEFAULT_WALLET = "Empty: the default wallet."
_NO_TIER = "None: a tier by hand is taken back."
_OF_SET = "Only needed to take a tier by hand back: else it is the default set."


async def _items(page: StorePage, endpoint: Any) -> list[dict[str, Any]]:
    if not page.may(endpoint):
        return []
    content = await page.call(endpoint, query=_ALL)
    return list(content["items"])
