"""The page's source: modules that can be read in one sitting, and markdown that costs little."""

import re
import subprocess
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from playwright.async_api import Page
from tests.page.conftest import World
from tests.requirements import skip_unless

PAGE = Path(__file__).parents[2] / "src/discord_sandbox/page"
MODULES = sorted(PAGE.rglob("*.js"))
LONGEST_MODULE = 400


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PAGE)))
def test_a_module_says_what_it_is_and_stays_short(module: Path) -> None:
    """A heading comment, fewer than 400 lines, and no markup made from text."""
    text = module.read_text("utf-8")
    assert text.startswith("// ")
    assert len(text.splitlines()) < LONGEST_MODULE
    for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert forbidden not in text


def test_every_module_is_javascript() -> None:
    """node parses each of them."""
    node = which("node")
    skip_unless(node, "no node: install Node.js 20 or later")
    for module in MODULES:
        done = subprocess.run(
            [str(node), "--check", str(module)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


_WORDS = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)
"""Comments and strings, in which names mean nothing."""
_EXPORTED = re.compile(r"^export (?:async )?(?:function|const|let|class) (\w+)", re.MULTILINE)


def _imported(code: str) -> set[str]:
    lists = re.findall(r"import \{([^}]*)\} from", code)
    return {name.split(" as ")[-1].strip() for found in lists for name in found.split(",")} - {""}


def _declares(name: str, code: str) -> bool:
    """Whether a module has the name of its own: declared, as a parameter, or as a method."""
    own = rf"\b(?:const|let|function|class)\s+{name}\b|[{{,(]\s*{name}\s*[,}}=)]"
    method = rf"(?:^|[,{{])\s*(?:async )?{name}\([^)]*\)\s*\{{"
    return re.search(f"{own}|{method}", code, re.MULTILINE) is not None


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PAGE)))
def test_what_a_module_calls_of_another_it_imports(module: Path) -> None:
    """No call of what another module exports without its import, and no import without its use."""
    exported = {name for one in MODULES for name in _EXPORTED.findall(one.read_text("utf-8"))}
    code = _WORDS.sub(" ", module.read_text("utf-8"))
    imported, body = _imported(code), re.sub(r"import [^;]*;", "", code)
    called = {name for name in exported if re.search(rf"(?<![.\w$]){name}\s*\(", body)}
    assert {name for name in called - imported if not _declares(name, body)} == set()
    assert {name for name in imported if not re.search(rf"(?<![\w$]){name}\b", body)} == set()


@pytest.fixture
async def page(quiet_world: World) -> Page:
    return await quiet_world.window(quiet_world.ada)


async def _parse(page: Page, text: str) -> Any:
    script = "async (text) => (await import('/text/inline.js')).parseInline(text)"
    return await page.evaluate(script, text)


async def test_inline_markdown_is_read_as_people_expect(page: Page) -> None:
    """Marks nest, names with underscores stay whole, escapes hold, addresses end before the comma."""
    bold = {"type": "bold", "children": ["a ", {"type": "italic", "children": ["b"]}]}
    assert await _parse(page, "**a *b***") == [bold]
    assert await _parse(page, "snake_case_name and 2 * 3 * 4") == ["snake_case_name and 2 * 3 * 4"]
    assert await _parse(page, r"\*not\* this") == ["*not* this"]
    assert await _parse(page, "`a *b*`") == [{"type": "code", "text": "a *b*"}]
    assert await _parse(page, "<t:12:R>") == [{"type": "time", "seconds": 12, "style": "R"}]
    assert await _parse(page, "[x](javascript:alert(1))") == ["[x](javascript:alert(1))"]
    (link, rest) = await _parse(page, "https://a.b/c, d")
    assert (link["url"], rest) == ("https://a.b/c", ", d")


@pytest.mark.parametrize("piece", ["*", "**a", "[", "[a](http://x", "_a*b", "||", "`", "~~_"])
async def test_marks_that_are_never_closed_cost_little(page: Page, piece: str) -> None:
    """4,000 characters made to be slow are read in well under a second."""
    script = """async (text) => {
      const { parseInline } = await import('/text/inline.js');
      const before = performance.now();
      parseInline(text);
      return performance.now() - before;
    }"""
    assert await page.evaluate(script, (piece * 4000)[:4000]) < 1000


async def test_blocks_are_told_apart(page: Page) -> None:
    """Headings, quotes, lists, code and small print each become a block of their own."""
    text = "# T\nhi\n> q\n- a\n  - b\n```py\ncode\n```\n-# small\n>>> all\nrest"
    script = (
        "async (text) => (await import('/text/blocks.js')).parseBlocks(text).map((b) => b.type)"
    )
    kinds = ["heading", "text", "quote", "list", "code", "small", "quote"]
    assert await page.evaluate(script, text) == kinds


async def test_every_timestamp_style_is_in_the_readers_zone(page: Page) -> None:
    """A window in Berlin shows Berlin's time in each of the seven styles."""
    script = """async () => {
      const { timestampText } = await import('/text/timestamps.js');
      return [...'tTdDfFR'].map((style) => timestampText(1767268800, style, 1767268500000));
    }"""
    assert await page.evaluate(script) == [
        "13:00",
        "13:00:00",
        "01/01/2026",
        "1 January 2026",
        "1 January 2026 at 13:00",
        "Thursday, 1 January 2026 at 13:00",
        "in 5 minutes",
    ]
