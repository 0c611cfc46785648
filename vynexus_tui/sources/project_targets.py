"""Read which targets the projects of a person have: Makefile, justfile, package.json. Read only, nothing is executed."""

import json
import os
import re
import stat
from collections.abc import Iterable
from itertools import islice

from vynexus_tui.domain.targets import ProjectTarget

MOST_FOLDERS = 50
"""Folders that are looked into; each costs at most six failing opens, 0.1 ms."""
_MOST_BYTES = 256 * 1024
"""A larger file was written by a program."""
_MOST_TARGETS = 200
_MOST_LINES = 40
_LONGEST_LINE = 2000
_SPECIAL = ("/proc", "/sys", "/dev", "/net")
"""Not folders of a disk; looking into /net may mount something."""
_MAKEFILES = ("GNUmakefile", "makefile", "Makefile")
"""In the order in which GNU make looks for them; it reads the first."""
_JUSTFILES = ("justfile", ".justfile", "Justfile")
_RUNNERS = ("npm run", "pnpm run", "yarn", "yarn run", "bun run")
_MAKE_RULE = re.compile(r"(?![ \t#])([^:=#\t]+?)[ \t]*::?(?![:=])(?P<needs>[^;#=]*)(?:;(?P<first>.*))?(?:#.*)?$")
_MAKE_NAME = re.compile(r"[A-Za-z0-9][\w./-]*$")
_JUST_RULE = re.compile(r"@?(?P<name>[A-Za-z_][\w-]*+)(?:\s[^:]*)?:(?!=)(?P<needs>[^#]*)")
_MAKE_PREFIX = re.compile(r"[ \t]*[@+-]*[ \t]*")
_SUBCALL = re.compile(r"\$[({]MAKE[)}]")


def read_project_targets(folders: Iterable[str]) -> tuple[ProjectTarget, ...]:
    """All targets of the first 50 of these folders, in this order. What cannot be read has none."""
    found: list[ProjectTarget] = []
    for folder in islice((f for f in dict.fromkeys(folders) if f.startswith("/") and not f.startswith(_SPECIAL)), MOST_FOLDERS):
        makefile = _first_text(folder, _MAKEFILES)
        if makefile is not None:
            found += parse_makefile(makefile, folder)
        justfile = _first_text(folder, _JUSTFILES)
        if justfile is not None:
            found += parse_justfile(justfile, folder)
        package = _first_text(folder, ("package.json",))
        if package is not None:
            found += parse_package_scripts(package, folder)
    return tuple(found)


def parse_makefile(text: str, folder: str) -> tuple[ProjectTarget, ...]:
    """Targets with a recipe or with prerequisites that have one; what they need runs first."""
    recipes: dict[str, list[str]] = {}
    needs: dict[str, list[str]] = {}
    current: list[str] = []
    for line in _joined(text):
        if line.startswith("\t"):
            for name in current:
                recipes[name].append(_SUBCALL.sub("make", _MAKE_PREFIX.sub("", line, count=1)))
        elif rule := _MAKE_RULE.match(line):
            current = [name for name in rule[1].split() if _MAKE_NAME.match(name) and (name in recipes or len(recipes) < _MOST_TARGETS)]
            for name in current:
                recipes.setdefault(name, [])
                needs.setdefault(name, []).extend(n for n in rule["needs"].split() if n != "|")
                if rule["first"]:
                    recipes[name].append(rule["first"].strip())
        elif line.strip() and not line.startswith("#"):
            current = []
    return _targets("make", folder, recipes, needs)


def parse_justfile(text: str, folder: str) -> tuple[ProjectTarget, ...]:
    """Recipes of a justfile; what they need runs first. A recipe that is a program of its own (`#!`) is one line nobody types."""
    recipes: dict[str, list[str]] = {}
    needs: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in _joined(text):
        if line[:1] in (" ", "\t"):
            if current is not None and line.strip() and not line.lstrip().startswith("# "):
                current.append(line.strip().lstrip("@-"))
        elif (rule := _JUST_RULE.match(line)) and len(recipes) < _MOST_TARGETS:
            current = recipes.setdefault(rule["name"], [])
            needs[rule["name"]] = re.findall(r"[A-Za-z_][\w-]*", rule["needs"].partition("&&")[0])
        elif line.strip() and not line.startswith(("#", "[")):
            current = None
    return _targets("just", folder, recipes, needs)


def parse_package_scripts(text: str, folder: str) -> tuple[ProjectTarget, ...]:
    """The scripts of a package.json, by every runner that may be typed; a script's pre and post scripts run around it."""
    try:
        package = json.loads(text)
    except (ValueError, RecursionError):  # RecursionError: a file of brackets
        return ()
    scripts = package.get("scripts") if isinstance(package, dict) else None
    if not isinstance(scripts, dict):
        return ()
    plain = {name: line for name, line in islice(scripts.items(), _MOST_TARGETS) if isinstance(line, str) and line.strip() and name.split()}
    found = []
    for name in plain:
        lines = tuple(plain[n] for n in (f"pre{name}", name, f"post{name}") if n in plain)
        shorter = (f"npm {name}",) if name in ("test", "start", "stop", "restart") else ()
        found += [ProjectTarget(command, folder, lines) for command in (*(f"{r} {name}" for r in _RUNNERS), *shorter)]
    return tuple(found)


def _targets(runner: str, folder: str, recipes: dict[str, list[str]], needs: dict[str, list[str]]) -> tuple[ProjectTarget, ...]:
    own = {name: [line for line in lines if line.strip()][:_MOST_LINES] for name, lines in recipes.items()}
    needed = {name: [need for need in dict.fromkeys(needs[name]) if need in recipes] for name in recipes}
    whole = {name: _with_needs(name, own, needed, set()) for name in recipes}
    return tuple(ProjectTarget(f"{runner} {name}", folder, tuple(lines)) for name, lines in whole.items() if lines)


def _with_needs(name: str, own: dict[str, list[str]], needed: dict[str, list[str]], seen: set[str]) -> list[str]:
    """The first lines of what it needs and its own; each target once, as make runs them. At most 200 deep: so many are read."""
    seen.add(name)
    lines: list[str] = []
    for need in needed[name]:
        if len(lines) >= _MOST_LINES:
            break
        if need not in seen:
            lines += _with_needs(need, own, needed, seen)
    return [*lines, *own[name]][:_MOST_LINES]


def _joined(text: str) -> list[str]:
    """Lines, with a line that ends in a backslash and the next one as one; without those that only a program writes."""
    return [line for line in re.sub(r"(?<![ \t])[ \t]*+\\\r?\n[ \t]*+", " ", text).splitlines() if len(line) <= _LONGEST_LINE]


def _first_text(folder: str, names: Iterable[str]) -> str | None:
    return next((text for name in names if (text := _read_small(f"{folder}/{name}")) is not None), None)


def _read_small(path: str) -> str | None:
    """A regular file of at most 256 KB; None for anything else. Never waits for a pipe's writer."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except (OSError, ValueError):  # ValueError: NUL in a recorded folder
        return None
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST_BYTES:
            return None
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(_MOST_BYTES).decode("utf-8", "surrogateescape")
    except OSError:
        return None
    finally:
        os.close(handle)
