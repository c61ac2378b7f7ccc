"""Messages in JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

from discord_sandbox.clock import iso
from discord_sandbox.model import Attachment, Json, Message, Reaction, User
from discord_sandbox.shapes.users import user_json

_CONTENT_FIELDS = ("content", "embeds", "attachments", "components")


def attachment_json(attachment: Attachment, channel_id: int, base_url: str) -> Json:
    name = quote(attachment.filename)
    url = f"{base_url}/attachments/{channel_id}/{attachment.id}/{name}"
    shaped: Json = {
        "id": str(attachment.id),
        "filename": attachment.filename,
        "size": len(attachment.content),
        "url": url,
        "proxy_url": url,
        "spoiler": attachment.filename.startswith("SPOILER_"),
    }
    if attachment.content_type:
        shaped["content_type"] = attachment.content_type
    if attachment.description is not None:
        shaped["description"] = attachment.description
    if attachment.ephemeral:
        shaped["ephemeral"] = True
    return shaped


def reaction_json(reaction: Reaction, viewer_id: int) -> Json:
    count = len(reaction.user_ids)
    return {
        "emoji": reaction.emoji,
        "count": count,
        "count_details": {"burst": 0, "normal": count},
        "burst_colors": [],
        "me_burst": False,
        "burst_me": False,
        "burst_count": 0,
        "me": viewer_id in reaction.user_ids,
    }


def _webhook_json(message: Message) -> Json:
    """The author of a message under a webhook's own name."""
    return {
        "id": str(message.webhook_id),
        "username": message.webhook_name or "Webhook",
        "avatar": None,
        "discriminator": "0000",
        "public_flags": 0,
        "flags": 0,
        "bot": True,
        "global_name": None,
        "primary_guild": None,
    }


def message_json(
    message: Message,
    users: Mapping[int, User],
    base_url: str,
    viewer_id: int,
    referenced: Message | None = None,
) -> Json:
    """The message object, without the nonce: history omits it, creating adds it.

    `referenced` is the message replied to, where it still exists. `viewer_id` decides each
    reaction's `me`.
    """
    own = message.webhook_id is None or message.webhook_id == message.application_id
    shaped: Json = {
        "id": str(message.id),
        "channel_id": str(message.channel_id),
        "type": message.type,
        "content": message.content,
        "author": user_json(message.author) if own else _webhook_json(message),
        "mentions": [],
        "mention_roles": [],
        "mention_everyone": message.mention_everyone,
        "attachments": [],
        "embeds": message.embeds,
        "timestamp": iso(message.at_ms),
        "edited_timestamp": None if message.edited_ms is None else iso(message.edited_ms),
        "flags": message.flags,
        "components": message.components,
        "pinned": message.pinned_ms is not None,
        "tts": message.tts,
    }
    if message.mention_ids:
        shaped["mentions"] = [user_json(users[user_id]) for user_id in message.mention_ids]
    if message.mention_role_ids:
        shaped["mention_roles"] = [str(role_id) for role_id in message.mention_role_ids]
    if message.attachments:
        shaped["attachments"] = [
            attachment_json(attachment, message.channel_id, base_url)
            for attachment in message.attachments
        ]
    if message.application_id is not None:
        shaped["application_id"] = str(message.application_id)
    if message.webhook_id is not None:
        shaped["webhook_id"] = str(message.webhook_id)
    if message.reactions:
        shaped["reactions"] = [
            reaction_json(reaction, viewer_id) for reaction in message.reactions.values()
        ]
    if message.interaction is not None:
        _add_interaction(shaped, message.interaction)
    if message.reference is not None:
        shaped["message_reference"] = message.reference
        shaped["referenced_message"] = (
            None if referenced is None else message_json(referenced, users, base_url, viewer_id)
        )
    return shaped


def _add_interaction(shaped: Json, interaction: Json) -> None:
    metadata = {key: value for key, value in interaction.items() if key != "name"}
    shaped["interaction_metadata"] = metadata
    if "name" in interaction:
        shaped["interaction"] = {
            "id": interaction["id"],
            "type": interaction["type"],
            "name": interaction["name"],
            "user": interaction["user"],
        }


def without_content(shaped: Json) -> Json:
    """What a bot without the MESSAGE_CONTENT intent gets of others' messages."""
    stripped = dict(shaped)
    stripped["content"] = ""
    for name in _CONTENT_FIELDS[1:]:
        stripped[name] = []
    return stripped


_USER_MENTION = re.compile(r"<@!?(\d{1,20})>")
_ROLE_MENTION = re.compile(r"<@&(\d{1,20})>")


def mentioned_users(text: str) -> list[int]:
    """The ids of users that a text mentions, each once, in order."""
    if "<@" not in text:
        return []
    return list(dict.fromkeys(int(found) for found in _USER_MENTION.findall(text)))


def mentioned_roles(text: str) -> list[int]:
    """The ids of roles that a text mentions, each once, in order."""
    if "<@&" not in text:
        return []
    return list(dict.fromkeys(int(found) for found in _ROLE_MENTION.findall(text)))
