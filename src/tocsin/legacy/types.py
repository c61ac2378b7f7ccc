"""The seed's words for types of events, as keys of the server's categories and groups."""

from tocsin.calendar.category import category_key, new_category, resolve
from tocsin.calendar.presets import GROUP_KEYS, KVK
from tocsin.store import servers
from tocsin.store.engine import Connection


class Types:
    """Finds the key behind a word; what the server lacks it is given, first from the seed's own preset."""

    def __init__(self, connection: Connection, server_id: int) -> None:
        self._connection = connection
        self._server_id = server_id
        self._categories = {one.key: one for one in servers.categories_of(connection, server_id)}
        self._groups = {one.key: one for one in servers.groups_of(connection, server_id)}
        self.added: list[str] = []
        """Labels of the types that the server was given."""

    def category(self, word: str) -> str:
        """The key of the category that the word names."""
        known = self._categories.get(word) or resolve(word, self._categories.values())
        if known is None:
            taken = {*self._categories, *self._groups, *GROUP_KEYS}
            known = resolve(word, KVK.categories) or new_category(word, taken)
            if known.key not in self._categories:
                servers.add_category(self._connection, self._server_id, known)
                self._categories[known.key] = known
                self.added.append(known.label)
        return known.key

    def choice(self, word: str) -> str:
        """The key of the group or the category that the word names."""
        key = category_key(word)
        if key in self._groups:
            return key
        for position, group in enumerate(KVK.groups):
            if group.key == key:
                servers.add_group(
                    self._connection, self._server_id, group, len(self._groups) + position
                )
                self._groups[key] = group
                self.added.append(group.label)
                return key
        return self.category(word)

    def label(self, key: str) -> str:
        """The label of a category."""
        return self._categories[key].label
