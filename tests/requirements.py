"""What a test needs of the machine: skipped where it is missing, failed where all is required."""

import os

import pytest


def skip_unless(condition: object, reason: str) -> None:
    """Go on if `condition` is truthy; else skip, or fail under `REQUIRE_ALL=1` (as in CI).

    `reason` names what is missing and how to get it: "no Chromium: apt install chromium".
    """
    if condition:
        return
    if os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
