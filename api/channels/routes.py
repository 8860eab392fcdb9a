"""Channels: create, list, show, change and delete them."""

from dataclasses import replace
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from api.channels.schemas import ChannelDetails, ChannelFields, ChannelId, Channels, PostChannel
from api.http.errors import BadInput, NotFound
from api.http.paging import ListQuery, page_of_records
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson
from api.state.changes import AdminChange, Changed, Operation
from api.state.dependencies import AdminRequest
from database import ReadTransaction, Transaction
from database.channels import Channel
from loyalty.ids import new_id
from loyalty.refusals import ChannelInUse

router = APIRouter(prefix="/api/{storeCode}/channel", tags=["Channels"])

LIST_QUERY = ListQuery({"name": "text", "identifier": "text"})

ChannelInPath: TypeAlias = Annotated[str, Path(alias="channel", description="A channelId.")]

_EXAMPLE = {"channel": {"name": "The shop in Gdynia", "identifier": "gdynia", "description": "Opened in May"}}
_CHANGED = {"channel": {"name": "The harbour shop", "identifier": "gdynia-harbour", "description": "Moved in June"}}


@router.get("", summary="List channels", response_model=Channels, openapi_extra=LIST_QUERY.openapi_parameters())
async def list_channels(request: Request, store_request: AdminRequest) -> Response:
    """Return the channels of a store, the newest first."""
    page, filters = LIST_QUERY.parse(request.query_params, store_request.program.zone)
    wanted = replace(page, conditions=[each.on(each.field) for each in filters])
    return ExactJson(page_of_records(await store_request.database.read(lambda tx: tx.channels.page(wanted)), _view))


@router.post(
    "", summary="Create a channel", response_model=ChannelId, openapi_extra=request_body(PostChannel, _EXAMPLE)
)
async def post_channel(request: Request, change: AdminChange) -> Response:
    """Create a channel for members."""
    posted = await read_body(request, PostChannel)
    new, now = posted.channel, change.store_request.now

    def add(tx: Transaction) -> Changed:
        _check_free(tx, new, None)
        channel_id = new_id()
        tx.channels.add(Channel(channel_id, new.name, new.identifier, new.description, now))
        return Changed({"channelId": channel_id})

    return await change.respond(posted, lambda: _prepared(add))


@router.get("/{channel}", summary="Show a channel", response_model=ChannelDetails)
async def show_channel(channel_id: ChannelInPath, store_request: AdminRequest) -> Response:
    """Return one channel."""
    return ExactJson(await store_request.database.read(lambda tx: _view(_channel(tx, channel_id))))


@router.put(
    "/{channel}",
    summary="Change a channel",
    response_model=ChannelId,
    openapi_extra=request_body(PostChannel, _CHANGED),
)
async def put_channel(request: Request, channel_id: ChannelInPath, change: AdminChange) -> Response:
    """Change the name of a channel."""
    posted = await read_body(request, PostChannel)
    new = posted.channel

    def put(tx: Transaction) -> Changed:
        known = _channel(tx, channel_id)
        _check_free(tx, new, known)
        tx.channels.change(known.id, name=new.name, identifier=new.identifier, description=new.description)
        return Changed({"channelId": known.id})

    return await change.respond(posted, lambda: _prepared(put))


@router.delete("/{channel}", summary="Delete a channel", status_code=204, response_class=Response)
async def delete_channel(channel_id: ChannelInPath, change: AdminChange) -> Response:
    """Delete a channel without members."""

    def remove(tx: Transaction) -> Changed:
        tx.channels.lock_all()
        known = _channel(tx, channel_id)
        members = tx.channels.members_count(known.id)
        if members:
            raise ChannelInUse(members)
        tx.channels.remove(known.id)
        return Changed(None)

    return await change.respond(None, lambda: _prepared(remove))


async def _prepared(operation: Operation) -> Operation:
    return operation


def _check_free(tx: Transaction, new: ChannelFields, known: Channel | None) -> None:
    """Lock the channels; raise BadInput for an identifier of another channel."""
    tx.channels.lock_all()
    other = tx.channels.identified(new.identifier)
    if other is not None and (known is None or other.id != known.id):
        raise BadInput.at("channel.identifier", "another channel has this identifier: choose a new one", "alreadyUsed")


def _channel(tx: ReadTransaction, channel_id: str) -> Channel:
    found = tx.channels.get(channel_id.lower())
    if found is None:
        raise NotFound(f"no channel {channel_id[:80]} in {tx.store}")
    return found


def _view(channel: Channel) -> dict[str, Any]:
    return {
        "channelId": channel.id,
        "name": channel.name,
        "identifier": channel.identifier,
        "description": channel.description,
    }
