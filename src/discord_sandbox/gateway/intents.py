"""Which events a gateway session asked for."""

from __future__ import annotations

GUILDS = 1 << 0
GUILD_MEMBERS = 1 << 1
GUILD_MODERATION = 1 << 2
GUILD_EXPRESSIONS = 1 << 3
GUILD_INTEGRATIONS = 1 << 4
GUILD_WEBHOOKS = 1 << 5
GUILD_INVITES = 1 << 6
GUILD_VOICE_STATES = 1 << 7
GUILD_PRESENCES = 1 << 8
GUILD_MESSAGES = 1 << 9
GUILD_MESSAGE_REACTIONS = 1 << 10
GUILD_MESSAGE_TYPING = 1 << 11
DIRECT_MESSAGES = 1 << 12
DIRECT_MESSAGE_REACTIONS = 1 << 13
DIRECT_MESSAGE_TYPING = 1 << 14
MESSAGE_CONTENT = 1 << 15
GUILD_SCHEDULED_EVENTS = 1 << 16
AUTO_MODERATION_CONFIGURATION = 1 << 20
AUTO_MODERATION_EXECUTION = 1 << 21
GUILD_MESSAGE_POLLS = 1 << 24
DIRECT_MESSAGE_POLLS = 1 << 25

PRIVILEGED = {
    "guild_members": GUILD_MEMBERS,
    "guild_presences": GUILD_PRESENCES,
    "message_content": MESSAGE_CONTENT,
}
KNOWN = (1 << 26) - 1

_LIMITED = {
    GUILD_PRESENCES: 1 << 13,
    GUILD_MEMBERS: 1 << 15,
    MESSAGE_CONTENT: 1 << 19,
}
LIMITED_FLAGS = tuple(_LIMITED.values())
"""The flags of an application that tell which privileged intents it has."""

_ALWAYS = {
    "INTERACTION_CREATE",
    "USER_UPDATE",
    "APPLICATION_COMMAND_PERMISSIONS_UPDATE",
    *(f"ENTITLEMENT_{what}" for what in ("CREATE", "UPDATE", "DELETE")),
    *(f"SUBSCRIPTION_{what}" for what in ("CREATE", "UPDATE", "DELETE")),
}
_PREFIXES = (
    ("MESSAGE_REACTION", GUILD_MESSAGE_REACTIONS, DIRECT_MESSAGE_REACTIONS),
    ("MESSAGE_POLL", GUILD_MESSAGE_POLLS, DIRECT_MESSAGE_POLLS),
    ("MESSAGE", GUILD_MESSAGES, DIRECT_MESSAGES),
    ("TYPING", GUILD_MESSAGE_TYPING, DIRECT_MESSAGE_TYPING),
    ("CHANNEL_PINS", GUILDS, DIRECT_MESSAGES),
    ("GUILD_SCHEDULED_EVENT", GUILD_SCHEDULED_EVENTS, 0),
    ("GUILD_MEMBER", GUILD_MEMBERS, 0),
    ("GUILD_STICKERS", GUILD_EXPRESSIONS, 0),
    ("GUILD_AUDIT_LOG", GUILD_MODERATION, 0),
    ("GUILD_BAN", GUILD_MODERATION, 0),
    ("INVITE", GUILD_INVITES, 0),
    ("GUILD_EMOJIS", GUILD_EXPRESSIONS, 0),
    ("PRESENCE", GUILD_PRESENCES, 0),
    ("WEBHOOKS", GUILD_WEBHOOKS, 0),
    ("THREAD_MEMBERS", GUILDS | GUILD_MEMBERS, 0),
    ("AUTO_MODERATION_RULE", AUTO_MODERATION_CONFIGURATION, 0),
    ("AUTO_MODERATION_ACTION", AUTO_MODERATION_EXECUTION, 0),
    ("GUILD_SOUNDBOARD", GUILD_EXPRESSIONS, 0),
    ("GUILD_INTEGRATIONS", GUILD_INTEGRATIONS, 0),
    ("INTEGRATION", GUILD_INTEGRATIONS, 0),
    ("VOICE_STATE", GUILD_VOICE_STATES, 0),
    ("VOICE_CHANNEL_EFFECT", GUILD_VOICE_STATES, 0),
    ("VOICE_CHANNEL_STATUS", GUILDS, 0),
    ("GUILD", GUILDS, 0),
    ("CHANNEL", GUILDS, 0),
    ("THREAD", GUILDS, 0),
    ("STAGE_INSTANCE", GUILDS, 0),
)
_BY_TYPE: dict[str, tuple[int, int]] = {}


def wants(intents: int, event_type: str, *, in_guild: bool) -> bool:
    """Whether a session with these intents is sent this event."""
    if event_type in _ALWAYS:
        return True
    needed = _BY_TYPE.get(event_type)
    if needed is None:
        needed = _BY_TYPE[event_type] = next(
            ((guild, dm) for prefix, guild, dm in _PREFIXES if event_type.startswith(prefix)),
            (0, 0),
        )
    return bool(intents & needed[0 if in_guild else 1])


def privileged(names: list[str]) -> int:
    """The bits of privileged intents given by name. Raises ValueError for another name."""
    bits = 0
    for name in names:
        if str(name).lower() not in PRIVILEGED:
            raise ValueError(
                f"{name!r} is not a privileged intent: those are {', '.join(PRIVILEGED)}"
            )
        bits |= PRIVILEGED[name.lower()]
    return bits


def application_flags(bits: int) -> int:
    """The application's flags that tell of the privileged intents it has."""
    return sum(flag for bit, flag in _LIMITED.items() if bits & bit)


def privileged_bits(flags: int) -> int:
    """The privileged intents that an application's flags tell of."""
    return sum(bit for bit, flag in _LIMITED.items() if flags & flag)
