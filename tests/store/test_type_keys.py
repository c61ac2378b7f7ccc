"""Types keep apart what is different: from each other, and from the groups that members choose."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.store.stored_calendar import NOW, SERVER, add_server, fresh_store

from tocsin.calendar.category import Category, category_key
from tocsin.calendar.event import Event
from tocsin.calendar.presets import KVK, PLAIN
from tocsin.store import servers
from tocsin.store.engine import Store
from tocsin.store.event_edits import add_event
from tocsin.store.events import Merge, extend_horizon, merge_events
from tocsin.store.setting_up import set_up
from tocsin.store.tables import categories, events, groups, occurrence_keys, occurrences

PLAIN_SERVER = 77
DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = fresh_store(tmp_path)
    store.write_now(add_server)
    store.write_now(servers.ensure_server, PLAIN_SERVER, NOW, PLAIN)
    yield store
    store.close()


def merged(store: Store, *types: str, server: int = SERVER) -> Merge:
    """The merge of a source with one event of each type."""
    found = [
        Event.single(uid=name, title=name, start=NOW + DAY, category=category_key(name))
        for name in types
    ]
    labels = {category_key(name): name for name in types}
    return store.write_now(merge_events, server, "file", found, NOW, labels=labels, complete=True)


def types(store: Store, server: int = SERVER) -> dict[str, str]:
    """The label of each key that the server's preset does not have."""
    known = store.read_now(servers.categories_of, server)
    return {one.key: one.label for one in known if one not in (*KVK.categories, *PLAIN.categories)}


def keys_by_title(store: Store) -> dict[str, set[str]]:
    """The choices by which each occurrence is found."""
    query = sa.select(occurrences.c.title, occurrence_keys.c.key).join(
        occurrence_keys, occurrence_keys.c.occurrence_id == occurrences.c.id
    )
    found: dict[str, set[str]] = {}
    for row in store.read_now(lambda c: c.execute(query).all()):
        found.setdefault(row.title, set()).add(row.key)
    return found


def shared(store: Store, key: str, label: str, server: int, *titles: str) -> None:
    """A type with a group's key and an event of each title, as an older version left them."""

    def unit(connection: sa.Connection) -> None:
        servers.add_category(connection, server, Category(key, label, "📅", 0))
        found = [Event.single(uid=t, title=t, start=NOW + DAY, category=key) for t in titles]
        merge_events(connection, server, "file", found, NOW, complete=True)

    # Without its groups the server takes the type as it is, and gets them back afterwards.
    query = sa.select(groups).where(groups.c.server_id == server)
    rows = store.read_now(lambda c: [row._asdict() for row in c.execute(query)])
    store.write_now(lambda c: c.execute(sa.delete(groups).where(groups.c.server_id == server)))
    store.write_now(unit)
    store.write_now(lambda c: c.execute(sa.insert(groups), rows))


def test_two_types_that_share_a_word_are_two(store: Store) -> None:
    """Each has a key and a label, and its own members to call."""
    assert merged(store, "Матч 1", "Кубок 1", "C++", "C#").added == 4
    assert sorted(types(store).values()) == sorted(("Матч 1", "Кубок 1", "C++", "C#"))
    assert merged(store, "Матч 1", "Кубок 1", "C++", "C#").changes_nothing


def test_a_type_of_an_older_version_keeps_its_key(store: Store) -> None:
    """It is found by its label; whatever else would have had that key gets another."""
    store.write_now(servers.add_category, SERVER, Category("1", "Матч 1", "📅", 0))
    merged(store, "Матч 1", "1", "Кубок 1")
    found = types(store)
    assert (found["1"], found["1-2"], len(found)) == ("Матч 1", "1", 3)
    query = sa.select(events.c.title, events.c.category)
    kept: dict[str, str] = {
        row.title: row.category for row in store.read_now(lambda c: c.execute(query).all())
    }
    assert (kept["Матч 1"], kept["1"]) == ("1", "1-2")
    assert merged(store, "Матч 1", "1", "Кубок 1").changes_nothing


@pytest.mark.parametrize("server", [SERVER, PLAIN_SERVER])
def test_no_type_gets_the_key_of_a_group(store: Store, server: int) -> None:
    """Not even of one that only another preset has: it may be chosen later."""
    merged(store, "All", "fights", server=server)
    assert types(store, server) == {"all-2": "All", "fights-2": "Fights"}
    assert merged(store, "All", "fights", server=server).changes_nothing
    event = Event.single(uid="x", title="x", start=NOW + DAY, category="all")
    adding = partial(add_event, actor="a test", label="all")
    assert store.write_now(adding, server, event, NOW).after.category == "all-2"


@pytest.mark.parametrize("occasion", ["horizon", "import", "edit", "setup"])
def test_a_type_that_has_the_key_of_a_group_gets_its_own(store: Store, occasion: str) -> None:
    """At the bot's daily look, an import, an edit or a setup; its events stay as they are."""
    shared(store, "fights", "Fights", SERVER, "Duel", "A fight")
    assert keys_by_title(store) == {"Duel": {"fights"}, "A fight": {"fights"}}
    before: list[Any] = store.read_now(lambda c: list(c.execute(sa.select(occurrences)).all()))
    if occasion == "horizon":
        store.write_now(extend_horizon, NOW)
    elif occasion == "import":
        merged(store, "ruins", server=PLAIN_SERVER)
        store.write_now(merge_events, SERVER, "other", [], NOW, complete=True)
    elif occasion == "edit":
        event = Event.single(uid="x", title="x", start=NOW + DAY, category="ruins")
        store.write_now(partial(add_event, actor="a test"), SERVER, event, NOW)
    else:
        store.write_now(
            partial(set_up, name="", channel_id=1, anchor_id=None, windows=(0,), zone="UTC"),
            SERVER,
            NOW,
            preset=KVK,
            actor="1",
        )
    assert types(store) == {"fights-2": "Fights"}
    found = keys_by_title(store)
    assert (found["Duel"], found["A fight"]) == ({"fights-2"}, {"fights-2"})
    after: list[Any] = store.read_now(lambda c: list(c.execute(sa.select(occurrences)).all()))
    assert [row.public_id for row in after][:2] == [row.public_id for row in before]
    assert not any(row.cancelled for row in after)
    again = [
        Event.single(uid=t, title=t, start=NOW + DAY, category="fights")
        for t in ("Duel", "A fight")
    ]
    labels = {"fights": "Fights"}
    merge = partial(merge_events, labels=labels, complete=True)
    assert store.write_now(merge, SERVER, "file", again, NOW).changes_nothing


def test_what_everything_meant_it_goes_on_to_mean(store: Store) -> None:
    """A type called All was found by whoever chose everything."""
    shared(store, "all", "All", PLAIN_SERVER, "Duel")
    store.write_now(extend_horizon, NOW)
    assert keys_by_title(store)["Duel"] == {"all", "all-2"}
    query = sa.select(categories.c.key).where(categories.c.server_id == PLAIN_SERVER)
    assert set(store.read_now(lambda c: c.scalars(query).all())) == {"event", "all-2"}
