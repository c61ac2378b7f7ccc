"""Categories of events, groups over them, and which of both an occurrence matches."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

KEY_LENGTH = 32
LABEL_LENGTH = 80
_VARIANTS = frozenset(map(chr, range(0xFE00, 0xFE10)))
"""They say whether a sign is shown as a picture, and are never seen themselves."""
FALLBACK_KEY = "event"

_EMOJI = (
    "📅",
    "🔔",
    "🏁",
    "🎲",
    "🎵",
    "📚",
    "🛠️",
    "🌍",
    "🏆",
    "🎬",
    "🧭",
    "🚀",
    "⚽",
    "🎮",
    "☕",
    "🌱",
)
_COLOURS = (
    0x5865F2, 0x57A55A, 0xE67E22, 0x9B59B6, 0x1ABC9C, 0xE74C3C,
    0xF1C40F, 0x3498DB, 0xE91E63, 0x11806A, 0xA84300, 0x607D8B,
)  # fmt: skip
_NEW_LINES = (
    "{title} is coming up.",
    "Time to get ready for {title}.",
    "You asked to be told: {title}.",
    "Here is your call for {title}.",
    "{title} is on the calendar, and it is nearly time.",
)


@dataclass(frozen=True)
class Category:
    """A type of event in one server.

    `colour` is 0xRRGGBB; `default_minutes` is the length of an event that gives none; `aliases`
    are other names under which files speak of it; `lines` are templates for a reminder's
    sentence, in which `{title}` stands for the occurrence's title.
    """

    key: str
    label: str
    emoji: str
    colour: int
    image_url: str | None = None
    aliases: tuple[str, ...] = ()
    default_minutes: int = 60
    lines: tuple[str, ...] = _NEW_LINES

    def line(self, seed: str, title: str) -> str:
        """The line for a reminder of `title`: the same for the same seed, varied over seeds."""
        if not self.lines:
            return title
        template = self.lines[_number(seed) % len(self.lines)]
        return template.replace("{title}", title)


@dataclass(frozen=True)
class Group:
    """A named choice over categories.

    A rule is (category key or `*`, text or None): it matches an occurrence of that category
    whose title or description contains the text, in any case.
    """

    key: str
    label: str
    emoji: str
    rules: tuple[tuple[str, str | None], ...]

    def matches(self, category: str, title: str, description: str = "") -> bool:
        """Whether any rule takes in an occurrence with this category key and these texts."""
        text = f"{title}\n{description}".casefold()
        return any(
            key in ("*", category) and (part is None or part.casefold() in text)
            for key, part in self.rules
        )


@dataclass(frozen=True)
class Preset:
    """The categories and groups that a server starts with."""

    key: str
    label: str
    categories: tuple[Category, ...]
    groups: tuple[Group, ...]


def keys_of(category: str, title: str, description: str, groups: Iterable[Group]) -> frozenset[str]:
    """Every subscription choice that an occurrence matches: its category and its groups."""
    matching = (group.key for group in groups if group.matches(category, title, description))
    return frozenset((category, *matching))


def category_key(text: str) -> str:
    """The key for the name of a type in a file: lower case, `a-z 0-9 -`, at most 32 characters.

    A name that these cannot hold whole (other letters, signs, or too many of them) has a hash of
    itself at its end, so that `C++` is not `C#`. An empty one is `event`.
    """
    slug = slugify(text)
    if slug and len(slug) <= KEY_LENGTH and not any(_is_lost(sign) for sign in text):
        return slug
    if not text.strip():
        return FALLBACK_KEY
    digest = hashlib.sha256(_folded(text).encode()).hexdigest()[:8]
    return f"{slug[: KEY_LENGTH - 9].strip('-') or 'type'}-{digest}"


def resolve(text: str, categories: Iterable[Category]) -> Category | None:
    """The category that `text` names by its key, its label or an alias; None if none does.

    A picture in the text is no matter where the rest of it is such a name.
    """
    known = tuple(categories)
    names = _by_name(known)
    found = names.get(category_key(text)) or _by_label(text, known)
    if found is not None:
        return found
    plain = "".join(sign for sign in text if not _is_picture(sign)).strip()
    return names.get(category_key(plain)) if plain else None


def new_category(text: str, taken: Container[str] = ()) -> Category:
    """The category made for a type that a server does not know: the same for the same text.

    A key that is `taken` gets a number.
    """
    wanted = key = category_key(text)
    number = 1
    while key in taken:
        number += 1
        key = f"{wanted[: KEY_LENGTH - len(f'-{number}')].strip('-')}-{number}"
    label = " ".join(text.split())[:LABEL_LENGTH] or "Event"
    if label.islower():
        label = label[0].upper() + label[1:]
    look = _number(wanted)
    return Category(
        key=key,
        label=label,
        emoji=_EMOJI[look % len(_EMOJI)],
        colour=_COLOURS[look // len(_EMOJI) % len(_COLOURS)],
    )


def slugify(text: str) -> str:
    """`text` as lower-case ASCII words joined by hyphens; accents are dropped. May be empty."""
    decomposed = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    plain = decomposed.encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _by_name(categories: Iterable[Category]) -> Mapping[str, Category]:
    """Categories under all their names; a key goes before a label, a label before an alias."""
    known = tuple(categories)
    names: dict[str, Category] = {}
    for category in known:
        if not _has_lossy_key(category):
            names.setdefault(category.key, category)
    for category in known:
        names.setdefault(category_key(category.label), category)
    for category in known:
        for alias in category.aliases:
            names.setdefault(category_key(alias), category)
    return names


def _by_label(text: str, categories: Iterable[Category]) -> Category | None:
    """The category whose key says less than its label, and whose label this is."""
    label = _folded(text)[:LABEL_LENGTH]
    lossy = (category for category in categories if _has_lossy_key(category))
    return next((one for one in lossy if _folded(one.label) == label), None)


def _has_lossy_key(category: Category) -> bool:
    """Whether the key leaves out something of the label, as those did that we gave at first."""
    plain = slugify(category.label)[:KEY_LENGTH].strip("-")
    return category.key == plain != category_key(category.label)


def _folded(text: str) -> str:
    """`text` as it is compared: without case, blanks and what is never seen."""
    seen = (sign for sign in text if unicodedata.category(sign) != "Cf" and sign not in _VARIANTS)
    return " ".join("".join(seen).casefold().split())


def _is_lost(sign: str) -> bool:
    """Whether a slug leaves out this sign although it tells one name from another."""
    if sign in "+#@%*=<>$":
        return True
    kept = slugify(sign) or unicodedata.category(sign)[0] in "ZPMC"
    return not (kept or sign.isascii())


def _is_picture(sign: str) -> bool:
    return unicodedata.category(sign) in ("So", "Sk", "Cf", "Mn", "Me")


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
