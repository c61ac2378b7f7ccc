"""A transcript of the REST API: every request and its answer, one JSON object in each line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from discord_sandbox.wire import encode


class Transcript:
    """Written as it happens, so that it is whole when the sandbox is killed."""

    def __init__(self, path: Path) -> None:
        """Begin the file, or in a folder a file of this process's own. Raises OSError."""
        if path.is_dir():
            path = path / f"{os.getpid()}.jsonl"
        self._file = path.open("ab", buffering=0)

    def add(
        self,
        method: str,
        path: str,
        query: dict[str, list[str]],
        body: Any,
        files: list[str],
        status: int,
        answer: Any,
        fault: str | None,
    ) -> None:
        """Note one exchange; `status` 0 means that it got no answer."""
        row = {
            "method": method,
            "path": path,
            "query": query,
            "body": body,
            "files": files,
            "status": status,
            "answer": answer,
            "fault": fault,
        }
        self._file.write(encode(row) + b"\n")

    def close(self) -> None:
        self._file.close()
