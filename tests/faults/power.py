"""Power cuts: what was never synced is gone.

A preloaded library copies each file of the database whenever it has been synced; the copies are put in the files'
places after the kill. So nothing is assumed of SQLite: what it did not sync is lost, whatever it promises.
"""

import shutil
import subprocess
from pathlib import Path

_SOURCE = Path(__file__).with_name("synced.c")
FILES = ("", "-wal")


class NoCompiler(Exception):
    """There is no C compiler to build the library with."""


def build_library(folder: Path, source: Path = _SOURCE) -> Path:
    """The library to preload, in a folder of its own. Raises NoCompiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise NoCompiler("a library to preload needs a C compiler (cc)")
    library = folder / source.with_suffix(".so").name
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", library, source, "-ldl"], check=True)
    return library


class Power:
    """The power of one database. `environment` is for the bot that has the library preloaded."""

    def __init__(self, database: Path, folder: Path) -> None:
        self._database = database
        self._folder = folder
        folder.mkdir(exist_ok=True)
        self.environment = {"SYNCED_FILES": str(database), "SYNCED_FOLDER": str(folder)}

    def on(self) -> None:
        """Before a bot starts: all that stands in the files is synced."""
        for suffix in FILES:
            self._copy(self._file(suffix), self._kept(suffix))

    def cut(self) -> None:
        """After the kill: the files are as they were last synced."""
        for suffix in FILES:
            self._copy(self._kept(suffix), self._file(suffix))
        self._file("-shm").unlink(missing_ok=True)

    def _file(self, suffix: str) -> Path:
        return self._database.with_name(self._database.name + suffix)

    def _kept(self, suffix: str) -> Path:
        return self._folder / self._file(suffix).name

    @staticmethod
    def _copy(source: Path, target: Path) -> None:
        if source.exists():
            shutil.copyfile(source, target)
        else:
            target.unlink(missing_ok=True)
