"""Who may do what: Discord's permission bits and how they are resolved."""

from __future__ import annotations

from discord_sandbox.model import PRIVATE_THREAD, Channel, Guild, Member

CREATE_INSTANT_INVITE = 1 << 0
KICK_MEMBERS = 1 << 1
BAN_MEMBERS = 1 << 2
ADMINISTRATOR = 1 << 3
MANAGE_CHANNELS = 1 << 4
MANAGE_GUILD = 1 << 5
ADD_REACTIONS = 1 << 6
VIEW_AUDIT_LOG = 1 << 7
VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
SEND_TTS_MESSAGES = 1 << 12
MANAGE_MESSAGES = 1 << 13
EMBED_LINKS = 1 << 14
ATTACH_FILES = 1 << 15
READ_MESSAGE_HISTORY = 1 << 16
MENTION_EVERYONE = 1 << 17
USE_EXTERNAL_EMOJIS = 1 << 18
CONNECT = 1 << 20
SPEAK = 1 << 21
MUTE_MEMBERS = 1 << 22
DEAFEN_MEMBERS = 1 << 23
MOVE_MEMBERS = 1 << 24
CHANGE_NICKNAME = 1 << 26
MANAGE_NICKNAMES = 1 << 27
MANAGE_ROLES = 1 << 28
MANAGE_WEBHOOKS = 1 << 29
MANAGE_GUILD_EXPRESSIONS = 1 << 30
USE_APPLICATION_COMMANDS = 1 << 31
REQUEST_TO_SPEAK = 1 << 32
MANAGE_EVENTS = 1 << 33
MANAGE_THREADS = 1 << 34
CREATE_PUBLIC_THREADS = 1 << 35
CREATE_PRIVATE_THREADS = 1 << 36
SEND_MESSAGES_IN_THREADS = 1 << 38
MODERATE_MEMBERS = 1 << 40
USE_SOUNDBOARD = 1 << 42
CREATE_GUILD_EXPRESSIONS = 1 << 43
CREATE_EVENTS = 1 << 44
USE_EXTERNAL_SOUNDS = 1 << 45
SEND_VOICE_MESSAGES = 1 << 46
SET_VOICE_CHANNEL_STATUS = 1 << 48
SEND_POLLS = 1 << 49
USE_EXTERNAL_APPS = 1 << 50
PIN_MESSAGES = 1 << 51
BYPASS_SLOWMODE = 1 << 52

ALL = (1 << 53) - 1

EVERYONE_DEFAULT = (
    CREATE_INSTANT_INVITE
    | ADD_REACTIONS
    | VIEW_CHANNEL
    | SEND_MESSAGES
    | EMBED_LINKS
    | ATTACH_FILES
    | READ_MESSAGE_HISTORY
    | MENTION_EVERYONE
    | USE_EXTERNAL_EMOJIS
    | CONNECT
    | SPEAK
    | CHANGE_NICKNAME
    | USE_APPLICATION_COMMANDS
    | REQUEST_TO_SPEAK
    | CREATE_PUBLIC_THREADS
    | SEND_MESSAGES_IN_THREADS
    | USE_SOUNDBOARD
    | USE_EXTERNAL_SOUNDS
    | SEND_VOICE_MESSAGES
    | SEND_POLLS
    | USE_EXTERNAL_APPS
)

DM = (
    ADD_REACTIONS
    | VIEW_CHANNEL
    | SEND_MESSAGES
    | EMBED_LINKS
    | ATTACH_FILES
    | READ_MESSAGE_HISTORY
    | USE_EXTERNAL_EMOJIS
    | USE_APPLICATION_COMMANDS
    | SEND_VOICE_MESSAGES
    | SEND_POLLS
    | PIN_MESSAGES
)

TIMED_OUT = VIEW_CHANNEL | READ_MESSAGE_HISTORY
"""What a timeout leaves to a member."""

_NEEDS_SENDING = MENTION_EVERYONE | SEND_TTS_MESSAGES | ATTACH_FILES | EMBED_LINKS


def guild_permissions(guild: Guild, member: Member) -> int:
    """What `member` may do in `guild` before any channel's overwrites."""
    if guild.owner_id == member.user.id:
        return ALL
    granted = guild.roles[guild.id].permissions
    for role_id in member.role_ids:
        role = guild.roles.get(role_id)
        if role is not None:
            granted |= role.permissions
    return ALL if granted & ADMINISTRATOR else granted


def channel_permissions(guild: Guild, member: Member, channel: Channel) -> int:
    """What `member` may do in `channel` of `guild`; a thread has its parent's overwrites."""
    granted = guild_permissions(guild, member)
    if granted == ALL:
        return ALL
    source = channel
    if channel.thread is not None and channel.parent_id in guild.channels:
        source = guild.channels[channel.parent_id]
    granted = _apply_overwrites(granted, guild, member, source)
    if not granted & VIEW_CHANNEL:
        return 0
    if _shut_out(granted, member, channel):
        return 0
    sending = SEND_MESSAGES if channel.thread is None else SEND_MESSAGES_IN_THREADS
    return granted if granted & sending else granted & ~_NEEDS_SENDING


def everyone_permissions(guild: Guild, channel: Channel) -> int:
    """What somebody without roles may do in a channel."""
    granted = guild.roles[guild.id].permissions
    overwrite = channel.overwrites.get(guild.id)
    return granted if overwrite is None else granted & ~overwrite.deny | overwrite.allow


def is_timed_out(member: Member, now_ms: int) -> bool:
    """Whether a timeout that the member was given has not ended yet."""
    return member.timeout_until_ms is not None and member.timeout_until_ms > now_ms


def _shut_out(granted: int, member: Member, channel: Channel) -> bool:
    """Whether this is a private thread that the member is not in."""
    if channel.thread is None or channel.type != PRIVATE_THREAD:
        return False
    return member.user.id not in channel.thread.members and not granted & MANAGE_THREADS


def _apply_overwrites(granted: int, guild: Guild, member: Member, channel: Channel) -> int:
    overwrites = channel.overwrites
    everyone = overwrites.get(guild.id)
    if everyone is not None:
        granted = granted & ~everyone.deny | everyone.allow
    allow = deny = 0
    for role_id in member.role_ids:
        overwrite = overwrites.get(role_id)
        if overwrite is not None:
            allow |= overwrite.allow
            deny |= overwrite.deny
    granted = granted & ~deny | allow
    own = overwrites.get(member.user.id)
    if own is not None:
        granted = granted & ~own.deny | own.allow
    return granted
