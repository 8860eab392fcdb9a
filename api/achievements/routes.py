"""Achievements and badges: reading them, and setting progress and badges by hand."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from api.achievements.schemas import (
    Achievement,
    Achievements,
    AchievementTriggers,
    BadgeType,
    BadgeTypes,
    MemberProgress,
    PatchProgress,
    PutBadge,
)
from api.achievements.views import achievement_basics_view, achievement_view, badge_type_views, trigger_view
from api.http.errors import BadInput, NotAllowed, NotFound
from api.http.paging import Filter, ListQuery, matches, page_of_list, page_of_records
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson
from api.points.moves import moves
from api.state.by_hand import ChangedByHand
from api.state.dependencies import AdminRequest
from api.state.member_lookup import member_in_path
from database import ReadTransaction, Transaction
from database.achievement_triggers import find_triggers
from database.pages import Condition
from loyalty.achievements.operations import SetProgress, set_badges, set_progress
from loyalty.corrections.changes import CorrectBadge, CorrectProgress
from loyalty.events.operations import OperationContext
from loyalty.program import achievements as model
from loyalty.program.program import Program

router = APIRouter(prefix="/api/{storeCode}", tags=["Achievement"])

LIST_QUERY = ListQuery({"name": "text", "active": "boolean"})
BADGES_QUERY = ListQuery({"badgeTypeId": "id", "name": "text"})
TRIGGERS_QUERY = ListQuery(
    {"achievementId": "exact_text", "ruleId": "exact_text", "triggerId": "exact_text", "createdAt": "instant"}
)

MemberInPath: TypeAlias = Annotated[
    str,
    Path(alias="member", description="A customerId, or `email=...`, `phone=...` or `loyaltyCardNumber=...`."),
]
AchievementInPath: TypeAlias = Annotated[
    str, Path(alias="achievement", description="An achievementId, or its name in program files.")
]
BadgeInPath: TypeAlias = Annotated[
    str, Path(alias="badgeType", description="A badgeTypeId, or the badge's name in program files.")
]

_PROGRESS = {"memberProgress": {"completedCount": 1}}


@router.get(
    "/achievement",
    summary="List achievements",
    response_model=Achievements,
    openapi_extra=LIST_QUERY.openapi_parameters(),
)
async def list_achievements(request: Request, store_request: AdminRequest) -> Response:
    """List the achievements of the program in force."""
    program = store_request.program
    page, filters = LIST_QUERY.parse(request.query_params, program.zone)
    at = await store_request.deployed_at()
    views = [achievement_basics_view(each, program, deployed_at=at) for each in program.achievements]
    return ExactJson(page_of_list([each for each in views if matches(each, filters)], page))


@router.get(
    "/achievement/trigger/member/{member}",
    summary="List what counted for a member's achievements",
    response_model=AchievementTriggers,
    openapi_extra=TRIGGERS_QUERY.openapi_parameters(),
)
async def list_triggers(request: Request, member: MemberInPath, store_request: AdminRequest) -> Response:
    """List the events that counted for achievements of a member, the newest first."""
    program = store_request.program
    page, filters = TRIGGERS_QUERY.parse(request.query_params, program.zone)
    conditions = [_trigger_condition(each, program) for each in filters]

    def read(tx: ReadTransaction) -> dict[str, Any]:
        found = member_in_path(tx, store_request, member)
        wanted = replace(page, conditions=conditions)
        listed = find_triggers(tx, found.id, wanted)
        return page_of_records(listed, lambda each: trigger_view(each, program), lambda each: each.event)

    return ExactJson(await store_request.database.read(read))


@router.get("/achievement/{achievement}", summary="Show an achievement", response_model=Achievement)
async def show_achievement(name: AchievementInPath, store_request: AdminRequest) -> Response:
    """Return one achievement of the program in force."""
    program = store_request.program
    return ExactJson(achievement_view(require_achievement(program, name), program))


@router.patch(
    "/member/{member}/achievement/{achievement}/progress",
    summary="Set a member's progress",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(PatchProgress, _PROGRESS),
)
async def patch_progress(
    request: Request, member: MemberInPath, name: AchievementInPath, by_hand: ChangedByHand
) -> Response:
    """Set how often a member has completed an achievement, and their progress now, up or down.

    A completion gives what the achievement gives. A completion that is taken back leaves its gifts.
    """
    posted = await read_body(request, PatchProgress)
    change = by_hand.change
    store_request = change.store_request

    def run(operation: OperationContext, tx: Transaction) -> None:
        found = member_in_path(tx, store_request, member)
        achievement = require_achievement(operation.program, name)
        progress = _progress_of(operation.program, achievement, posted.member_progress)
        completed = posted.member_progress.completed_count
        by_hand.note_change(operation, found.id, CorrectProgress(achievement.name, progress, completed))
        today = _counts_today(posted.member_progress)
        set_progress(operation, SetProgress(found.id, achievement.name, progress, completed, today))

    return await change.respond(posted, moves(change, run))


@router.get(
    "/badge-type",
    summary="List badge types",
    response_model=BadgeTypes,
    openapi_extra=BADGES_QUERY.openapi_parameters(),
    tags=["Member"],
)
async def list_badge_types(request: Request, store_request: AdminRequest) -> Response:
    """List the badges that the program declares, or without a declaration those that its rules grant."""
    page, filters = BADGES_QUERY.parse(request.query_params, store_request.program.zone)
    views = badge_type_views(store_request.program, deployed_at=await store_request.deployed_at())
    return ExactJson(page_of_list([each for each in views if matches(each, filters)], page))


@router.get("/badge-type/{badgeType}", summary="Show a badge type", response_model=BadgeType, tags=["Member"])
async def show_badge_type(name: BadgeInPath, store_request: AdminRequest) -> Response:
    """Return one badge of the program."""
    for view in badge_type_views(store_request.program, deployed_at=await store_request.deployed_at()):
        if name == view["badge"] or name.lower() == view["badgeTypeId"]:
            return ExactJson(view)
    raise NotFound(f"no badge type {name[:80]} in {store_request.store}")


@router.put(
    "/member/{member}/badge/{badgeType}",
    summary="Set how many times a member has a badge",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(PutBadge, {"badge": {"completedCount": 2}}),
    tags=["Member"],
)
async def put_badge(request: Request, member: MemberInPath, name: BadgeInPath, by_hand: ChangedByHand) -> Response:
    """Set how many times a member has a badge; 0 removes it."""
    posted = await read_body(request, PutBadge)
    change = by_hand.change
    store_request = change.store_request

    def run(operation: OperationContext, tx: Transaction) -> None:
        found = member_in_path(tx, store_request, member)
        held = [each.badge for each in tx.members.badges(found.id)]
        badge = _require_badge(operation.program, name, held)
        by_hand.note_change(operation, found.id, CorrectBadge(badge, posted.badge.completed_count))
        set_badges(operation, found.id, badge, posted.badge.completed_count)

    return await change.respond(posted, moves(change, run))


@router.post("/achievement", include_in_schema=False)
@router.put("/achievement/{achievement}", include_in_schema=False)
@router.patch("/achievement/{achievement}", include_in_schema=False)
@router.put("/badge-type/{badgeType}", include_in_schema=False)
async def refuse_change(store_request: AdminRequest) -> Response:
    """Answer 405: achievements and badges are part of a program, and are reviewed, tested and deployed with it."""
    message = f"achievements and badges live in the program's files: change those of {store_request.store} and deploy"
    raise NotAllowed(message, allow="GET")


def require_achievement(program: Program, text: str) -> model.Achievement:
    """Return the achievement with an id, or with a name in program files; raise NotFound."""
    for each in program.achievements:
        if text == each.name or text.lower() == program.id_of("achievement", each.name):
            return each
    raise NotFound(f"no achievement {text[:80]} in {program.store}")


def _require_badge(program: Program, text: str, held: Sequence[str]) -> str:
    """Return the badge of the program, or of the member, with an id or a name; raise NotFound."""
    for each in (*program.badge_titles, *held):
        if text == each or text.lower() == program.id_of("badge", each):
            return each
    raise NotFound(f"no badge type {text[:80]} in {program.store}")


def _progress_of(program: Program, achievement: model.Achievement, posted: MemberProgress) -> Decimal | None:
    """Return the progress to set; None: leave unchanged. Raise BadInput for a rule of another achievement."""
    if not posted.rules:
        return None
    rule, path = posted.rules[0], "memberProgress.rules.0"
    if rule.achievement_rule_id.lower() != program.id_of("achievement_rule", achievement.name):
        message = f"this is not a rule of {achievement.name}: it has the rule of GET member/{{member}}/achievement"
        raise BadInput.at(f"{path}.achievementRuleId", message, "unknownRule")
    is_streak = achievement.window == "streak"
    given = rule.completed_consecutive_periods if is_streak else rule.current_period_value
    if given is None:
        field = "completedConsecutivePeriods" if is_streak else "currentPeriodValue"
        raise BadInput.at(f"{path}.{field}", "this is required: send it", "missing")
    return Decimal(given)


def _counts_today(posted: MemberProgress) -> bool:
    """Return whether today is one of the days of a streak: it is, unless the value of today is said to be another."""
    return all(each.current_period_value in (None, 1) for each in posted.rules)


def _trigger_condition(one: Filter, program: Program) -> Condition:
    """Return a filter as a condition; ids of achievements that the program does not have match nothing."""
    match one.field:
        case "achievementId" | "ruleId":
            kind = "achievement" if one.field == "achievementId" else "achievement_rule"
            wanted, names = str(one.value).lower(), [each.name for each in program.achievements]
            return Condition("name", "in", [name for name in names if program.id_of(kind, name) == wanted])
        case "triggerId":
            return Condition("event", "eq", str(one.value).lower())
        case _:
            return one.on("received_at")
