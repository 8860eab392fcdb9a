"""Find the campaign of a path."""

from typing import Annotated, TypeAlias

from fastapi import Path

from api.http.errors import NotFound
from loyalty.program.program import Program
from loyalty.program.reactors import Reactor

CampaignInPath: TypeAlias = Annotated[
    str, Path(alias="campaign", description="A campaignId, or the reactor's name in program files.")
]


def reactor_in_path(program: Program, text: str) -> Reactor:
    """Return the reactor with an id, or with a name in program files; raise NotFound."""
    for each in program.reactors:
        if text == each.name or text.lower() == program.id_of("reactor", each.name):
            return each
    raise NotFound(f"no campaign {text[:80]} in {program.store}")
