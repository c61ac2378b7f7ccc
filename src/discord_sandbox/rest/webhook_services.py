"""Webhooks that are executed by other services, in Slack's form and in GitHub's."""

from __future__ import annotations

from discord_sandbox import messages
from discord_sandbox.errors import ApiError
from discord_sandbox.model import Json, Webhook
from discord_sandbox.rest.body import parse
from discord_sandbox.rest.routing import Call, Reply, Route
from discord_sandbox.rest.webhooks import MENTIONS, WITH_TOKEN, by_path, channel_of, origin_of
from discord_sandbox.validate.message import check_message
from discord_sandbox.webhook_services import github, slack
from discord_sandbox.webhooks import check_name


def execute_slack(call: Call) -> Reply:
    webhook = by_path(call)
    body = slack.read(call.body, parse)
    _post(call, webhook, slack.as_message(body), body.get("username"), body.get("icon_url"))
    waited = call.query.get("wait", "true").lower() in ("true", "1")
    return Reply(200, "ok" if waited else None)


def execute_github(call: Call) -> Reply:
    """Post what has an embed; what has none is accepted all the same."""
    webhook = by_path(call)
    body = github.check(call.body)
    message = github.as_message(call.request.headers.get("X-GitHub-Event", ""), body)
    if message is not None:
        _post(call, webhook, message, github.NAME)
    return Reply(204)


def _post(
    call: Call, webhook: Webhook, body: Json, name: str | None, avatar_url: str | None = None
) -> None:
    """Raises ApiError 10003, 50006, 50035, or 220004 for a forum without a thread."""
    channel = channel_of(call, webhook)
    if channel.forum is not None:
        raise ApiError(220004)
    draft = check_message(body)
    draft.allowed_mentions = MENTIONS
    name = check_name(name or webhook.name, "username")
    origin = origin_of(call.world, webhook, name, avatar_url)
    creator = call.world.users[webhook.creator_id]
    messages.create_and_show(call.world, creator, channel, draft, origin)


ROUTES = tuple(
    Route("POST", f"{WITH_TOKEN}/{service}", handler, public=True, exempt=True)
    for service, handler in (("slack", execute_slack), ("github", execute_github))
)
