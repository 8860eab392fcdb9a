"""Corrections within one's bound: what each kind does, its preview, and undoing it."""

from typing import Any

import pytest

from database.pages import PageRequest
from tests.api.corrections.shop import FREE_COFFEE, Desk
from tests.kit.api import fault
from tests.kit.programs import PROGRAM
from tests.kit.sent import answer_events, subscribe


async def test_points_are_added_with_reason_cause_and_expiry(desk_anywhere: Desk):
    desk = desk_anywhere
    event = (await desk.api.report()).json()["customEventId"]

    done = await desk.made(
        reason="missing",
        comment="The till was offline",
        customEventId=event.upper(),
        points={"type": "add", "points": 120, "expiresInDays": 30},
    )

    assert (done["status"], done["kind"], done["unit"], done["amount"]) == ("done", "points", "points", 120)
    assert (done["reason"], done["customEventId"], done["asked"]["username"]) == ("missing", event, "admin")
    assert done["change"] == {"direction": "add", "points": 120, "expiresDays": 30, "qualifies": False}
    outcome = done["outcome"]
    assert (outcome["before"]["activeUnits"], outcome["after"]["activeUnits"]) == (0, 120)
    assert [each["type"] for each in outcome["events"]] == ["points_added"]
    transfer = await desk.api.get(f"/api/DEFAULT/points/{outcome['transferId']}")
    assert (transfer["comment"], transfer["expiresAt"]) == ("The till was offline", outcome["expiresAt"])
    assert await desk.active() == 120
    assert await desk.show(done) == done


async def test_a_preview_says_what_would_be_and_changes_nothing(desk_anywhere: Desk):
    desk = desk_anywhere
    await desk.add(500, qualifies=True)
    desk.api.started.clear()

    tried = await desk.preview(points={"type": "add", "points": 1600, "qualifies": True})

    assert (tried["needsApproval"], tried["bound"]) == (False, None)
    before, after = tried["outcome"]["before"], tried["outcome"]["after"]
    assert (before["activeUnits"], after["activeUnits"]) == (500, 2100)
    assert (before["tier"], after["tier"]) == ("silver", "gold")
    assert tried["outcome"]["expiresAt"]
    assert tried["messages"] == ["AvailablePointsAmountChanged", "UnitsTransferWasAdded", "CustomerLevelChanged"]
    assert (await desk.active(), await desk.tier(), desk.api.started) == (500, "silver", [])
    assert len(await desk.items()) == 1


async def test_a_preview_announces_what_the_correction_announces(desk: Desk):
    asked: dict[str, dict[str, Any]] = {
        "points": {"type": "add", "points": 600, "qualifies": True},
        "tier": {"levelId": "gold"},
        "reward": {"rewardId": "coffee"},
        "progress": {"achievementId": "seven-days", "progress": 3},
        "badge": {"badgeTypeId": "early-bird", "completedCount": 1},
    }
    names = ("AvailablePointsAmountChanged", "UnitsTransferWasAdded", "CustomerLevelChanged", "CustomerBoughtReward")
    await subscribe(desk.api, (*names, "MemberAchievementProgressWasChanged"))
    for kind, change in asked.items():
        known = len(await desk.api.write(_sent))
        tried = await desk.preview(**{kind: change})
        await desk.made(**{kind: change})
        await answer_events(desk.api)
        sent = (await desk.api.write(_sent))[known:]
        assert set(sent) == set(tried["messages"]), kind


def _sent(tx: Any) -> list[str]:
    return [row[0] for row in tx.connection.exec_driver_sql("SELECT name FROM message ORDER BY number")]


async def test_corrected_points_count_for_tiers_only_if_they_say_so(desk: Desk):
    await desk.add(600)
    before = await desk.tier()
    await desk.add(600, qualifies=True)

    assert (before, await desk.tier()) == ("bronze", "silver")


async def test_subtracted_points_count_as_spent_for_tiers_only_if_they_say_so(desk: Desk):
    await desk.add(500)
    for counted in (False, True):
        await desk.made(points={"type": "subtract", "points": 20, "qualifies": counted})

    (wallet,) = (await desk.api.get(f"/api/DEFAULT/member/{desk.anna}/wallet"))["items"]
    assert (wallet["account"]["activeUnits"], wallet["account"]["spentUnits"]) == (460, 20)


@pytest.mark.parametrize("direction", ["add", "subtract"])
async def test_points_are_undone_by_a_reversing_transfer_once(desk_anywhere: Desk, direction: str):
    desk = desk_anywhere
    await desk.add(100)
    done = await desk.made(points={"type": direction, "points": 40})

    undone = (await desk.act(done, "undo", comment="The wrong member")).json()
    again = await desk.act(done, "undo")

    assert (undone["status"], undone["undone"]["comment"]) == ("undone", "The wrong member")
    reversing = await desk.api.get(f"/api/DEFAULT/points/{undone['undoOutcome']['transferId']}")
    assert (reversing["kind"], reversing["relatedTransferId"]) == ("cancel", done["outcome"]["transferId"])
    assert await desk.active() == 100
    assert fault(again, "correction")["code"] == "notUndoable"


async def test_what_was_spent_since_is_owed_when_an_addition_is_undone(desk: Desk):
    done = await desk.add(100)
    spent = {"transfer": {"customer": desk.anna, "points": 70}}
    assert (await desk.api.post("/api/DEFAULT/points/spend", spent)).status_code == 200

    undone = (await desk.act(done, "undo")).json()

    after = undone["undoOutcome"]["after"]
    assert (after["activeUnits"], after["owedUnits"]) == (0, 70)


async def test_a_tier_by_hand_is_taken_back_unless_another_was_set_since(desk: Desk):
    first = await desk.made(tier={"levelId": "silver"})
    second = await desk.made(tier={"levelId": "gold"})

    refused = await desk.act(first, "undo")
    back = (await desk.act(second, "undo")).json()
    and_again = (await desk.act(first, "undo")).json()

    assert fault(refused, "correction")["message"] == (
        "it cannot be undone: the tier by hand has changed or ended since"
    )
    assert (back["undoOutcome"]["after"]["tier"], and_again["undoOutcome"]["after"]["tier"]) == ("silver", "bronze")


async def test_taking_a_tier_by_hand_back_is_undone(desk: Desk):
    await desk.made(tier={"levelId": "gold", "pinned": True})
    taken = await desk.made(tier={"levelId": None})

    undone = (await desk.act(taken, "undo")).json()

    assert (taken["outcome"]["after"]["tier"], undone["undoOutcome"]["after"]["tier"]) == ("bronze", "gold")
    assert taken["unit"] == ""


async def test_a_given_reward_is_cancelled_unless_it_was_used(desk: Desk):
    used, unused = [await desk.made(reward={"rewardId": "coffee"}) for _ in range(2)]
    (issued,) = used["outcome"]["issuedRewardIds"]
    code = (await desk.api.get(f"/api/DEFAULT/redemption/{issued}"))["issuedCoupon"]["code"]
    await desk.api.post(f"/api/DEFAULT/member/{desk.anna}/reward/redeem", {"couponCode": code})

    refused, undone = await desk.act(used, "undo"), await desk.act(unused, "undo")

    assert fault(refused, "couponCode")["code"] == "couponUsed"
    assert undone.status_code == 200
    (cancelled,) = unused["outcome"]["issuedRewardIds"]
    assert (await desk.api.get(f"/api/DEFAULT/redemption/{cancelled}"))["status"] == "canceled"


async def test_progress_is_put_back_unless_more_was_made_since(desk: Desk):
    done = await desk.made(progress={"achievementId": "seven-days", "progress": 3})
    later = await desk.made(progress={"achievementId": "seven-days", "progress": 5})

    refused = await desk.act(done, "undo")
    undone = (await desk.act(later, "undo")).json()

    assert "progress was made, or set, since" in fault(refused, "correction")["message"]
    assert undone["undoOutcome"]["after"]["progress"] == 3


async def test_badges_are_taken_away_again(desk: Desk):
    done = await desk.made(badge={"badgeTypeId": "early-bird", "completedCount": 3})
    await desk.api.http.put(f"/api/DEFAULT/member/{desk.anna}/badge/early-bird", json={"badge": {"completedCount": 5}})

    undone = (await desk.act(done, "undo")).json()

    assert (done["amount"], undone["undoOutcome"]["after"]["completedCount"]) == (3, 2)


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"reason": "because"}, "correction.reason", "unknownReason"),
        ({"reason": "other", "comment": " "}, "correction.comment", "commentNeeded"),
        ({"customEventId": "0190f2a0-5c1d-7d3a-9f0e-3b1f6a2c4d5e"}, "correction.customEventId", "unknownEvent"),
        ({"customEventId": "nonsense"}, "correction.customEventId", "unknownEvent"),
        ({"customer": "email=nobody@example.com"}, "correction.customer", "unknownMember"),
        ({"points": None}, "correction", "missing"),
        ({"tier": {"levelId": "gold"}}, "correction", "contradiction"),
        ({"points": {"type": "add", "points": 0}}, "correction.points.points", "invalidAmount"),
        ({"points": {"type": "add", "points": 0.5}}, "correction.points.points", "invalidAmount"),
        ({"points": {"type": "subtract", "points": 5}}, "correction.points.points", "notEnoughPoints"),
        ({"points": {"type": "add", "points": 5, "walletCode": "x"}}, "correction.points.walletCode", "unknownWallet"),
        ({"points": None, "tier": {"levelId": "iron"}}, "correction.tier", "unknownTier"),
        ({"points": None, "tier": {"levelId": None}}, "correction.tier", "notByHand"),
        ({"points": None, "tier": {"levelId": "gold", "until": "2001-01-01"}}, "correction.tier.until", "dateInPast"),
        ({"points": None, "reward": {"rewardId": "tea"}}, "correction.reward", "unknownReward"),
        ({"points": None, "progress": {"achievementId": "x"}}, "correction.progress", "unknownAchievement"),
        (
            {"points": None, "progress": {"achievementId": "seven-days", "progress": 9}},
            "correction.progress",
            "progressOutOfRange",
        ),
        ({"points": None, "badge": {"badgeTypeId": "x", "completedCount": 1}}, "correction.badge", "unknownBadge"),
    ],
)
async def test_what_cannot_be_corrected_is_refused_at_its_field(desk: Desk, change: dict, path: str, code: str):
    answer = await desk.ask(**{"points": {"type": "add", "points": 5}} | change)

    assert fault(answer, path)["code"] == code
    assert await desk.items() == []


async def test_the_audit_log_says_who_why_and_for_which_event_without_the_comment(desk: Desk):
    await desk.made(comment="Anna Kowalska was at the till", points={"type": "add", "points": 5})

    log = await desk.api.database.access_read(lambda access: access.audit_log.page(PageRequest(5), store="DEFAULT"))

    (entry,) = [each for each in log.records if each.event_type == "POST /api/{storeCode}/correction"]
    assert (entry.username, entry.entity_type, entry.outcome) == ("admin", "CORRECTION", "done")
    assert entry.details["reason"] == "goodwill"
    assert (entry.details["status"], entry.details["amount"]) == ("done", "5")
    assert "Kowalska" not in str(entry.details)


async def test_corrections_are_listed_by_what_they_say(desk: Desk):
    await desk.add(5)
    tier = await desk.made(reason="mistake", tier={"levelId": "gold"})

    found = {
        query: [each["kind"] for each in await desk.items(query)]
        for query in ("", "kind=tier", "reason=goodwill", "status=waiting", "unit=gold", f"customerId={desk.anna}")
    }

    assert found == {
        "": ["tier", "points"],
        "kind=tier": ["tier"],
        "reason=goodwill": ["points"],
        "status=waiting": [],
        "unit=gold": ["tier"],
        f"customerId={desk.anna}": ["tier", "points"],
    }
    history = await desk.api.write(lambda tx: tx.corrections.of_member(desk.anna, limit=1))
    assert [each.id for each in history] == [tier["correctionId"]]


async def test_a_tier_of_another_set_is_corrected_and_put_back(desk: Desk):
    sets = "tier_sets:\n  club: {by: spent_points, tiers: [{tier: guest, from: 0}, {tier: friend, from: 50}]}\n"
    await desk.api.deploy(rewards__coffee=FREE_COFFEE, program=PROGRAM + sets)
    (club,) = [each for each in (await desk.api.get("/api/DEFAULT/tierSet"))["items"] if each["name"] == "club"]

    preview = await desk.preview(tier={"levelId": "friend", "tierSetId": club["tierSetId"]})
    done = await desk.made(tier={"levelId": "club/friend"})
    unknown = await desk.ask(tier={"levelId": "friend", "tierSetId": "pub"})
    other = await desk.ask(tier={"levelId": "gold", "tierSetId": "club"})
    undone = await desk.act(done, "undo")
    removed = await desk.ask(tier={"levelId": None, "tierSetId": "club"})

    assert [preview["outcome"][when]["tierOfSet"] for when in ("before", "after")] == [None, "friend"]
    assert (done["unit"], done["outcome"]["after"]["tierOfSet"]) == ("club/friend", "friend")
    assert fault(unknown, "correction.tier.tierSetId")["code"] == "unknownTierSet"
    assert fault(other, "correction.tier")["code"] == "unknownTier"
    assert undone.json()["undoOutcome"]["after"]["tierOfSet"] == "guest"
    assert await desk.tier() == "bronze", "the default set is as it was"
    assert removed.status_code == 400
