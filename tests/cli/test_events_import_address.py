"""`tocsin events import ADDRESS`: what an address answers comes in, or nothing does."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.cli.command_line import SERVER, CommandLine
from tests.cli.test_events_import import FIRST, HEAD


class _Calendars(BaseHTTPRequestHandler):
    """Answers /plan.csv with the class's content, and nothing else."""

    content = b""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/secret/plan.csv" else 404)
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def web() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Calendars) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_an_address_is_read_again_under_its_own_name(tocsin: CommandLine, web: str) -> None:
    """Its path, which may be a secret, is neither shown nor kept."""
    _Calendars.content = f"{HEAD}\n{FIRST}\n".encode()
    ran = tocsin("events", "import", f"{web}/secret/plan.csv", "--server", SERVER)
    assert (ran.code, ran.err) == (0, "")
    assert "1 event read: 1 new" in ran.out
    again = tocsin("events", "import", f"{web}/secret/plan.csv", "--server", SERVER)
    assert "Nothing has changed." in again.out
    assert "secret" not in ran.out + again.out
    assert b"secret" not in (tocsin.folder / "tocsin.db").read_bytes()


def test_an_address_that_answers_with_another_calendar_changes_nothing(
    tocsin: CommandLine, web: str
) -> None:
    """A calendar whose UIDs were made anew is still the same; one of other events is not."""

    def answer(uid: str, title: str, start: str) -> None:
        event = f"BEGIN:VEVENT\nUID:{uid}\nSUMMARY:{title}\nDTSTART:{start}\nEND:VEVENT\n"
        _Calendars.content = f"BEGIN:VCALENDAR\n{event}END:VCALENDAR\n".encode()

    arguments = ("events", "import", f"{web}/secret/plan.csv", "--server", SERVER)
    answer("a", "Meeting", "20300307T150000Z")
    assert tocsin(*arguments).code == 0
    answer("b", "Meeting", "20300307T150000Z")
    assert tocsin(*arguments).code == 0
    answer("c", "Cinema", "20300307T150000Z")
    ran = tocsin(*arguments)
    assert (ran.code, "another calendar" in ran.err) == (2, True)
    assert "secret" not in ran.err
    found = tocsin("events", "list", "--server", SERVER, "--from", "2030-03", "--json").told
    assert [one["title"] for one in found] == ["Meeting"]


def test_an_address_that_answers_nonsense_changes_nothing(tocsin: CommandLine, web: str) -> None:
    """An error there is exit code 1, a web page exit code 2."""
    _Calendars.content = b"<!doctype html><p>Log in"
    page = tocsin("events", "import", f"{web}/secret/plan.csv", "--server", SERVER)
    assert (page.code, "web page" in page.err) == (2, True)
    missing = tocsin("events", "import", f"{web}/none.csv", "--server", SERVER)
    assert (missing.code, "HTTP 404" in missing.err) == (1, True)
