"""Files: uploaded with a message, named within it, and served again."""

from __future__ import annotations

from discord_sandbox.errors import invalid
from discord_sandbox.model import Attachment, Json, Message
from discord_sandbox.shapes.messages import attachment_json
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate.embeds import resolve_embed_pictures
from discord_sandbox.validate.message import Draft
from discord_sandbox.validate.voice import is_sound
from discord_sandbox.world import World


def attach(world: World, message: Message, draft: Draft) -> None:
    """Keep the message's files that the draft names, and add those that were uploaded.

    An edit without `attachments` keeps every file. Raises ApiError 50035 for a name in
    `attachments` that is neither an upload's index nor a file the message has.
    """
    known = {attachment.id: attachment for attachment in message.attachments}
    uploads = {upload.index: upload for upload in draft.uploads}
    kept: list[Attachment] = []
    if "attachments" not in draft.given:
        kept = list(message.attachments)
    described: dict[int, Json] = {}
    for at, named in enumerate(draft.attachments):
        found = parse_snowflake(named.get("id")) if isinstance(named, dict) else None
        if found in uploads:
            described[found] = named
        elif found in known:
            kept.append(known[found])
        else:
            raise invalid(
                ("attachments", at, "id"),
                "ATTACHMENT_NOT_FOUND",
                f"Attachment data could not be found: {found}",
            )
    for upload in draft.uploads:
        named = described.get(upload.index, {})
        sound = named if is_sound(upload.content_type) else {}
        kept.append(
            Attachment(
                id=world.ids.next(),
                filename=named.get("filename") or upload.filename,
                content=upload.content,
                content_type=upload.content_type,
                description=named.get("description"),
                ephemeral=message.reader_id is not None,
                duration_secs=sound.get("duration_secs"),
                waveform=sound.get("waveform"),
            )
        )
    message.attachments = tuple(kept)


def resolve_uploads(world: World, message: Message) -> None:
    """Put the files' addresses where embeds and components name them `attachment://NAME`."""
    if not message.embeds and not message.components:
        return
    urls = {
        attachment.filename: attachment_json(attachment, message.channel_id, world.base_url)["url"]
        for attachment in message.attachments
    }
    resolve_embed_pictures(message.embeds, urls)
    for part in message.components:
        _resolve_media(world, part, urls)


def _resolve_media(world: World, part: Json, urls: dict[str, str]) -> None:
    for name in ("media", "file"):
        media = part.get(name)
        if media is not None and "id" not in media:
            url = media["url"]
            if url.startswith("attachment://"):
                url = urls.get(url.removeprefix("attachment://"), url)
            media |= {
                "id": str(world.ids.next()),
                "url": url,
                "proxy_url": url,
                "width": None,
                "height": None,
                "content_type": None,
                "loading_state": 2,
            }
    for inner in (*part.get("components", ()), *part.get("items", ())):
        _resolve_media(world, inner, urls)
    if isinstance(part.get("accessory"), dict):
        _resolve_media(world, part["accessory"], urls)


def find_attachment(world: World, channel_id: int, attachment_id: int) -> Attachment | None:
    """The file that an attachment's address stands for."""
    channel = world.channels.get(channel_id)
    if channel is None:
        return None
    for message in (*channel.messages.values(), *channel.ephemeral.values()):
        kept = [] if message.forwarded is None else message.forwarded.attachments
        for attachment in (*message.attachments, *kept):
            if attachment.id == attachment_id:
                return attachment
    return world.uploads.get(attachment_id)
