"""Files: how large they may be, from a bot and from a member."""

from __future__ import annotations

import io

import aiohttp
import pytest
from tests.sandbox.conftest import Town
from tests.sandbox.rest import Rest

from discord_sandbox.testing import File, SandboxError

MIB = 1024 * 1024


async def upload(town: Town, *sizes: int) -> tuple[int, dict[str, object]]:
    """Post files of so many bytes; answers the status and the JSON."""
    form = aiohttp.FormData()
    form.add_field("payload_json", "{}", content_type="application/json")
    for at, size in enumerate(sizes):
        form.add_field(f"files[{at}]", io.BytesIO(bytes(size)), filename=f"{at}.bin")
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{town.sandbox.api_url}/channels/{town.general.id}/messages",
            data=form,
            headers={"Authorization": f"Bot {town.application.token}"},
        ) as response,
    ):
        return response.status, await response.json()


async def test_a_file_of_nine_mebibytes_is_taken(town: Town) -> None:
    """Bodies have no limit but Discord's."""
    status, message = await upload(town, 9 * MIB)
    assert status == 200
    assert message["attachments"][0]["size"] == 9 * MIB  # type: ignore[index]


@pytest.mark.parametrize("sizes", [(11 * MIB,), (9 * MIB, 9 * MIB, 8 * MIB)])
async def test_what_is_too_large_is_refused_as_by_discord(
    town: Town, sizes: tuple[int, ...]
) -> None:
    """A file of more than 10 MiB, and a request of more than 25, get 413 and are recorded."""
    assert await upload(town, *sizes) == (
        413,
        {"message": "Request entity too large", "code": 40005},
    )
    (row,) = await town.sandbox.requests()
    assert (row["status"], row["code"]) == (413, 40005)


async def test_the_size_of_a_file_is_a_setting(town: Town) -> None:
    """`file_bytes` is the limit, for members too, and null is none."""
    await town.sandbox.limits(file_bytes=MIB)
    assert (await upload(town, MIB + 1))[0] == 413
    with pytest.raises(SandboxError, match="40005"):
        await town.ben.write(town.general, files=[File("a.bin", bytes(MIB + 1))])
    await town.sandbox.limits(file_bytes=None)
    assert (await upload(town, 11 * MIB))[0] == 200
    written = await town.ben.write(town.general, files=[File("a.bin", bytes(9 * MIB))])
    assert written.data["attachments"][0]["size"] == 9 * MIB


async def test_a_form_that_is_none_is_refused(town: Town, rest: Rest) -> None:
    """Multipart without a boundary is a bad request, and in the record."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{town.sandbox.api_url}/channels/{town.general.id}/messages",
            data=b"x",
            headers={
                "Authorization": f"Bot {town.application.token}",
                "Content-Type": "multipart/form-data",
            },
        ) as response,
    ):
        assert (response.status, (await response.json())["code"]) == (400, 50035)
    assert (await town.sandbox.requests())[-1]["status"] == 400
