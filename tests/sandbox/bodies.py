"""A whole body for every operation that takes one, and where it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from tests.sandbox.drawn import png, uri
from tests.sandbox.payloads import (
    COMMENT,
    COMMIT,
    ISSUE,
    RELEASE,
    REPOSITORY,
    REVIEW,
    RUN,
    SENDER,
    SUITE,
)
from tests.sandbox.rest import Rest
from tests.sandbox.server_bodies import server_bodies

STARTS, ENDS = [(datetime.now(UTC) + timedelta(days=days)).isoformat() for days in (30, 31)]

PICTURE = uri(png())
EMBED = {
    "title": "t",
    "description": "d",
    "url": "https://example.org",
    "timestamp": STARTS,
    "color": 255,
    "footer": {"text": "f", "icon_url": "https://example.org/i.png"},
    "author": {"name": "a", "url": "https://example.org"},
    "fields": [{"name": "n", "value": "v", "inline": True}],
}
BUTTON = {"type": 2, "style": 1, "label": "b", "custom_id": "b", "disabled": False}
OPTION = {"label": "l", "value": "v", "description": "d", "default": False}
SELECT = {
    "type": 3,
    "custom_id": "s",
    "placeholder": "p",
    "min_values": 1,
    "max_values": 1,
    "options": [OPTION],
}
ROWS = [{"type": 1, "components": [BUTTON]}, {"type": 1, "components": [SELECT]}]
HOOKED = {
    "content": "c",
    "embeds": [EMBED],
    "components": ROWS,
    "allowed_mentions": {"parse": ["everyone"], "users": ["1"], "roles": ["1"]},
    "flags": 4,
}
MESSAGE = {**HOOKED, "tts": False, "nonce": "n", "enforce_nonce": True}
COMMAND = {
    "name": "play",
    "name_localizations": {"de": "spiel"},
    "description": "d",
    "description_localizations": {"de": "d"},
    "nsfw": False,
    "contexts": [0],
    "integration_types": [0],
    "options": [
        {
            "type": 3,
            "name": "o",
            "description": "d",
            "required": False,
            "choices": [{"name": "a", "value": "a", "name_localizations": {"de": "a"}}],
        },
        {"type": 4, "name": "n", "description": "d", "min_value": 1, "max_value": 2},
        {"type": 7, "name": "c", "description": "d", "channel_types": [0]},
    ],
}
ROLE = {
    "name": "r",
    "permissions": 1024,
    "color": 255,
    "colors": {"primary_color": 255},
    "hoist": False,
    "mentionable": True,
    "icon": PICTURE,
    "unicode_emoji": "🔥",
}
EVENT = {
    "name": "e",
    "description": "d",
    "scheduled_start_time": STARTS,
    "scheduled_end_time": ENDS,
    "privacy_level": 2,
    "entity_type": 3,
    "entity_metadata": {"location": "l"},
    "recurrence_rule": {
        "start": STARTS,
        "frequency": 2,
        "interval": 1,
        "by_weekday": [4],
    },
    "image": PICTURE,
}
FRIDAYS = [
    (datetime.fromisoformat(STARTS) + timedelta(days=days)).isoformat()
    for days in range(28)
    if (datetime.fromisoformat(STARTS) + timedelta(days=days)).weekday() == 4
]
"""The first dates of the event."""
DATE = {
    "original_scheduled_start_time": FRIDAYS[1],
    "scheduled_start_time": FRIDAYS[1],
    "scheduled_end_time": FRIDAYS[2],
    "is_canceled": True,
}
INVITE = {"max_age": 60, "max_uses": 1, "temporary": False, "unique": True}
CHANNEL = {
    "name": "c",
    "position": 1,
    "topic": "t",
    "nsfw": False,
    "rate_limit_per_user": 1,
    "permission_overwrites": [],
}
THREAD = {"name": "t", "auto_archive_duration": 60}
BAN = {"delete_message_seconds": 1}
SLACK = {
    "text": "t",
    "username": "u",
    "icon_url": "https://example.org/i.png",
    "attachments": [
        {
            **dict.fromkeys(("title", "text", "pretext", "footer", "author_name"), "t"),
            **dict.fromkeys(
                ("title_link", "footer_icon", "author_link", "author_icon", "image_url"),
                "https://example.org",
            ),
            "thumb_url": "https://example.org",
            "ts": 1,
            "fields": [{"name": "n", "value": "v", "inline": True}],
        }
    ],
}
GITHUB = {
    "action": "created",
    "ref": "r",
    "ref_type": "branch",
    "compare": "https://example.org",
    "forced": False,
    "sender": SENDER,
    "repository": REPOSITORY,
    "forkee": REPOSITORY,
    "member": SENDER,
    "comment": COMMENT,
    "answer": COMMENT,
    "issue": ISSUE,
    "pull_request": ISSUE,
    "release": RELEASE,
    "head_commit": COMMIT,
    "commits": [COMMIT],
    "review": REVIEW,
    "check_run": RUN,
    "check_suite": SUITE,
    "discussion": {**ISSUE, "answer_html_url": "https://example.org"},
}


@dataclass
class Place:
    """What the examples' paths name."""

    ids: dict[str, str]
    rest: Rest
    socket: aiohttp.ClientWebSocketResponse

    def bodies(self) -> dict[str, tuple[str, Any]]:
        """An example for each operation: where it goes, and a body of many members."""
        ids = self.ids
        application = "/applications/{application}"
        globally, locally = f"{application}/commands", f"{application}/guilds/{{guild}}/commands"
        member, hook = "/guilds/{guild}/members", "/webhooks/{hook}/{token}"
        examples: dict[str, Any] = {
            "PATCH /applications/@me": {
                "description": "d",
                "icon": PICTURE,
                "cover_image": PICTURE,
            },
            f"PATCH {application}": {"description": "d"},
            f"POST {globally}": COMMAND,
            f"PATCH {globally}/{{command}}": {**COMMAND, "name": "one"},
            f"POST {locally}": COMMAND,
            f"PATCH {locally}/{{own_command}}": {**COMMAND, "name": "two"},
            f"PUT {globally}": [COMMAND],
            f"PUT {locally}": [COMMAND],
            "PATCH /channels/{channel}": CHANNEL,
            "POST /channels/{channel}/messages": {
                **MESSAGE,
                "message_reference": {"message_id": ids["message"], "fail_if_not_exists": True},
                "sticker_ids": [ids["sticker"]],
                "shared_client_theme": {
                    "colors": ["5865F2"],
                    "gradient_angle": 1,
                    "base_mix": 1,
                    "base_theme": 1,
                },
            },
            "PATCH /channels/{channel}/messages/{message}": HOOKED,
            "POST /channels/{channel}/messages/{message}/threads": THREAD,
            "PUT /channels/{channel}/permissions/{ben}": {"type": 1, "allow": 0, "deny": 0},
            "POST /channels/{channel}/threads": {**THREAD, "type": 11, "invitable": True},
            "PATCH /guilds/{guild}/stickers/{sticker}": {
                "name": "Wave",
                "tags": "t",
                "description": "dd",
            },
            "POST /channels/{news}/followers": {"webhook_channel_id": ids["channel"]},
            "POST /channels/{channel}/webhooks": {"name": "w", "avatar": PICTURE},
            "POST /guilds/{guild}/emojis": {"name": "e1", "image": PICTURE, "roles": []},
            "PATCH /guilds/{guild}/emojis/{emoji}": {"name": "e2", "roles": [ids["role"]]},
            f"POST {application}/emojis": {"name": "e3", "image": PICTURE},
            f"PATCH {application}/emojis/{{own_emoji}}": {"name": "e4"},
            "POST /guilds/{guild}/bulk-ban": {**BAN, "user_ids": [ids["cy"]]},
            "POST /guilds/{guild}/channels": {**CHANNEL, "type": 0},
            "PATCH /guilds/{guild}/channels": [{"id": ids["channel"], "position": 1}],
            f"PATCH {member}/@me": {
                "nick": "n",
                "avatar": PICTURE,
                "banner": PICTURE,
                "bio": "b",
            },
            f"PATCH {member}/{{ben}}": {
                "nick": "n",
                "roles": [ids["role"]],
                "communication_disabled_until": None,
                "flags": 4,
                "mute": False,
                "deaf": False,
                "channel_id": ids["stage"],
            },
            "PUT /guilds/{guild}/bans/{dan}": BAN,
            "POST /guilds/{guild}/roles": ROLE,
            "PATCH /guilds/{guild}/roles": [{"id": ids["role"], "position": 1}],
            "PATCH /guilds/{guild}/roles/{role}": ROLE,
            "POST /guilds/{guild}/scheduled-events": EVENT,
            "PATCH /guilds/{guild}/scheduled-events/{event}": {**EVENT, "name": "other"},
            "POST /guilds/{guild}/scheduled-events/{event}/exceptions": DATE,
            "PATCH /guilds/{guild}/scheduled-events/{event}/exceptions/{date}": {
                name: value for name, value in DATE.items() if not name.startswith("original")
            },
            "POST /channels/{channel}/invites": {**INVITE, "role_ids": [ids["role"]]},
            "PUT /channels/{voice}/voice-status": {"status": "s"},
            "POST /channels/{stage}/send-soundboard-sound": {"sound_id": ids["sound"]},
            "PATCH /guilds/{guild}/voice-states/@me": {
                "channel_id": ids["stage"],
                "suppress": True,
                "request_to_speak_timestamp": STARTS,
            },
            "PATCH /guilds/{guild}/voice-states/{ben}": {
                "channel_id": ids["stage"],
                "suppress": True,
            },
            "POST /guilds/{guild}/prune": {
                "days": 30,
                "compute_prune_count": True,
                "include_roles": [ids["role"]],
            },
            "PATCH /guilds/{guild}/welcome-screen": {
                "enabled": True,
                "description": "d",
                "welcome_channels": [
                    {"channel_id": ids["channel"], "description": "d", "emoji_name": "e"}
                ],
            },
            "PATCH /guilds/{guild}/widget": {"enabled": True, "channel_id": ids["channel"]},
            "POST /stage-instances": {
                "channel_id": ids["stage"],
                "topic": "t",
                "privacy_level": 2,
                "send_start_notification": False,
            },
            "PATCH /stage-instances/{stage}": {"topic": "t", "privacy_level": 2},
            "PATCH /users/@me": {"username": "bot", "avatar": PICTURE, "banner": PICTURE},
            "POST /users/@me/channels": {"recipient_id": ids["ben"]},
            "PATCH /webhooks/{hook}": {"name": "w", "channel_id": ids["channel"]},
            f"PATCH {hook}": {"name": "w", "avatar": PICTURE},
            f"POST {hook}": {
                **HOOKED,
                "username": "u",
                "avatar_url": "https://example.org/a.png",
                "tts": False,
            },
            f"POST {hook}/slack": SLACK,
            f"POST {hook}/github": GITHUB,
            f"PATCH {hook}/messages/{{hooked}}": HOOKED,
            "PATCH /webhooks/{application}/{interaction_token}/messages/@original": HOOKED,
            "POST /channels/{channel}/messages/bulk-delete": {
                "messages": [ids["message"], ids["hooked"]]
            },
            **server_bodies(ids),
        }
        return {
            name: (name.partition(" ")[2].format(**ids), body) for name, body in examples.items()
        }


UNTRIED = {
    "PUT /applications/{application_id}/guilds/{guild_id}/commands/{command_id}/permissions": (
        "No bot may, whatever the body."
    ),
    "POST /guilds/{guild_id}/stickers": "Its body is a form, in which everything is text.",
    "DELETE /guilds/{guild_id}/bans/{user_id}": "Its body has no members.",
    "POST /interactions/{interaction_id}/{interaction_token}/callback": "Has a test of its own.",
}
