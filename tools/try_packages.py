"""Install every package of a folder in a fresh environment of its own, and start what it brings."""

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = (["tocsin", "--version"], ["tocsin", "--help"], ["discord-sandbox", "--help"])


def try_package(package: Path) -> None:
    """Install one wheel or source package with the pinned versions, and start its programs."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        venv.create(place, with_pip=False, symlinks=True)
        pip = [sys.executable, "-m", "pip", "--python", str(place / "bin" / "python"), "install"]
        pins = ["--constraint", str(ROOT / "constraints.txt")]
        subprocess.run([*pip, "--quiet", "--no-compile", *pins, str(package)], check=True)
        for program, *arguments in PROGRAMS:
            command = [str(place / "bin" / program), *arguments]
            ran = subprocess.run(command, check=True, cwd=place, capture_output=True, text=True)
            print(
                f"{package.name}: {program} {' '.join(arguments)}: {ran.stdout.split(chr(10))[0]}"
            )


def main() -> None:
    """Try each package in the folder that the first argument names."""
    packages = sorted(Path(sys.argv[1]).glob("tocsin-*"))
    if not packages:
        sys.exit(f"there is no package in {sys.argv[1]}")
    for package in packages:
        try_package(package)


if __name__ == "__main__":
    main()
