"""`tocsin legacy`: from the old folder and back, as a person does it."""

import json
from pathlib import Path

import pytest
from tests.cli.command_line import SERVER, CommandLine
from tests.legacy.folder import ANN, event_id, member, write
from tests.store.stored_calendar import NOW

AT = ("--now", NOW.isoformat())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one member, to whom one reminder of two was sent."""
    soon = event_id(2)
    return write(
        tmp_path / "old",
        subscriptions={str(ANN): member("ruins", times=("1h", "0m"), created_by="web")},
        scheduled={soon: {str(ANN): [0]}},
        sent={soon: {str(ANN): [3600]}},
    )


def test_there_and_back(tocsin: CommandLine, folder: Path, tmp_path: Path) -> None:
    """What was imported is exported as it was, the server being new; a second import changes nothing."""
    first = tocsin("legacy", "import", folder, "--server", SERVER, *AT)
    assert first.code == 0, first.err
    assert "users: 1 in the file, 1 here now" in first.out
    assert "created_by" in first.out
    second = tocsin("legacy", "import", folder, "--server", SERVER, *AT)
    assert "Nothing has changed." in second.out
    exported = tocsin("legacy", "export", tmp_path / "new", "--server", SERVER, *AT)
    assert exported.code == 0, exported.err
    for file in folder.iterdir():
        assert json.loads((tmp_path / "new" / file.name).read_text()) == json.loads(
            file.read_text()
        )


def test_the_report_for_programs_has_every_line(tocsin: CommandLine, folder: Path) -> None:
    """Counts, fixes, drops and notes."""
    told = tocsin("legacy", "import", folder, "--server", SERVER, *AT, "--json").told
    assert (told["users_before"], told["users_after"], told["sent"]) == (1, 1, 1)
    assert told["server_id"] == SERVER
    assert told["drops"] == []
    assert [note["file"] for note in told["notes"]] == ["subscription_tracker.json"]


def test_a_dry_run_makes_no_database(bare: CommandLine, folder: Path) -> None:
    """It says what would happen, and leaves nothing behind."""
    ran = bare("legacy", "import", folder, "--server", SERVER, *AT, "--dry-run")
    assert ran.code == 0, ran.err
    assert "Nothing was written." in ran.out
    assert not (bare.folder / "tocsin.db").exists()


def test_other_names_and_the_folder_come_from_settings_or_options(
    tocsin: CommandLine, folder: Path
) -> None:
    """An option wins over the setting."""
    (folder / "dm_sent_tracker.json").rename(folder / "a.json")
    (folder / "dm_scheduled_tracker.json").rename(folder / "b.json")
    tocsin.file(
        "tocsin.toml", "[legacy]", f'directory = "{folder}"', 'sent = "a.json"', 'scheduled = "c"'
    )
    told = tocsin(
        "legacy", "import", "--server", SERVER, *AT, "--scheduled", "b.json", "--json"
    ).told
    assert told["sent"] == 1
    assert not [note for note in told["notes"] if "not in the folder" in note["what"]]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("import", "nowhere"), "there is none of the files"),
        (("import",), "legacy.directory"),
        (("import", "old", "--now", "2026-03-02"), "--now takes an instant"),
        (("import", "old", "--sent", "../x.json"), "is no file's name"),
        (("import", "old", "--sent", "failed_dm_log.json"), "the same name"),
        (("export", "new"), "There is no server 4242"),
    ],
)
def test_wrong_use_is_told(
    tocsin: CommandLine, folder: Path, arguments: tuple[str, ...], said: str
) -> None:
    """Exit code 2, and what to do."""
    ran = tocsin("legacy", *arguments, "--server", SERVER)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_file_that_is_no_json_is_named(tocsin: CommandLine, folder: Path) -> None:
    """With line and column, and nothing has changed."""
    (folder / "failed_dm_log.json").write_text("[\n  {]\n")
    ran = tocsin("legacy", "import", folder, "--server", SERVER)
    assert ran.code == 2
    assert "failed_dm_log.json, line 2, column 4" in ran.err
    assert tocsin("status", "--json").told["servers"] == []
