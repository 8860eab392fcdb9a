"""Channels: where members register and buy, such as a shop, a site or an app."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select

from database.locks import CHANNELS
from database.pages import PageRequest, PageResult, find_page
from database.queries import Queries, WriteQueries
from database.tables import channel, member


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel; `identifier` is unique in its store."""

    id: str
    name: str
    identifier: str
    description: str
    created_at: datetime


class ChannelQueries(Queries):
    """Reads the channels of one store."""

    def get(self, channel_id: str) -> Channel | None:
        """Return a channel by its id."""
        return self.find_one(Channel, channel, id=channel_id)

    def identified(self, identifier: str) -> Channel | None:
        """Return a channel by its identifier."""
        return self.find_one(Channel, channel, identifier=identifier)

    def page(self, page: PageRequest) -> PageResult[Channel]:
        """Return a page of the channels, in the order of creation."""
        within = channel.c.store == self.store
        return find_page(self.connection, Channel, channel, page, within=within, order_by=channel.c.created_at)

    def members_count(self, channel_id: str) -> int:
        """Return how many members have a channel."""
        here = (member.c.store == self.store, member.c.channel == channel_id)
        return int(self.connection.execute(select(func.count()).select_from(member).where(*here)).scalar_one())


class Channels(ChannelQueries, WriteQueries):
    """The channels of one store."""

    def lock_all(self) -> None:
        """Lock the channels of the store until the transaction ends."""
        self.lock(CHANNELS)

    def add(self, new: Channel) -> None:
        """Add a channel, whose identifier is free; the channels must be locked."""
        row = {"id": new.id, "name": new.name, "identifier": new.identifier, "description": new.description}
        self.insert(channel, row | {"created_at": new.created_at})

    def change(self, channel_id: str, *, name: str, identifier: str, description: str) -> None:
        """Change a channel, whose new identifier is free; the channels must be locked."""
        self.update(channel, {"id": channel_id}, name=name, identifier=identifier, description=description)

    def remove(self, channel_id: str) -> None:
        """Remove a channel without members; the channels must be locked."""
        self.connection.execute(delete(channel).where(channel.c.store == self.store, channel.c.id == channel_id))
