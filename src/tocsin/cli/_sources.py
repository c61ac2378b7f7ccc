"""Getting hold of a calendar's bytes, from a file or an address."""

import asyncio
import hashlib
import re
from pathlib import Path
from urllib.parse import urlsplit

import stamina

from tocsin.errors import UsageError
from tocsin.sources.address import fetch
from tocsin.sources.reading import MOST_BYTES


class FileUnreadable(UsageError):
    """The file cannot be read."""


def obtain(source: str) -> tuple[bytes, str]:
    """The bytes of a file or of what an address answers, and the name by which it is known.

    An address is known by its host and a hash: its path is often the secret that opens a private
    calendar. Raises FileUnreadable and FetchFailed.
    """
    if re.match(r"(https?|webcal)://", source, re.IGNORECASE):
        # What went wrong is said once, at the end, and not for each try.
        stamina.instrumentation.set_on_retry_hooks(())
        # Whoever is at the command line can reach this machine's network without us.
        content = asyncio.run(fetch(source, allow_private=True))
        digest = hashlib.sha256(source.encode()).hexdigest()[:8]
        return content, f"{urlsplit(source).hostname}#{digest}"
    path = Path(source)
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1), path.name
    except FileNotFoundError:
        reason = "there is none of that name"
    except IsADirectoryError:
        reason = "it is a folder"
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
    raise FileUnreadable(
        f"The file {source} cannot be read: {reason}. Nothing was changed. Give the path of an ICS "
        "or CSV file, or an address that begins with https://."
    )
