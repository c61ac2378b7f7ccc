"""Webhooks that other services execute: messages in Slack's form, and GitHub's events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from tests.sandbox.conftest import Town
from tests.sandbox.openapi import check_answer, check_request
from tests.sandbox.payloads import COMMENT, ISSUE, RELEASE, REPOSITORY, REVIEW, RUN, SENDER, SUITE

from discord_sandbox.testing import Webhook


@dataclass
class Hook:
    """A webhook that Ann has made, and somebody who posts to it."""

    town: Town
    webhook: Webhook
    session: aiohttp.ClientSession

    async def post(
        self, service: str, body: Any, event: str | None = None, query: str = "", **how: Any
    ) -> tuple[int, Any]:
        """The status and the JSON of the answer."""
        headers = {} if event is None else {"X-GitHub-Event": event}
        path = f"/webhooks/{self.webhook.id}/{self.webhook.token}/{service}"
        given = how or {"json": body}
        async with self.session.post(
            self.town.sandbox.api_url + path + query, headers=headers, **given
        ) as response:
            answer = None if response.status == 204 else await response.json()
            check_answer("POST", path, response.status, answer)
            if response.status < 300 and not how:
                check_request("POST", path, {}, body)
            return response.status, answer

    async def newest(self) -> dict[str, Any]:
        return (await self.town.general.messages(1))[0].data

    async def embed(self, event: str, **body: Any) -> dict[str, Any]:
        """The embed that an event of GitHub's makes."""
        asked = {"sender": SENDER, "repository": REPOSITORY, **body}
        assert await self.post("github", asked, event) == (204, None)
        (embed,) = (await self.newest())["embeds"]
        return dict(embed)


@pytest_asyncio.fixture
async def hook(town: Town) -> AsyncIterator[Hook]:
    await town.sandbox.limits(buckets=False)
    webhook = await town.ann.make_webhook(town.general, "Crier")
    async with aiohttp.ClientSession() as session:
        yield Hook(town, webhook, session)


async def test_slacks_attachments_become_embeds(hook: Hook) -> None:
    """Texts, links, colours, fields and the time keep their places; the answer is ok."""
    attachment = {
        "fallback": "not shown",
        "pretext": "Before",
        "title": "Build",
        "title_link": "https://ci.example/1",
        "text": "broke",
        "color": "#e8d44f",
        "ts": 1_700_000_000,
        "author_name": "CI",
        "author_link": "https://ci.example",
        "footer": "foot",
        "image_url": "https://ci.example/a.png",
        "thumb_url": "https://ci.example/b.png",
        "fields": [{"title": "Took", "value": "3 s", "short": True}, {"title": "By", "value": "b"}],
    }
    body = {"text": "Hear", "username": "Builder", "attachments": [attachment], "channel": "#x"}
    assert await hook.post("slack", body) == (200, "ok")
    seen = await hook.newest()
    assert (seen["content"], seen["author"]["username"]) == ("Hear", "Builder")
    assert seen["embeds"] == [
        {
            "type": "rich",
            "title": "Build",
            "url": "https://ci.example/1",
            "description": "Before\nbroke",
            "color": 0xE8D44F,
            "timestamp": "2023-11-14T22:13:20.000000+00:00",
            "author": {"name": "CI", "url": "https://ci.example"},
            "footer": {"text": "foot"},
            "image": {
                "url": "https://ci.example/a.png",
                "proxy_url": "https://ci.example/a.png",
            },
            "thumbnail": {
                "url": "https://ci.example/b.png",
                "proxy_url": "https://ci.example/b.png",
            },
            "fields": [
                {"name": "Took", "value": "3 s", "inline": True},
                {"name": "By", "value": "b", "inline": False},
            ],
        }
    ]


@pytest.mark.parametrize(("colour", "number"), [("good", 0x2EB886), ("#f0a", 0xFF00AA)])
async def test_slacks_colours_have_names_and_short_forms(
    hook: Hook, colour: str, number: int
) -> None:
    """They are colours of Slack's own, or three digits for six."""
    body = {"attachments": [{"text": "x", "color": colour}]}
    assert (await hook.post("slack", body))[0] == 200
    assert (await hook.newest())["embeds"][0]["color"] == number


async def test_slacks_message_may_come_as_a_form(hook: Hook) -> None:
    """All of it stands under `payload`; without waiting for it nothing is answered."""
    form = {"payload": '{"text": "From a form"}'}
    assert await hook.post("slack", None, query="?wait=false", data=form) == (200, None)
    assert (await hook.newest())["content"] == "From a form"


@pytest.mark.parametrize(
    ("body", "code", "named"),
    [
        ({}, 50006, ""),
        ({"attachments": [{"color": "#ffffff"}]}, 50006, ""),
        ({"text": "x" * 2001}, 50035, "text"),
        ({"username": "Clyde", "text": "x"}, 50035, "username"),
        ({"attachments": [{"text": "x"}] * 11}, 50035, "attachments"),
        ({"attachments": [{"text": "x", "color": "mauve"}]}, 50035, "color"),
        ({"attachments": [{"text": 1}]}, 50035, "text"),
        ({"attachments": [{"text": "x", "title_link": "javascript:x"}]}, 50035, "title_link"),
        ({"attachments": [{"fields": [{"title": "x"}]}]}, 50035, "value"),
        ([], 50109, ""),
    ],
)
async def test_what_is_wrong_with_slacks_message_is_said(
    hook: Hook, body: Any, code: int, named: str
) -> None:
    """Nothing is posted of it."""
    status, answer = await hook.post("slack", body)
    assert (status, answer["code"]) == (400, code)
    assert named in str(answer.get("errors", ""))
    assert await hook.town.general.messages() == []


async def test_slacks_author_has_a_picture(hook: Hook) -> None:
    """`icon_url` stands beside the message, as `avatar_url` does: the CDN sends on to it."""
    url = "https://a.example/c.png"
    assert (await hook.post("slack", {"text": "x", "icon_url": url}))[0] == 200
    author = (await hook.newest())["author"]
    path = f"/cdn/avatars/{hook.webhook.id}/{author['avatar']}.png"
    address = hook.town.sandbox.control.base_url + path
    async with hook.session.get(address, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, url)
    assert (await hook.post("slack", {"text": "x", "icon_url": ""}))[0] == 200
    assert (await hook.newest())["author"]["avatar"] is None
    status, refused = await hook.post("slack", {"text": "x", "icon_url": "c.png"})
    assert (status, refused["code"], list(refused["errors"])) == (400, 50035, ["icon_url"])


async def test_a_push_lists_its_first_commits(hook: Hook) -> None:
    """Five of them, each on a line that leads to it; one alone is where the title leads."""
    commits = [
        {
            "id": f"{n}123456789",
            "url": f"https://github.com/ann/bells/commit/{n}",
            "message": f"Ring {n}\n\nAt length.",
            "author": {"name": "Ann", "username": "ann"},
        }
        for n in range(6)
    ]
    more = {"ref": "refs/heads/main", "compare": "https://github.com/ann/bells/compare/a...b"}
    six = await hook.embed("push", commits=commits, **more)
    assert six["title"] == "[bells:main] 6 new commits"
    assert six["url"] == more["compare"]
    lines = six["description"].split("\n")
    assert lines[0] == "[`0123456`](https://github.com/ann/bells/commit/0) Ring 0 - ann"
    assert len(lines) == 5
    one = await hook.embed("push", commits=commits[:1], **more)
    assert (one["title"], one["url"]) == ("[bells:main] 1 new commit", commits[0]["url"])
    forced = await hook.embed("push", commits=[], head_commit=commits[0], forced=True, **more)
    assert forced["title"] == "[bells] Branch main was force-pushed to `0123456`"


@pytest.mark.parametrize(
    ("event", "body", "title", "color"),
    [
        (
            "issues",
            {"action": "opened", "issue": ISSUE},
            "[ann/bells] Issue opened: #7 It rings",
            0xEB6420,
        ),
        (
            "issues",
            {"action": "closed", "issue": ISSUE},
            "[ann/bells] Issue closed: #7 It rings",
            None,
        ),
        (
            "issue_comment",
            {"action": "created", "issue": ISSUE, "comment": COMMENT},
            "[ann/bells] New comment on issue #7: It rings",
            0xE68D60,
        ),
        (
            "issue_comment",
            {"action": "created", "issue": {**ISSUE, "pull_request": {}}, "comment": COMMENT},
            "[ann/bells] New comment on pull request #7: It rings",
            0xBFE5BF,
        ),
        (
            "pull_request",
            {"action": "opened", "pull_request": ISSUE},
            "[ann/bells] Pull request opened: #7 It rings",
            0x009800,
        ),
        (
            "pull_request_review",
            {"action": "submitted", "pull_request": ISSUE, "review": REVIEW},
            "[ann/bells] Pull request review submitted: #7 It rings",
            None,
        ),
        (
            "pull_request_review_comment",
            {"action": "created", "pull_request": ISSUE, "comment": COMMENT},
            "[ann/bells] New review comment on pull request #7: It rings",
            0xBFE5BF,
        ),
        ("create", {"ref": "v1", "ref_type": "tag"}, "[ann/bells] New tag created: v1", None),
        ("delete", {"ref": "old", "ref_type": "branch"}, "[ann/bells] Branch deleted: old", None),
        (
            "fork",
            {"forkee": {**REPOSITORY, "full_name": "ben/bells"}},
            "[ann/bells] Fork created: ben/bells",
            None,
        ),
        ("watch", {"action": "started"}, "[ann/bells] New star added", None),
        (
            "release",
            {"action": "published", "release": RELEASE},
            "[ann/bells] New release published: v1",
            None,
        ),
        (
            "commit_comment",
            {"action": "created", "comment": COMMENT},
            "[ann/bells] New comment on commit `0123456`",
            None,
        ),
        (
            "member",
            {"action": "added", "member": {**SENDER, "login": "ben"}},
            "[ann/bells] New collaborator added: ben",
            None,
        ),
        ("public", {}, "[ann/bells] Now open sourced!", None),
        (
            "check_run",
            {"action": "completed", "check_run": RUN},
            "[bells] tests success on main",
            0x009800,
        ),
        (
            "check_suite",
            {"action": "completed", "check_suite": SUITE},
            "[bells] GitHub Actions checks failure on main",
            0xFC2929,
        ),
        (
            "discussion",
            {"action": "created", "discussion": ISSUE},
            "[ann/bells] New discussion #7: It rings",
            0xE68D60,
        ),
        (
            "discussion",
            {"action": "answered", "discussion": ISSUE, "answer": COMMENT},
            "[ann/bells] Answered discussion #7: It rings",
            0x009800,
        ),
        (
            "discussion_comment",
            {"action": "created", "discussion": ISSUE, "comment": COMMENT},
            "[ann/bells] New comment on discussion #7: It rings",
            0xE68D60,
        ),
    ],
)
async def test_what_happens_at_github_is_an_embed(
    hook: Hook, event: str, body: dict[str, Any], title: str, color: int | None
) -> None:
    """It is by GitHub, and its author is whoever did it."""
    embed = await hook.embed(event, **body)
    assert (embed["title"], embed.get("color")) == (title, color)
    assert embed["author"]["name"] == "ann"
    assert (await hook.newest())["author"]["username"] == "GitHub"


@pytest.mark.parametrize(
    ("event", "body"),
    [
        ("ping", {}),
        ("workflow_run", {"action": "completed"}),
        ("issues", {"action": "labeled", "issue": ISSUE}),
        ("push", {"ref": "refs/tags/v1", "compare": "https://a.b", "commits": []}),
    ],
)
async def test_what_has_no_embed_is_accepted_and_not_posted(
    hook: Hook, event: str, body: dict[str, Any]
) -> None:
    """As at Discord, which supports some of GitHub's events and actions."""
    asked = {"sender": SENDER, "repository": REPOSITORY, **body}
    assert await hook.post("github", asked, event) == (204, None)
    assert await hook.town.general.messages() == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 50035),
        ([], 50109),
        ({"sender": {**SENDER, "login": 1}}, 50035),
        ({"sender": SENDER, "repository": REPOSITORY}, 50035),
        ({"sender": SENDER, "repository": REPOSITORY, "issue": {**ISSUE, "body": 1}}, 50035),
    ],
)
async def test_a_payload_that_is_not_whole_is_refused(hook: Hook, body: Any, code: int) -> None:
    """GitHub's never are; those who write their own are told what lacks."""
    asked = {**body, "action": "opened"} if isinstance(body, dict) else body
    status, answer = await hook.post("github", asked, "issues")
    assert (status, answer["code"]) == (400, code)


async def test_services_write_in_threads_and_not_in_forums(hook: Hook) -> None:
    """A thread of the channel is named in the query; a forum's post cannot be begun."""
    town = hook.town
    await town.sandbox.limits(buckets=False)
    forum = await town.guild.make_channel("ideas", type=15)
    other = await town.ann.make_webhook(forum, "Forum")
    posted = Hook(town, other, hook.session)
    assert (await posted.post("slack", {"text": "x"}))[1]["code"] == 220004
    post = await town.ann.start_post(forum, "One", "first")
    within = f"?thread_id={post.channel_id}"
    assert (await posted.post("slack", {"text": "second"}, query=within))[0] == 200
    assert (await town.ann.messages(post))[0].content == "second"
    assert (await hook.post("slack", {"text": "x"}, query=within))[1]["code"] == 10003


@pytest.mark.parametrize("service", ["slack", "github"])
async def test_services_need_the_token(hook: Hook, service: str) -> None:
    """Another one is 50027, and a webhook that is gone 10015."""
    body = {"sender": SENDER, "text": "x"}
    wrong = Hook(hook.town, Webhook(hook.webhook.id, "wrong", ""), hook.session)
    assert (await wrong.post(service, body, "ping"))[1]["code"] == 50027
    gone = Hook(hook.town, Webhook(1, "wrong", ""), hook.session)
    assert (await gone.post(service, body, "ping"))[1]["code"] == 10015
