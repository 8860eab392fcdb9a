"""Channels: request bodies and responses."""

from pydantic import Field
from typing_extensions import TypedDict

from api.http.requests import Identifier, RequestModel
from api.http.responses import Id, Total, UnreadableItem


class ChannelFields(RequestModel):
    """A channel; its `identifier` is unique in the store."""

    name: Identifier
    identifier: Identifier
    description: str = Field(default="", max_length=255)


class PostChannel(RequestModel):
    """A channel."""

    channel: ChannelFields


class ChannelId(TypedDict):
    """The id of a channel."""

    channelId: Id


class ChannelDetails(TypedDict):
    """A channel."""

    channelId: Id
    name: str
    identifier: str
    description: str


class Channels(TypedDict):
    """A page of channels."""

    items: list[ChannelDetails | UnreadableItem]
    total: Total
