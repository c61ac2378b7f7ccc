"""The names of settings: a key is its path of names, ("discord", "token")."""

from collections.abc import Iterator
from difflib import get_close_matches

from pydantic import BaseModel
from pydantic.fields import FieldInfo

Key = tuple[str, ...]

PREFIX = "TOCSIN_"
CONFIG_VARIABLE = "TOCSIN_CONFIG"


def fields(model: type[BaseModel], above: Key = ()) -> Iterator[tuple[Key, FieldInfo]]:
    """Yield every single setting below a model with its key, in the order it is declared."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from fields(field.annotation, (*above, name))
        else:
            yield (*above, name), field


def dotted(key: Key) -> str:
    """Return a key as people read it: discord.token."""
    return ".".join(key)


def variable(key: Key) -> str:
    """Return the environment variable that sets a key: TOCSIN_DISCORD__TOKEN."""
    return PREFIX + "__".join(key).upper()


def key_of_variable(name: str) -> Key:
    """Return the key that an environment variable speaks of, known or not."""
    return tuple(name.removeprefix(PREFIX).lower().split("__"))


def suggestion(key: Key, known: list[Key]) -> Key | None:
    """Return the known key that was probably meant: one like it, or its name elsewhere."""
    by_text = {dotted(candidate): candidate for candidate in known}
    if near := get_close_matches(dotted(key), by_text, n=1, cutoff=0.75):
        return by_text[near[0]]
    by_name = {candidate[-1]: candidate for candidate in reversed(known)}
    if near := get_close_matches(key[-1], by_name, n=1, cutoff=0.8):
        return by_name[near[0]]
    return None
