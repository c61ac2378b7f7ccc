import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.calendar.category import (
    KEY_LENGTH,
    Category,
    category_key,
    keys_of,
    new_category,
    resolve,
)
from tocsin.calendar.presets import KVK, PLAIN, PRESETS


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("ruins", "ruins"),
        ("ruin", "ruins"),
        ("Next Ruins", "ruins"),
        ("altar", "altars"),
        ("next altar fight", "altars"),
        ("TIMELINE", "chronicle"),
        ("Major events", "major"),
        ("⚔️ major", "major"),
    ],
)
def test_a_type_is_known_by_its_key_its_label_and_its_aliases(text: str, key: str) -> None:
    """The words that calendars use for a category lead to it, in any case."""
    found = resolve(text, KVK.categories)
    assert found is not None
    assert found.key == key


def test_an_unknown_type_is_no_category() -> None:
    """A word that names nothing finds nothing, so that the caller can make a new category."""
    assert resolve("motogp", KVK.categories) is None


@pytest.mark.parametrize(
    ("category", "title", "description", "keys"),
    [
        ("ruins", "Ruins", "", {"ruins", "all"}),
        ("altars", "Altar", "", {"altars", "all", "fights"}),
        ("major", "Kingsland FIGHT", "", {"major", "all", "fights"}),
        ("major", "Pass opens", "we fight at dawn", {"major", "all", "fights"}),
        ("major", "Pass opens", "", {"major", "all"}),
        ("chronicle", "Fight!", "", {"chronicle", "all"}),
    ],
)
def test_fights_are_altars_and_majors_that_say_so(
    category: str, title: str, description: str, keys: set[str]
) -> None:
    """An occurrence matches its category, everything, and the groups whose rules take it in."""
    assert keys_of(category, title, description, KVK.groups) == keys


@given(st.text(max_size=80))
def test_a_key_is_short_plain_and_settled(text: str) -> None:
    """Any text has a key of `a-z 0-9 -`, and the key of a key is itself."""
    key = category_key(text)
    assert 0 < len(key) <= KEY_LENGTH
    assert set(key) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert category_key(key) == key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Матч 1", "Кубок 1"),
        ("C++", "C#"),
        ("C", "C#"),
        ("🟢 Raid", "🔴 Raid"),
        ("Søndag", "Sndag"),
        (f"{'long ' * 8}one", f"{'long ' * 8}two"),
        (f"{'long ' * 20}one", f"{'long ' * 20}two"),
        ("日曜 A", "月曜 A"),
    ],
)
def test_different_types_are_never_taken_for_one(one: str, other: str) -> None:
    """Where a key cannot hold the whole name, something of the rest is in it all the same."""
    assert category_key(one) != category_key(other)
    assert resolve(other, [new_category(one)]) is None
    for name in (one, other):
        made = new_category(name)
        assert resolve(name, [made]) == made
        assert resolve(f"  {name.upper()} ", [made]) == made


@pytest.mark.parametrize(
    "spelling", ["boss rush", "Boss-Rush", "BOSS_RUSH!", "“Boss Rush”", "Bóss Rush", "⚔️ boss rush"]
)
def test_spellings_of_one_type_are_one(spelling: str) -> None:
    """Case, accents, marks between words, and a picture before a name that is there without it."""
    made = new_category("Boss Rush")
    assert resolve(spelling, [made]) == made


def test_a_key_that_an_older_version_gave_belongs_to_its_label() -> None:
    """`Матч 1` got the key `1`, and keeps it; a type called `1` is another."""
    match = Category("1", "Матч 1", "📅", 0)
    long = Category(
        "a-very-long-name-for-a-type-of-e", "A very long name for a type of events", "", 0
    )
    assert resolve("матч 1", [match, long]) == match
    assert resolve("1", [match, long]) is None
    assert resolve("Кубок 1", [match, long]) is None
    assert resolve(long.label, [match, long]) == long
    assert new_category("1", taken={"1"}).key == "1-2"
    assert new_category("1", taken={"1", "1-2"}).key == "1-3"


def test_a_new_category_is_the_same_every_time() -> None:
    """What is made for an unknown type depends on its text alone, and keeps the text as label."""
    assert new_category("MotoGP") == new_category("MotoGP")
    assert new_category("MotoGP").label == "MotoGP"
    assert new_category("indycar").label == "Indycar"
    assert new_category("Гонка").key != new_category("Вечер").key


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.key)
def test_the_lines_of_a_preset_ping_nobody(preset: object) -> None:
    """Each category has five lines; none holds what Discord reads as a mention."""
    for category in (*KVK.categories, *PLAIN.categories):
        assert len(category.lines) >= 5
        assert not any("@" in line or "<" in line for line in category.lines)


def test_a_line_is_chosen_by_its_seed_and_takes_the_title_as_it_is() -> None:
    """One seed gives one line; braces in a title or in a line are only text."""
    category = Category("x", "X", "📅", 0, lines=("{title} {0}", "{title!r}"))
    assert category.line("a", "{b}") == category.line("a", "{b}")
    assert {category.line(str(n), "{b}") for n in range(20)} == {"{b} {0}", "{title!r}"}
