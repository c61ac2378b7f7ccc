"""GitHub's events one by one: the embed of each, of a payload that has been checked."""

from __future__ import annotations

from discord_sandbox.model import Json

_PUSHED, _FORCED = 0x7289DA, 0xFC2929
_OPENED, _REOPENED = 0xEB6420, 0xFCBD1F
_COMMENTED, _REVIEWED = 0xE68D60, 0xBFE5BF
_GOOD, _BAD = 0x009800, 0xFC2929
_MOST_COMMITS = 5
_LONGEST_TEXT = 500
_BRANCH = "refs/heads/"

NEEDED: dict[str, tuple[str, ...]] = {
    "push": ("repository", "ref", "compare"),
    "commit_comment": ("repository", "comment"),
    "create": ("repository", "ref", "ref_type"),
    "delete": ("repository", "ref", "ref_type"),
    "fork": ("repository", "forkee"),
    "issues": ("repository", "issue"),
    "issue_comment": ("repository", "issue", "comment"),
    "member": ("repository", "member"),
    "public": ("repository",),
    "pull_request": ("repository", "pull_request"),
    "pull_request_review": ("repository", "pull_request", "review"),
    "pull_request_review_comment": ("repository", "pull_request", "comment"),
    "release": ("repository", "release"),
    "watch": ("repository",),
    "check_run": ("repository", "check_run"),
    "check_suite": ("repository", "check_suite"),
    "discussion": ("repository", "discussion"),
    "discussion_comment": ("repository", "discussion", "comment"),
}
"""The parts of a payload that its event's embed is made of."""


def shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 3] + "..."


def _embed(body: Json, title: str, url: str | None = None, **more: object) -> Json:
    """An embed about the repository, by whoever did it; what is None is left out."""
    sender = body["sender"]
    return {
        "title": f"[{body['repository']['full_name']}] {title}",
        "author": {
            "name": sender["login"],
            "url": sender["html_url"],
            "icon_url": sender["avatar_url"],
        },
        **({} if url is None else {"url": url}),
        **{name: value for name, value in more.items() if value is not None},
    }


def _text(part: Json) -> str | None:
    """What somebody wrote, as much of it as is shown."""
    return shortened(part["body"], _LONGEST_TEXT) if part.get("body") else None


def push(body: Json) -> Json | None:
    """The first commits of a push to a branch, or that it was forced; nothing of tags."""
    ref, commits, head = str(body["ref"]), body.get("commits") or [], body.get("head_commit")
    if not ref.startswith(_BRANCH):
        return None
    branch, name = ref.removeprefix(_BRANCH), body["repository"]["name"]
    if body.get("forced") and head is not None:
        embed = _embed(body, "", color=_FORCED, description=f"[Compare changes]({body['compare']})")
        embed["title"] = f"[{name}] Branch {branch} was force-pushed to `{head['id'][:7]}`"
        return embed
    if not commits:
        return None
    one = len(commits) == 1
    lines = [_commit_line(commit) for commit in commits[:_MOST_COMMITS]]
    url = commits[0]["url"] if one else body["compare"]
    embed = _embed(body, "", url, color=_PUSHED, description="\n".join(lines))
    embed["title"] = f"[{name}:{branch}] {len(commits)} new commit{'' if one else 's'}"
    return embed


def _commit_line(commit: Json) -> str:
    author = commit["author"]
    who = author.get("username") or author.get("name")
    said = shortened(commit["message"].split("\n")[0], 50)
    return f"[`{commit['id'][:7]}`]({commit['url']}) {said} - {who}"


def commit_comment(body: Json) -> Json:
    comment = body["comment"]
    title = f"New comment on commit `{(comment.get('commit_id') or '')[:7]}`"
    return _embed(body, title, comment["html_url"], description=_text(comment))


def create(body: Json) -> Json:
    return _embed(body, f"New {body['ref_type']} created: {body['ref']}")


def delete(body: Json) -> Json:
    return _embed(body, f"{str(body['ref_type']).capitalize()} deleted: {body['ref']}")


def fork(body: Json) -> Json:
    forkee = body["forkee"]
    return _embed(body, f"Fork created: {forkee['full_name']}", forkee["html_url"])


def issue(body: Json) -> Json:
    about, action = body["issue"], body["action"]
    title = f"Issue {action}: #{about['number']} {about['title']}"
    text = _text(about) if action == "opened" else None
    color = {"opened": _OPENED, "reopened": _REOPENED}.get(action)
    return _embed(body, title, about["html_url"], color=color, description=text)


def issue_comment(body: Json) -> Json:
    about, comment = body["issue"], body["comment"]
    pull = about.get("pull_request") is not None
    title = f"New comment on {'pull request' if pull else 'issue'} #{about['number']}"
    color = _REVIEWED if pull else _COMMENTED
    text = _text(comment)
    return _embed(
        body, f"{title}: {about['title']}", comment["html_url"], color=color, description=text
    )


def member(body: Json) -> Json:
    new = body["member"]
    return _embed(body, f"New collaborator added: {new['login']}", new["html_url"])


def public(body: Json) -> Json:
    return _embed(body, "Now open sourced!")


def pull_request(body: Json) -> Json:
    about, action = body["pull_request"], body["action"]
    title = f"Pull request {action}: #{about['number']} {about['title']}"
    text = _text(about) if action == "opened" else None
    color = {"opened": _GOOD, "reopened": _REOPENED}.get(action)
    return _embed(body, title, about["html_url"], color=color, description=text)


def review(body: Json) -> Json:
    about, given = body["pull_request"], body["review"]
    title = f"Pull request review submitted: #{about['number']} {about['title']}"
    return _embed(body, title, given["html_url"], description=_text(given))


def review_comment(body: Json) -> Json:
    about, comment = body["pull_request"], body["comment"]
    title = f"New review comment on pull request #{about['number']}: {about['title']}"
    text = _text(comment)
    return _embed(body, title, comment["html_url"], color=_REVIEWED, description=text)


def release(body: Json) -> Json:
    about = body["release"]
    return _embed(body, f"New release published: {about['tag_name']}", about["html_url"])


def star(body: Json) -> Json:
    return _embed(body, "New star added", body["repository"]["html_url"])


def check_run(body: Json) -> Json:
    run = body["check_run"]
    suite = run["check_suite"]
    output = run.get("output") or {}
    title = f"{run['name']} {run.get('conclusion')} on {suite.get('head_branch')}"
    text = output.get("title") or output.get("summary")
    said = None if not text else shortened(text, _LONGEST_TEXT)
    return _checked(body, title, run["html_url"], run.get("conclusion"), said)


def check_suite(body: Json) -> Json:
    suite = body["check_suite"]
    title = f"{suite['app']['name']} checks {suite.get('conclusion')} on {suite.get('head_branch')}"
    url = f"{body['repository']['html_url']}/commit/{suite['head_sha']}"
    return _checked(body, title, url, suite.get("conclusion"), None)


def _checked(body: Json, title: str, url: str, conclusion: object, text: str | None) -> Json:
    color = _GOOD if conclusion == "success" else _BAD
    embed = _embed(body, "", url, color=color, description=text)
    embed["title"] = f"[{body['repository']['name']}] {title}"
    return embed


def discussion(body: Json) -> Json:
    about = body["discussion"]
    title = f"New discussion #{about['number']}: {about['title']}"
    return _embed(body, title, about["html_url"], color=_COMMENTED, description=_text(about))


def answer(body: Json) -> Json:
    about, given = body["discussion"], body.get("answer") or {}
    title = f"Answered discussion #{about['number']}: {about['title']}"
    url = about.get("answer_html_url") or given.get("html_url") or about["html_url"]
    return _embed(body, title, url, color=_GOOD, description=_text(given))


def discussion_comment(body: Json) -> Json:
    about, comment = body["discussion"], body["comment"]
    title = f"New comment on discussion #{about['number']}: {about['title']}"
    text = _text(comment)
    return _embed(body, title, comment["html_url"], color=_COMMENTED, description=text)
