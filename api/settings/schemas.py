"""Settings of a store: request bodies and responses."""

from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypedDict

from api.http.requests import RequestModel
from api.http.responses import Id
from loyalty.store.settings import MAX_NOTICE_DAYS

_Days = Annotated[
    int | None,
    Field(default=None, ge=1, le=MAX_NOTICE_DAYS, description="Null: the value of `notify_before` in the program."),
]
_InFiles = Annotated[
    Any, Field(default=None, description="Set in the program's files: only the present value is accepted.")
]


class SettingsFields(RequestModel):
    """The settings to change; absent ones are left unchanged.

    All but the days of notices are written in program files.
    """

    expire_points_notification_days: _Days
    expire_coupons_notification_days: _Days
    expire_levels_notification_days: _Days
    program_name: _InFiles
    program_url: _InFiles
    allow_customers_profile_edits: _InFiles
    customers_identification_configurations: _InFiles
    tier_assign_type: _InFiles
    tier_wallet_code: _InFiles
    exclude_delivery_costs_from_tier_assignment: _InFiles
    excluded_delivery_skus: Annotated[Any, Field(default=None, alias="excludedDeliverySKUs")]
    excluded_level_skus: Annotated[Any, Field(default=None, alias="excludedLevelSKUs")]
    excluded_level_categories: _InFiles
    level_downgrade_mode: _InFiles
    level_downgrade_days: _InFiles
    level_downgrade_base: _InFiles
    level_reset_points_on_downgrade: _InFiles
    account_activation_required: _InFiles
    identification_method: _InFiles
    timezone: _InFiles
    reward_wallet_code: _InFiles
    active_member: _InFiles


class PostSettings(RequestModel):
    """Settings to change."""

    settings: SettingsFields


class NoticeView(TypedDict):
    """When owners are notified: `days` by the settings, `program` by its files, and which of them applies."""

    days: int | None
    program: str | None
    source: Literal["settings", "program"] | None


class NoticesView(TypedDict):
    """Notices of points, coupons and tiers that expire. `moving`: waiting ones are being moved after a change."""

    points: NoticeView
    coupons: NoticeView
    tier: NoticeView
    moving: bool


class SettingsView(TypedDict):
    """The settings by their names, as texts, in a list of one; and the source of the days of notices."""

    settings: list[dict[str, str]]
    notices: NoticesView


class NoticePreview(TypedDict):
    """Members with something that ends within the days of a notice, counted up to 10,000; `first` has ten of them."""

    members: int
    estimated: bool
    first: list[Id]


class NoticePreviews(TypedDict):
    """The receivers of each notice; null: there is no such notice."""

    points: NoticePreview | None
    coupons: NoticePreview | None
    tier: NoticePreview | None
