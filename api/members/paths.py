"""The member that the path of a request names."""

from typing import Annotated, TypeAlias

from fastapi import Path

MemberInPath: TypeAlias = Annotated[
    str,
    Path(alias="member", description="A customerId, or `email=...`, `phone=...` or `loyaltyCardNumber=...`."),
]
