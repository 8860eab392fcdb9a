"""The funnel of an achievement."""

from fastapi import APIRouter
from starlette.responses import Response

from api.achievements.routes import AchievementInPath, require_achievement
from api.achievements.schemas import AchievementFunnel
from api.http.responses import ExactJson
from api.state.dependencies import AdminRequest
from database.analytics.funnel_reading import read_funnel
from loyalty.program.wallets import ONE, exact_amount

router = APIRouter(prefix="/api/{storeCode}/analytics/achievement", tags=["Analytics"])


@router.get("/{achievement}/funnel", summary="Show the funnel of an achievement", response_model=AchievementFunnel)
async def achievement_funnel(store_request: AdminRequest, name: AchievementInPath) -> Response:
    """Return how many members began an achievement, reached each quarter of its goal, and completed it once or again.

    A member counts by their best: the longest streak, or the most in one month.
    """
    program = store_request.program
    achievement = require_achievement(program, name)
    funnel = await store_request.database.read(lambda tx: read_funnel(tx, achievement, program.zone))
    shown = {
        "achievementId": program.id_of("achievement", achievement.name),
        "achievement": achievement.name,
        "name": achievement.title,
        "goal": exact_amount(int(achievement.goal * ONE)),
        "items": [{"step": step, "members": members} for step, members in funnel.steps()],
    }
    return ExactJson(shown)
