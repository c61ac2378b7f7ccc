"""Write docs/routes.md from the sandbox's own router: `python tools/routes.py [openapi.json]`.

With Discord's API description the list of its operations, which the sandbox keeps beside its
router, is written anew first.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

from discord_sandbox.rest.operations import build_router, known_operations
from discord_sandbox.rest.routing import Route
from discord_sandbox.routing import Router

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "routes.md"
LIST = ROOT / "src" / "discord_sandbox" / "rest" / "operations.txt"
METHODS = ("get", "post", "put", "patch", "delete")
HEAD = """\
# What of Discord's API the sandbox has

Every operation of [Discord's API description](https://github.com/discord/discord-api-spec) (v10), and whether the
sandbox does it. What it does not do answers 501 and says so. Written by `.venv/bin/python tools/routes.py` from the
router that serves the requests.

{done} of {all} are done.
"""
BODIES = """\
## What bodies may have

These operations take the members named here. Any other that carries a value answers 501 and names it, rather than
passing it over. What a message may not have says [sandbox.md](sandbox.md).
"""


def operations_of(document: Any) -> str:
    """The list of operations of an OpenAPI document: method, path and name in each line."""
    return "".join(
        f"{method.upper()} {path} {operations[method]['operationId']}\n"
        for path, operations in sorted(document["paths"].items())
        for method in sorted(METHODS)
        if method in operations
    )


def served(router: Router[Route], method: str, path: str) -> Route | None:
    """What serves the operation, if anything does."""
    segments = re.sub(r"\{[^}]*\}", "1", path).strip("/").split("/")
    found = router.find(method, segments)
    return None if found is None or found[0].handler is None else found[0]


def is_done(router: Router[Route], method: str, path: str) -> bool:
    """Whether the router finds something that serves the operation."""
    return served(router, method, path) is not None


def _members(router: Router[Route]) -> list[str]:
    """A row for each operation that says which members of its body it takes."""
    rows = []
    for method, path, _ in known_operations():
        route = served(router, method, path)
        if route is not None and route.takes is not None:
            names = ", ".join(f"`{name}`" for name in route.takes)
            rows.append(f"| {method} | `{path}` | {names} |")
    return rows


def render() -> str:
    """Return the text of the page."""
    router = build_router()
    rows = [
        f"| {method} | `{path}` | {name} | {'done' if is_done(router, method, path) else 'no'} |"
        for method, path, name in known_operations()
    ]
    done = sum(row.endswith("| done |") for row in rows)
    head = HEAD.format(done=done, all=len(rows))
    operations = ["| method | path | operation | |", "|---|---|---|---|", *rows, ""]
    members = ["| method | path | members |", "|---|---|---|", *_members(router), ""]
    return "\n".join([head, *operations, BODIES, *members])


def main() -> None:
    """Write the list, where a description is given, and the page."""
    for given in sys.argv[1:2]:
        LIST.write_text(operations_of(json.loads(Path(given).read_text("utf-8"))), "ascii")
    PAGE.write_text(render(), "utf-8")


if __name__ == "__main__":
    main()
