"""Turning what a database driver raises into what a person can act upon."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from tocsin.store.engine import DatabaseUnavailable, Store


@contextmanager
def explained(store: Store) -> Iterator[None]:
    """Raise DatabaseUnavailable, with the reason and a way out, for what the driver raises."""
    try:
        yield
    except sa.exc.OperationalError as error:
        name = store.url.render_as_string(hide_password=True)
        if "locked" in str(error.orig) or "busy" in str(error.orig):
            raise DatabaseUnavailable(
                f"The database {name} stayed locked by another program for half a minute, so "
                "nothing was changed. Try again; if it stays so, see which program has it open."
            ) from error
        raise DatabaseUnavailable(
            f"The database {name} cannot be used: {error.orig}. Nothing was changed. Check that "
            "this user may write there and that the disk is not full."
        ) from error
    except sa.exc.DatabaseError as error:
        name = store.url.render_as_string(hide_password=True)
        raise DatabaseUnavailable(
            f"The database {name} refused the change: {error.orig}. Nothing was changed; "
            "`tocsin db check` says whether the file is damaged."
        ) from error
