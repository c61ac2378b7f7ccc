"""Messages in JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

from discord_sandbox.clock import iso
from discord_sandbox.model import (
    IS_CROSSPOST,
    POLL_RESULT,
    SYSTEM_TYPES,
    Attachment,
    Json,
    Message,
    Poll,
    Reaction,
    User,
)
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
    if attachment.duration_secs is not None:
        shaped["duration_secs"] = attachment.duration_secs
    if attachment.waveform is not None:
        shaped["waveform"] = attachment.waveform
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
        "avatar": message.webhook_avatar,
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
    if message.application_id is not None or message.webhook_id is not None:
        _add_program(shaped, message)
    if message.reactions:
        shaped["reactions"] = [
            reaction_json(reaction, viewer_id) for reaction in message.reactions.values()
        ]
    if message.interaction is not None:
        _add_interaction(shaped, message.interaction)
    if message.stickers or message.poll is not None or message.theme is not None:
        _add_rare(shaped, message, viewer_id)
    if message.reference is not None:
        _add_reference(shaped, message, base_url)
    if _shows_referenced(message):
        shaped["referenced_message"] = (
            None if referenced is None else message_json(referenced, users, base_url, viewer_id)
        )
    return shaped


def _add_rare(shaped: Json, message: Message, viewer_id: int) -> None:
    if message.stickers:
        shaped["sticker_items"] = message.stickers
    if message.poll is not None:
        shaped["poll"] = poll_json(message.poll, viewer_id)
    if message.theme is not None:
        shaped["shared_client_theme"] = message.theme


def _shows_referenced(message: Message) -> bool:
    """Whether the message to which it refers comes with it; with most of Discord's own not."""
    if message.reference is None or message.forwarded is not None:
        return False
    if message.flags & IS_CROSSPOST:
        return False
    return message.type == POLL_RESULT or message.type not in SYSTEM_TYPES


def _add_reference(shaped: Json, message: Message, base_url: str) -> None:
    shaped["message_reference"] = message.reference
    kept = message.forwarded
    if kept is not None:
        files = [attachment_json(file, message.channel_id, base_url) for file in kept.attachments]
        shaped["message_snapshots"] = [{"message": {**kept.data, "attachments": files}}]


def snapshot_json(message: Message, users: Mapping[int, User]) -> Json:
    """What a forward keeps of a message; its files are kept beside it."""
    shaped: Json = {
        "type": message.type,
        "content": message.content,
        "mentions": [user_json(users[user_id]) for user_id in message.mention_ids],
        "mention_roles": [str(role_id) for role_id in message.mention_role_ids],
        "embeds": list(message.embeds),
        "timestamp": iso(message.at_ms),
        "edited_timestamp": None if message.edited_ms is None else iso(message.edited_ms),
        "flags": message.flags,
        "components": list(message.components),
    }
    if message.stickers:
        shaped["sticker_items"] = list(message.stickers)
    return shaped


def poll_json(poll: Poll, viewer_id: int) -> Json:
    return {
        "question": poll.question,
        "answers": [
            {"answer_id": answer, "poll_media": media} for answer, media in poll.answers.items()
        ],
        "expiry": iso(poll.expires_ms),
        "allow_multiselect": poll.multiselect,
        "layout_type": poll.layout,
        "results": {
            "is_finalized": poll.closed,
            "answer_counts": [
                {"id": answer, "count": len(voters), "me_voted": viewer_id in voters}
                for answer, voters in poll.votes.items()
                if voters
            ],
        },
    }


def _add_program(shaped: Json, message: Message) -> None:
    if message.application_id is not None:
        shaped["application_id"] = str(message.application_id)
    if message.webhook_id is not None:
        shaped["webhook_id"] = str(message.webhook_id)
    if message.activity is not None:
        shaped |= message.activity


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


def seen_by(bot_id: int, shaped: Json) -> Json:
    """What a bot without the MESSAGE_CONTENT intent gets: content only of its own messages and those that mention it.

    That a message mentions it uncovers that message, and not the one to which it replies.
    """
    name = str(bot_id)
    own = shaped["author"]["id"] == name or any(one["id"] == name for one in shaped["mentions"])
    seen = shaped if own else _without_content(shaped)
    if referenced := seen.get("referenced_message"):
        seen = {**seen, "referenced_message": seen_by(bot_id, referenced)}
    return seen


def _without_content(shaped: Json) -> Json:
    stripped = dict(shaped)
    stripped["content"] = ""
    for name in _CONTENT_FIELDS[1:]:
        stripped[name] = []
    stripped.pop("poll", None)
    if "message_snapshots" in shaped:
        stripped["message_snapshots"] = [
            {"message": _without_content(one["message"])} for one in shaped["message_snapshots"]
        ]
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
