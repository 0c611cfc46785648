"""The house's style, as tests: sizes, excepts, docstrings, purity."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "vynexus_tui"
FILES = sorted(PACKAGE.rglob("*.py"))
PURE_ROOMS = ("domain", "language", "mining", "automation", "performance")
PURE_IMPORTS = frozenset(
    "__future__ abc bisect collections contextlib dataclasses datetime difflib enum fnmatch functools hashlib heapq ipaddress itertools"
    " json math operator posixpath re shlex statistics string struct textwrap typing unicodedata".split()
)


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_fits_in_400_lines_and_a_function_in_60(path: Path) -> None:
    assert path.read_text(encoding="utf-8").count("\n") <= 400
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, f"{node.name} is too long"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(tree_of(path)), "no module docstring"


def test_anything_is_caught_in_exactly_two_places() -> None:
    broad = [
        name_of(path)
        for path in FILES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ExceptHandler) and (node.type is None or getattr(node.type, "id", "") == "Exception")
    ]
    assert broad == ["cli/cycle_command.py", "tui/snapshot_feed.py"]


@pytest.mark.parametrize("room", PURE_ROOMS)
def test_a_thinking_room_touches_nothing(room: str) -> None:
    for path in (PACKAGE / room).rglob("*.py"):
        for node in ast.walk(tree_of(path)):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                modules = [node.module]
            for module in modules:
                top = module.split(".")[0]
                assert top in PURE_IMPORTS or top == "vynexus_tui", f"{name_of(path)} imports {module}"
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("open", "input", "print", "exec", "eval"), f"{name_of(path)} calls {node.func.id}"


def test_there_are_no_rooms_for_leftovers() -> None:
    forbidden = {"utils", "helpers", "common", "manager", "types", "misc"}
    assert not [name_of(p) for p in FILES if p.stem in forbidden or p.parent.name in forbidden]


def test_nothing_is_left_to_do() -> None:
    marks = ("TO" + "DO", "FIX" + "ME", "XX" + "X:", "NotImplemented" + "Error")
    assert not [name_of(p) for p in FILES if any(mark in p.read_text(encoding="utf-8") for mark in marks)]
