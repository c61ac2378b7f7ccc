"""The sets of categories that a server can start with."""

from __future__ import annotations

from tocsin.calendar.category import Category, Group, Preset

_EVERYTHING = Group("all", "Everything", "📣", (("*", None),))

KVK = Preset(
    key="kvk",
    label="Kingdom versus kingdom",
    categories=(
        Category(
            key="ruins",
            label="Ruins",
            emoji="🏛️",
            colour=0xC27C0E,
            aliases=("ruin", "next ruin", "next ruins", "ancient ruins"),
            default_minutes=60,
            lines=(
                "The ruins open soon: have your marches home and healed.",
                "{title}: gather at the gate, and leave no one to run late.",
                "Old stones, fresh honour. {title} is near.",
                "Set your buffs aside for {title}; the points go to those who stand on time.",
                "The dust is stirring. Be in place for {title}.",
            ),
        ),
        Category(
            key="altars",
            label="Altars",
            emoji="🔥",
            colour=0xE74C3C,
            aliases=("altar", "next altar", "next altars", "altar fight", "next altar fight"),
            default_minutes=60,
            lines=(
                "The altar is about to be lit: check your troops and your healing.",
                "{title}: fill the rallies first, and ask questions afterwards.",
                "Whoever holds the altar holds the day. {title} is near.",
                "Shields down when you are called, not before. {title} is coming.",
                "Sharpen up: {title} is won by those who arrive together.",
            ),
        ),
        Category(
            key="major",
            label="Major events",
            emoji="⚔️",
            colour=0x9B59B6,
            aliases=("major event", "next major", "next major event", "next fight", "fight"),
            default_minutes=120,
            lines=(
                "A big one is on its way: {title}.",
                "Clear your evening, {title} is what we have been preparing for.",
                "Everyone counts at {title}. Read your orders before it begins.",
                "Stock up on speed-ups and healing: {title} is near.",
                "{title}: be there, be early, be on the call.",
            ),
        ),
        Category(
            key="chronicle",
            label="Chronicle",
            emoji="📜",
            colour=0x3498DB,
            aliases=("chronicles", "timeline", "next chronicle", "next timeline"),
            default_minutes=60,
            lines=(
                "A new page of the chronicle turns: {title}.",
                "{title} moves the season on. See what it opens for you.",
                "History is about to be written: {title}.",
                "Mark the stage: {title} is nearly here.",
                "The chronicle has reached {title}. Look up what it asks of us.",
            ),
        ),
    ),
    groups=(
        _EVERYTHING,
        Group("fights", "All fights", "🛡️", (("altars", None), ("major", "fight"))),
    ),
)

PLAIN = Preset(
    key="plain",
    label="Any community",
    categories=(
        Category(
            key="event",
            label="Event",
            emoji="📅",
            colour=0x5865F2,
            aliases=("events", "meeting", "appointment"),
            default_minutes=60,
            lines=(
                "{title} is coming up.",
                "Save the time: {title} is near.",
                "You asked to be told, so here it is: {title}.",
                "Finish that cup of tea, {title} is on its way.",
                "Good company awaits at {title}.",
            ),
        ),
    ),
    groups=(_EVERYTHING,),
)

PRESETS: dict[str, Preset] = {preset.key: preset for preset in (KVK, PLAIN)}

GROUP_KEYS = frozenset(group.key for preset in PRESETS.values() for group in preset.groups)
"""Keys that no type is given: a server may get these groups later, and a menu can hold a key once."""
