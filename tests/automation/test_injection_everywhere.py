"""Hostile values x quoting contexts x templates, called plainly, from a later step, and printed: argv identical, nothing executed.

1,595 calls; with VYNEXUS_EXHAUSTIVE=1 also with two such values at once.
"""

import itertools
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.automation.conftest import Workshop
from tests.automation.test_injection import HOSTILE
from vynexus_tui.domain.automations import Automation

_IS_EXHAUSTIVE = os.environ.get("VYNEXUS_EXHAUSTIVE") == "1"
VALUES = [*HOSTILE, '"${x}"', "${y}", "\x01x\x02", "-rf", "a&b", "\\0"]
CONTEXTS = [
    ("show {x}", ["X"]),
    ("show 'a {x} b' {x}", ["a X b", "X"]),
    ('show "a {x} b" --n="{x}"', ["a X b", "--n=X"]),
    ("show pre{x}post --name={x}", ["preXpost", "--name=X"]),
    ("show -- {x} && show 'it'\"'\"'s' {x}", ["it's", "X"]),
    ("A=1 show {x} | cat", ["X"]),
    ("show a || show {x}", None),
    ("test -n {x} && show {x}", ["X"]),
    ("show {x} > out.txt && cat out.txt", ["X"]),
    ("sort {x} > {x}.sorted", None),
    ("cp {x} copies/", None),
    ("curl -s http://127.0.0.1:1/{x}", None),
    ("make NAME={x}", None),
]
"""A step, and what `show` is called with; None where the step does not say it."""


def _call(workshop: Workshop, automation: Automation, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    result = workshop.run(automation, *arguments)
    left = {path.name for path in (workshop.folder / "work").iterdir()} - {"out.txt"}
    assert left == set(), (automation.script.text, arguments, left)
    return result


def _show(folder: Path, text: bytes) -> bytes:
    """What the printed steps do when they are typed."""
    environment = {"PATH": f"{folder / 'bin'}:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    return subprocess.run(["bash"], input=text, cwd=folder / "work", env=environment, capture_output=True, timeout=20).stdout


@pytest.mark.parametrize(("step", "argv"), CONTEXTS)
def test_no_value_is_code_in_any_place_and_way_of_calling(workshop: Workshop, step: str, argv: list[str] | None) -> None:
    automation = workshop.made("show first", step, "show last", values=[{"x": "one"}, {"x": "two"}, {"x": "three"}])
    for value in VALUES:
        full = _call(workshop, automation, value)
        resumed = _call(workshop, automation, "--from", "2", value)
        printed = _call(workshop, automation, "--dry-run", value)
        assert len({r.returncode for r in (full, resumed)}) == 1
        if value.startswith(("-", "|")) or full.returncode == 64:
            assert {r.returncode for r in (full, resumed, printed)} == {64}
            continue
        assert printed.returncode == 0, printed.stderr
        if argv is not None:
            expected = "".join(f"<{word.replace('X', value)}>" for word in argv).encode()
            assert full.stdout.endswith(expected + b"<last>"), (value, full)
            assert resumed.stdout.endswith(expected + b"<last>"), (value, resumed)
            assert b"<first>" not in resumed.stdout
            assert _show(workshop.folder, printed.stdout) == full.stdout, (value, printed.stdout.decode())
        (workshop.folder / "work" / "out.txt").unlink(missing_ok=True)


def test_a_value_that_make_reads_again_is_held_to_its_class(workshop: Workshop) -> None:
    automation = workshop.made("show first", "make NAME={x}", values=[{"x": "one"}, {"x": "two"}])
    for value in VALUES:
        assert workshop.run(automation, value).returncode == 64, value
        assert workshop.run(automation, "--dry-run", value).returncode == 64, value
    assert b"make NAME='web-1'" in workshop.run(automation, "--dry-run", "web-1").stdout


@pytest.mark.parametrize("step", ["--from", "--dry-run"])
def test_the_number_of_a_step_is_no_code_either(workshop: Workshop, step: str) -> None:
    automation = workshop.made("show a", "show b {x}", values=[{"x": "one"}, {"x": "two"}])
    for value in [*VALUES, "a[$(touch PWNED)]", "0", "3", "1 ", "1\n", "@(1|2)", "?", "[1-2]", "08", "1+1"]:
        result = _call(workshop, automation, step, value, "v", "w")
        assert (result.returncode, result.stdout) == (64, b""), value


def test_values_that_look_like_another_parameter_are_printed_as_they_are(workshop: Workshop) -> None:
    automation = workshop.made("show 'a {x}' {y}", 'show "{y} b" {x}', values=[{"x": "one", "y": "a"}, {"x": "two", "y": "b"}])
    pairs = list(itertools.product(VALUES, VALUES)) if _IS_EXHAUSTIVE else [(v, '"${x}"') for v in VALUES] + [('"${y}"', v) for v in VALUES]
    for x, y in pairs:
        if x.startswith(("-", "|")) or y.startswith(("-", "|")):
            continue
        names = [p.name for p in automation.parameters]
        arguments = [{"x": x, "y": y}[name] for name in names]
        printed = _call(workshop, automation, "--dry-run", *arguments)
        assert not re.search(rb"\x01|\x02", printed.stdout)
        assert _show(workshop.folder, printed.stdout) == f"<a {x}><{y}><{y} b><{x}>".encode(), (x, y, printed.stdout)
