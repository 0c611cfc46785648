"""Targets are read from what lies in a folder, whatever it is, and nothing is executed."""

import json
import os
import time
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from vynexus_tui.domain.targets import ProjectTarget
from vynexus_tui.sources.project_targets import parse_justfile, parse_makefile, parse_package_scripts, read_project_targets

MAKEFILE = """\
.PHONY: all build
VERSION := 1.2
IMAGE ?= shop:$(VERSION)
all: build test
build: setup
\t@docker build -t $(IMAGE) .
\t-docker push $(IMAGE)
setup:
\tnpm ci \\
\t  --no-audit
# comment: not a target
test check:: ; pytest -q
%.o: %.c
\tcc -c $<
release: build
\t$(MAKE) test
empty:
"""


def _lines(targets: tuple[ProjectTarget, ...]) -> dict[str, tuple[str, ...]]:
    return {target.command: target.lines for target in targets}


def test_a_makefile_gives_each_target_with_what_it_needs_first():
    build = ("npm ci --no-audit", "docker build -t $(IMAGE) .", "docker push $(IMAGE)")
    assert _lines(parse_makefile(MAKEFILE, "/p")) == {
        "make all": (*build, "pytest -q"),
        "make build": build,
        "make setup": build[:1],
        "make test": ("pytest -q",),
        "make check": ("pytest -q",),
        "make release": (*build, "make test"),
    }


def test_all_that_a_target_needs_is_run_however_wide_or_deep():
    wide = "all: " + " ".join(f"n{k}" for k in range(15)) + "\n" + "".join(f"n{k}:\n\techo {k}\n" for k in range(15))
    assert _lines(parse_makefile(wide, "/p"))["make all"] == tuple(f"echo {k}" for k in range(15))
    deep = "".join(f"n{k}: n{k + 1}\n\techo {k}\n" for k in range(199)) + "n199:\n\techo 199\n"
    assert _lines(parse_makefile(deep, "/p"))["make n180"] == tuple(f"echo {k}" for k in range(199, 179, -1))
    assert len(_lines(parse_makefile(deep, "/p"))["make n0"]) == 40


def test_a_justfile_gives_its_recipes():
    text = "set shell := ['bash']\nimage := 'shop'\n\n[private]\n@build tag='x': setup\n    docker build -t {{image}}:{{tag}} .\n\nsetup:\n  @npm ci\n"
    assert _lines(parse_justfile(text, "/p")) == {
        "just build": ("npm ci", "docker build -t {{image}}:{{tag}} ."),
        "just setup": ("npm ci",),
    }


def test_package_scripts_run_with_what_comes_before_and_after():
    text = json.dumps({"scripts": {"build": "tsc -p .", "prebuild": "rm -rf dist", "test": "vitest run", "bad": 3, "": "x", "empty": " "}})
    found = _lines(parse_package_scripts(text, "/p"))
    assert found["npm run build"] == found["yarn build"] == ("rm -rf dist", "tsc -p .")
    assert found["npm test"] == ("vitest run",)
    assert not any("bad" in command or "empty" in command for command in found)


def test_all_three_are_read_and_the_folder_is_kept(tmp_path):
    (tmp_path / "Makefile").write_text(MAKEFILE)
    (tmp_path / ".justfile").write_text("up:\n  docker compose up -d\n")
    (tmp_path / "package.json").write_text('{"scripts": {"lint": "eslint ."}}')
    found = read_project_targets([str(tmp_path), str(tmp_path)])
    assert {"make build", "just up", "npm run lint"} <= {t.command for t in found}
    assert {t.folder for t in found} == {str(tmp_path)}
    assert len(found) == len(set(found))


def test_of_two_makefiles_the_one_that_make_reads_counts(tmp_path):
    (tmp_path / "Makefile").write_text("a:\n\tone\n")
    (tmp_path / "GNUmakefile").write_text("a:\n\ttwo\n")
    assert [t.lines for t in read_project_targets([str(tmp_path)])] == [("two",)]


def test_pipes_directories_devices_and_large_files_are_left_alone(tmp_path: Path):
    for name in ("pipe", "directory", "device", "large", "missing"):
        (tmp_path / name).mkdir()
    os.mkfifo(tmp_path / "pipe/Makefile")
    (tmp_path / "directory/Makefile").mkdir()
    (tmp_path / "device/Makefile").symlink_to("/dev/zero")
    (tmp_path / "large/Makefile").write_text("a:\n\techo a\n" + "#" * 300_000)
    folders = [str(tmp_path / name) for name in ("pipe", "directory", "device", "large", "missing", "gone")]
    assert read_project_targets([*folders, "relative", "/dev", "", "with\0nul", "/with\0nul"]) == ()


def test_nothing_of_a_makefile_is_executed(tmp_path: Path):
    (tmp_path / "Makefile").write_text(f"X := $(shell touch {tmp_path}/ran)\na: $(X)\n\ttouch {tmp_path}/ran\n")
    assert len(read_project_targets([str(tmp_path)])) == 1
    assert not (tmp_path / "ran").exists()


def test_no_more_than_fifty_folders_are_looked_into(tmp_path: Path):
    for number in range(60):
        (tmp_path / f"{number}").mkdir()
        (tmp_path / f"{number}/Makefile").write_text("a:\n\techo a\n")
    assert len(read_project_targets(str(tmp_path / f"{n}") for n in range(60))) == 50


@given(st.text(alphabet="ab:\t\n =\\$(){}@-;#|&%", max_size=300))
def test_any_text_is_read_without_an_error(text):
    for target in (*parse_makefile(text, "/p"), *parse_justfile(text, "/p"), *parse_package_scripts(text, "/p")):
        assert target.lines
        assert all(target.command.split())


def test_texts_made_to_be_slow_are_read_at_once():
    size = 256 * 1024
    chain = "".join(f"a{n}: a{n + 1}\n\techo {n}\n" for n in range(12_000))
    entangled = ("".join(f"t{n}: " + " ".join(f"t{k}" for k in range(198)) + "\n" for n in range(199)))[:size]
    for text in (
        entangled,
        " " * size,
        ("a" * 1999 + "\n") * 128,
        "\\\n" * (size // 2),
        ": " * (size // 2),
        "[" * size,
        "{{" * (size // 2),
        chain,
    ):
        began = time.perf_counter()
        parse_makefile(text, "/p")
        parse_justfile(text, "/p")
        parse_package_scripts(text, "/p")
        assert time.perf_counter() - began < 3, text[:20]
