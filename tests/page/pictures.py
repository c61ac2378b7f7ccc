"""The pictures in the documents: taken by the browser tests, so that they show what is there now."""

from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Page

NAMES = frozenset(
    {"subscribe.png", "reminder.png", "sandbox-dark.png", "sandbox-light.png", "sandbox-phone.png"}
)
LEAST_BYTES = 10_000
"""A page on which nothing was drawn has fewer."""


@dataclass(frozen=True, slots=True)
class Album:
    """A folder of pictures: docs/images for `make pictures`, else one that goes with the test."""

    folder: Path

    async def take(self, page: Page, name: str) -> None:
        """Take the picture of that name, one of NAMES."""
        assert name in NAMES, f"{name} is no picture that the documents show"
        path = self.folder / name
        await page.screenshot(path=path)
        assert path.stat().st_size > LEAST_BYTES
