"""Writing the five files on demand."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tocsin.errors import UsageError
from tocsin.legacy.files import Names, write_folder
from tocsin.legacy.view import folder_texts
from tocsin.store.engine import Store
from tocsin.store.servers import find_server


class NothingToExport(UsageError):
    """That server is not known here."""


@dataclass(frozen=True, slots=True)
class Written:
    """One file that was written, and how many entries it has at its outermost."""

    name: str
    entries: int


def carry_out(
    store: Store, folder: Path, server_id: int, now: datetime, names: Names
) -> list[Written]:
    """Write the files of the server as of `now`. Raises NothingToExport and FolderUnusable."""
    if store.read_now(find_server, server_id) is None:
        raise NothingToExport(
            f"There is no server {server_id} here, so no file was written: check the id; "
            "`tocsin status` lists the servers."
        )
    texts = store.read_now(folder_texts, server_id, now, names)
    write_folder(folder, texts)
    return [Written(name, len(json.loads(text))) for name, text in texts.items()]
