"""A home to try scripts in, as whoever runs the tests and, when that is root, as an ordinary user too."""

import atexit
import os
import pickle
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from vynexus_tui.domain.settings import Sandbox
from vynexus_tui.domain.trials import SandboxCapability, SandboxLevel, Trial
from vynexus_tui.sandbox.automation_sandbox import AutomationSandbox

ROOT_OF_CHECKOUT = str(Path(__file__).resolve().parents[2])
DRIVER = str(Path(__file__).with_name("trial_driver.py"))
ORDINARY_USER = 12345
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TIGHT = Sandbox(wall_s=6.0, cpu_s=1, memory_mb=300, processes=64, disk_mb=48, inodes=3000, output_kb=64)


class Person:
    """Somebody with a home directory who tries scripts."""

    driver = DRIVER
    checkout = ROOT_OF_CHECKOUT
    now = NOW

    def __init__(self, home: Path, *, user: int, python: str) -> None:
        self.home = home
        self.user = user
        self.python = python
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(home), "USER": "someone", "LANG": "C.UTF-8"}

    def write(self, name: str, content: str | bytes = "", mode: int = 0o644) -> Path:
        path = self.home / name
        for folder in reversed(path.relative_to(self.home).parents[:-1]):
            if not (self.home / folder).exists():
                (self.home / folder).mkdir()
                os.chown(self.home / folder, self.user, self.user if self.user == ORDINARY_USER else -1)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path.chmod(mode)
        os.chown(path, self.user, self.user if self.user == ORDINARY_USER else -1)
        return path

    @property
    def identity(self) -> dict[str, Any]:
        """Arguments that make subprocess start a program as this person."""
        return {} if self.user == os.geteuid() else {"user": self.user, "group": self.user, "extra_groups": []}

    def own(self, tree: Path) -> None:
        """Makes everything below `tree` this person's."""
        if self.identity:
            subprocess.run(["chown", "-R", f"{self.user}:{self.user}", str(tree)], check=True)

    def try_script(
        self, script: str, *, settings: Sandbox = TIGHT, wrapper: tuple[str, ...] = (), is_cached: bool = True, **given: Any
    ) -> Trial:
        """The trial; in this process where nothing speaks against it."""
        given = {"cwd": str(self.home), "environment": self.environment, "now": NOW} | given
        if self.user == os.geteuid() and not wrapper:
            return AutomationSandbox(settings, home=str(self.home), cache_dir=cache_dir(self.user)).run_trial(script, **given)
        cache = cache_dir(self.user) if is_cached else None
        trial = self.ask(script, settings=settings, wrapper=wrapper, cache=cache, given=given)
        assert isinstance(trial, Trial)
        return trial

    def fingerprint(self, *more: Path) -> dict[str, tuple[object, ...]]:
        """Home, host and `more` as they are: compare before and after."""
        return fingerprint(self.home, *more, *HOST)

    def ask(
        self, script: str | None, *, settings: Sandbox = TIGHT, wrapper: tuple[str, ...] = (), cache: str | None = None, given: Any = None
    ) -> object:
        """The driver's answer: a Trial, or for no script the capability."""
        answer = subprocess.run(
            [*wrapper, self.python, DRIVER, ROOT_OF_CHECKOUT],
            input=self.request(script, settings=settings, cache=cache, given=given),
            stdout=subprocess.PIPE,
            env=self.environment,
            cwd="/",
            timeout=60,
            check=True,
            **self.identity,
        )
        return pickle.loads(answer.stdout)

    def request(
        self, script: str | None, *, settings: Sandbox = TIGHT, cache: str | None = None, given: Any = None, echo: bool = False
    ) -> bytes:
        asked = {"script": script, "settings": settings, "home": str(self.home), "masked_paths": (), "given": given, "echo": echo}
        asked["cache_dir"] = cache
        return pickle.dumps(asked)


@cache
def python_for_ordinary_user() -> str | None:
    """An interpreter an ordinary user may start and that can read this checkout; None where there is none."""
    check = f"import sys; sys.path.append({ROOT_OF_CHECKOUT!r}); assert sys.version_info >= (3, 11); import vynexus_tui.sandbox.launcher"
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        try:
            tried = subprocess.run(
                [python, "-B", "-c", check],
                user=ORDINARY_USER,
                group=ORDINARY_USER,
                extra_groups=[],
                env={},
                cwd="/",
                capture_output=True,
                check=False,
            )
        except OSError:
            continue
        if tried.returncode == 0:
            return python
    return None


@cache
def own_capability() -> SandboxCapability:
    return AutomationSandbox(Sandbox(), home="/", cache_dir=None).capability()


def _home(user: int) -> Path:
    home = Path(tempfile.mkdtemp(prefix="vx home:,", dir="/tmp"))  # characters that are syntax in mount options
    os.chown(home, user, user if user == ORDINARY_USER else -1)
    return home


def require_isolation() -> None:
    capability = own_capability()
    if capability.level is not SandboxLevel.FULL:
        pytest.skip(f"trials cannot be isolated here: {capability.failed_stage}")


def _person(user: int) -> Iterator[Person]:
    require_isolation()
    python = sys.executable
    if user != os.geteuid():
        found = python_for_ordinary_user()
        if os.geteuid() != 0 or found is None:
            pytest.skip("only root can become an ordinary user" if os.geteuid() else "no Python that an ordinary user may start")
        python = found
    home = _home(user)
    yield Person(home, user=user, python=python)
    subprocess.run(["chmod", "-R", "u+rwX", str(home)], check=False, capture_output=True)
    shutil.rmtree(home)


@pytest.fixture
def me() -> Iterator[Person]:
    """Whoever runs the tests."""
    yield from _person(os.geteuid())


@pytest.fixture
def ordinary_person() -> Iterator[Person]:
    """Somebody without rights, who may do to the host what is done to it on purpose."""
    yield from _person(os.geteuid() or ORDINARY_USER)


@pytest.fixture(params=["runner", "ordinary user"])
def person(request: pytest.FixtureRequest) -> Iterator[Person]:
    """Whoever runs the tests, then (if that is root) an ordinary user."""
    if request.param != "runner" and os.geteuid() != 0:
        pytest.skip("the tests already run as an ordinary user")
    yield from _person(os.geteuid() if request.param == "runner" else ORDINARY_USER)


@cache
def cache_dir(user: int) -> str:
    """Where one user's self-test is remembered while the tests run."""
    folder = tempfile.mkdtemp(prefix="vx-cache-", dir="/tmp")
    os.chown(folder, user, -1)
    atexit.register(shutil.rmtree, folder)
    return folder


def fingerprint(*trees: Path | str) -> dict[str, tuple[object, ...]]:
    """Mode, owner, size, mtime and ctime of everything below `trees`; ctime cannot be set back."""
    found: dict[str, tuple[object, ...]] = {}
    stack = [str(t) for t in trees]
    while stack:
        path = stack.pop()
        try:
            s = os.lstat(path)
        except FileNotFoundError:
            continue
        found[path] = (s.st_mode, s.st_uid, s.st_gid, 0 if stat.S_ISDIR(s.st_mode) else s.st_size, s.st_mtime_ns, s.st_ctime_ns)
        if stat.S_ISDIR(s.st_mode):
            try:
                stack += [f"{path}/{name}" for name in os.listdir(path)]
            except PermissionError:
                continue  # its own ctime is in the list; more cannot be seen by this user
    return found


HOST = ("/etc", "/opt", "/var/tmp", "/var/spool", "/usr/local/bin", "/dev/shm")
