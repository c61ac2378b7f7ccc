"""Parts of what GitHub tells a webhook, as small as they may be."""

SENDER = {
    "id": 1,
    "login": "ann",
    "html_url": "https://github.com/ann",
    "avatar_url": "https://avatars.githubusercontent.com/u/1",
}
REPOSITORY = {
    "id": 2,
    "name": "bells",
    "full_name": "ann/bells",
    "html_url": "https://github.com/ann/bells",
}
ISSUE = {
    "id": 3,
    "number": 7,
    "title": "It rings",
    "body": "All night.",
    "html_url": "https://github.com/ann/bells/issues/7",
    "user": SENDER,
}
COMMENT = {
    "id": 4,
    "html_url": "https://github.com/ann/bells/issues/7#c4",
    "user": SENDER,
    "body": "It does.",
    "commit_id": "0123456789abcdef",
}
SUITE = {
    "head_sha": "0123456789abcdef",
    "head_branch": "main",
    "conclusion": "failure",
    "app": {"name": "GitHub Actions"},
}
RUN = {
    "name": "tests",
    "html_url": "https://github.com/ann/bells/runs/5",
    "conclusion": "success",
    "check_suite": SUITE,
    "output": {"title": "Passed", "summary": "All of them."},
}
RELEASE = {
    "id": 6,
    "tag_name": "v1",
    "html_url": "https://github.com/ann/bells/releases/v1",
    "author": SENDER,
}
REVIEW = {
    "user": SENDER,
    "html_url": "https://github.com/ann/bells/pull/7#r1",
    "state": "approved",
    "body": "Good.",
}
COMMIT = {
    "id": "0123456789",
    "url": "https://github.com/ann/bells/commit/0",
    "message": "Ring",
    "author": {"name": "Ann", "username": "ann"},
}
