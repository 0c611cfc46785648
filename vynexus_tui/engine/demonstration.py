"""The made-up profile of `vynexus demo`: a home with a small project, and a month of commands that somebody might have typed.

Everything lies in one temporary directory and goes with it; the person's own files are neither read nor written.
"""

import json
import os
import random
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from vynexus_tui.domain.automations import AutomationStatus
from vynexus_tui.domain.cycles import AutomationHead
from vynexus_tui.domain.run_record import encode_run_record
from vynexus_tui.domain.trials import Consent, Verdict
from vynexus_tui.engine.assembly import Workspace, open_workspace
from vynexus_tui.engine.decisions import approval_rule_for, approve
from vynexus_tui.engine.optimization_engine import OptimizationEngine
from vynexus_tui.engine.recording import import_history
from vynexus_tui.engine.snapshots import build_snapshot
from vynexus_tui.engine.trials import plan_trial, try_automation

_FILES = {
    "shop/VERSION": "1.4.2\n",
    "shop/tools/bump.py": """\
import pathlib, sys
path = pathlib.Path("VERSION")
major, minor, patch = map(int, path.read_text().split("."))
part = sys.argv[1]
new = {"major": (major + 1, 0, 0), "minor": (major, minor + 1, 0), "patch": (major, minor, patch + 1)}[part]
path.write_text(".".join(map(str, new)) + "\\n")
log = pathlib.Path("CHANGELOG.md")
log.write_text(f"## {path.read_text().strip()}\\n\\n" + log.read_text())
print("now", path.read_text().strip())
""",
    "shop/CHANGELOG.md": "## 1.4.2\n\n- faster checkout\n",
    "shop/tests/test_prices.py": """\
import unittest

class Prices(unittest.TestCase):
    def test_total(self):
        self.assertEqual(sum([3, 4]), 7)
""",
    "shop/data/orders-north.csv": "id,total\n3,12.50\n1,7.20\n2,9.99\n3,12.50\n",
    "shop/data/orders-south.csv": "id,total\n9,1.50\n8,70.20\n9,1.50\n",
    "shop/data/orders-west.csv": "id,total\n5,11.00\n4,2.20\n5,11.00\n",
    "shop/logs/app.log": "INFO started\nERROR no stock\nINFO stopped\n",
    "shop/rates/README": "exchange rates, fetched each morning\n",
    "notes/monday.md": "# Monday\n\n- call the printer\n",
    "notes/ideas.md": "# Ideas\n\n- shelves\n",
    "backups/README": "weekly archives\n",
}

_MESSAGES = ("fix", "speed up", "explain", "test", "tidy", "guard")
_THINGS = ("checkout", "prices", "stock report", "login", "search", "vouchers", "mail")
_EVERYDAY = (
    ("git status", 0.04),
    ("git diff", 0.06),
    ("ls -la", 0.01),
    ("cd ..", 0.0),
    ("vim README.md", 95.0),
    ("git log --oneline", 0.05),
    ("grep -rn total data", 0.03),
    ("docker ps", 0.2),
    ("htop", 42.0),
    ("df -h", 0.02),
    ("cat VERSION", 0.01),
    ("ssh web01", 260.0),
    ("man tar", 30.0),
    ("history", 0.01),
    ("docker compose logs web", 0.9),
    ("kubectl get pods", 1.1),
)


@dataclass(frozen=True, slots=True)
class _Typed:
    """One command line with what the made-up hook measured."""

    command: str
    duration_s: float
    exit_code: int = 0
    pause_s: float = 9.0


@contextmanager
def demo_workspace(environment: Mapping[str, str], *, now: datetime) -> Iterator[Workspace]:
    """A throwaway profile with a month of history, looked at once, with one automation live. Gone at the end."""
    with tempfile.TemporaryDirectory(prefix="vynexus-demo-") as folder:
        home = Path(folder, "home")
        _write_home(home)
        kept = {k: v for k, v in environment.items() if not k.startswith(("XDG_DATA", "XDG_STATE", "XDG_CONFIG", "VYNEXUS", "HISTFILE"))}
        workspace = open_workspace({**kept, "HOME": str(home), "SHELL": "/bin/bash"}, is_demo=True)
        lines = "\n".join(json.dumps(event) for event in build_history(home, now=now))
        import_history(workspace, None, lines.encode(), source_format="jsonl", now=now)
        OptimizationEngine(workspace).run_cycle(now)
        _use_one(workspace, now=now)
        yield workspace


def build_history(home: Path, *, now: datetime, days: int = 35) -> list[dict[str, object]]:
    """A month of made-up working days as JSONL events; the same for the same `now`."""
    choose = random.Random(7)
    events: list[dict[str, object]] = []
    for back in range(days, -1, -1):
        morning = (now - timedelta(days=back)).replace(hour=8, minute=10, second=0, microsecond=0)
        if morning.weekday() >= 5 or morning > now - timedelta(hours=1):
            continue
        for number, (folder, typed) in enumerate(_sessions(choose, morning)):
            at = morning + timedelta(minutes=70 * number + choose.randint(0, 25))
            for line in typed:
                at += timedelta(seconds=line.pause_s * choose.uniform(0.6, 1.5))
                took = line.duration_s * choose.uniform(0.9, 1.12)
                events.append(
                    {
                        "ts": at.timestamp(),
                        "session": f"demo-{back}-{number}",
                        "cmd": line.command,
                        "cwd": str(home / folder),
                        "exit": line.exit_code,
                        "duration_ms": round(took * 1000, 1),
                        "shell": "bash",
                    }
                )
                at += timedelta(seconds=took)
    return [e for e in events if isinstance(e["ts"], float) and e["ts"] < now.timestamp()]


def _sessions(choose: random.Random, morning: datetime) -> list[tuple[str, list[_Typed]]]:
    part = choose.choice(["patch", "patch", "patch", "minor"])
    region = choose.choice(["north", "south", "west"])
    currency = choose.choice(["eur", "usd", "gbp", "sek"])
    fails = choose.random() < 0.2
    build_s = 41.0
    ship = [
        _Typed("python3 tools/bump.py " + part, 0.3),
        _Typed("python3 -m unittest discover -s tests", 9.0, 1 if fails else 0),
        *([_Typed("python3 -m unittest discover -s tests", 9.0)] if fails else []),
        _Typed("git add -A", 0.1),
        _Typed(f'git commit -m "{choose.choice(_MESSAGES)} {choose.choice(_THINGS)}"', 0.3),
    ]
    sort = [
        _Typed(f"sort -u data/orders-{region}.csv > data/orders-{region}.sorted.csv", 0.4),
        _Typed(f"wc -l data/orders-{region}.sorted.csv", 0.1),
    ]
    fetch = [
        _Typed(f"curl -fsS https://rates.example/v1/{currency} -o rates/{currency}.json", 1.4),
        _Typed(f"python3 -m json.tool rates/{currency}.json rates/{currency}.pretty.json", 0.2),
    ]
    image = choose.choice(["mug", "lamp", "chair", "shelf", "clock"]) + "-" + choose.choice(["red", "blue", "oak", "tall"])
    resize = [_Typed(f"convert photos/{image}.png -resize 800x photos/{image}-small.png", 2.2)]
    version = f"1.{choose.randint(4, 9)}.{choose.randint(0, 30)}"
    deploy = [
        _Typed(f"docker build -t shop:{version} .", 71.0),
        _Typed(f"docker push registry.example/shop:{version}", 22.0),
        _Typed("kubectl rollout restart deploy/shop", 1.3),
    ]
    build = [_Typed("npm run build", build_s), _Typed("npm test", 18.0, 1 if choose.random() < 0.15 else 0)]
    backup = [
        _Typed(f"tar czf backups/notes-{morning:%Y-%m-%d}.tar.gz notes", 0.8),
        _Typed(f"sha256sum backups/notes-{morning:%Y-%m-%d}.tar.gz >> backups/SHA256SUMS", 0.1),
    ]
    sessions = [("shop", _with_noise(choose, ship)), ("shop", _with_noise(choose, fetch + sort))]
    if choose.random() < 0.6:
        sessions.append(("shop", _with_noise(choose, resize + build)))
    if choose.random() < 0.5:
        sessions.append(("shop", _with_noise(choose, deploy)))
    sessions.append((".", _with_noise(choose, backup)))
    return sessions


def _with_noise(choose: random.Random, routine: list[_Typed]) -> list[_Typed]:
    """Everyday commands around a routine, and now and then one between its steps."""
    mixed: list[_Typed] = []
    for line in routine:
        if choose.random() < 0.12:
            mixed.append(_everyday(choose))
        mixed.append(line)
    return [*(_everyday(choose) for _ in range(choose.randint(1, 4))), *mixed, *(_everyday(choose) for _ in range(choose.randint(1, 3)))]


def _everyday(choose: random.Random) -> _Typed:
    command, duration_s = choose.choice(_EVERYDAY)
    return _Typed(command, duration_s, pause_s=40.0)


def _write_home(home: Path) -> None:
    for name, text in _FILES.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if shutil.which("git"):
        identity = ["-c", "user.name=Demo", "-c", "user.email=demo@example.org", "-c", "init.defaultBranch=main"]
        for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "first"]):
            subprocess.run(["git", *identity, *arguments], cwd=home / "shop", check=False, capture_output=True, env=_plain_git(home))
        for key, value in (("user.name", "Demo"), ("user.email", "demo@example.org")):
            subprocess.run(["git", "config", key, value], cwd=home / "shop", check=False, capture_output=True, env=_plain_git(home))


def _plain_git(home: Path) -> dict[str, str]:
    return {"HOME": str(home), "PATH": "/usr/local/bin:/usr/bin:/bin", "GIT_CONFIG_NOSYSTEM": "1"}


def _use_one(workspace: Workspace, *, now: datetime) -> None:
    """Tries and approves one automation that passes, and makes up some runs of it, so that every panel has something to show."""
    for head in build_snapshot(workspace, now=now).automations:
        plan = plan_trial(workspace, head.automation.automation_id)
        if head.automation.status is not AutomationStatus.NEW or plan.cwd is None:
            continue
        trial = try_automation(
            workspace, head.automation.automation_id, cwd=plan.cwd, arguments=tuple(v for _, v in plan.arguments), now=now
        )
        rule = approval_rule_for(workspace, head.automation.automation_id)
        if trial.verdict is Verdict.PASSED and rule.consent is Consent.ONE_KEY:
            approve(workspace, head.automation.automation_id, trial.script_sha256, confirm=None, now=now)
            _make_up_runs(workspace, head, plan.cwd, now=now)
            OptimizationEngine(workspace).run_cycle(now)
            return


def _make_up_runs(workspace: Workspace, head: AutomationHead, cwd: str, *, now: datetime) -> None:
    spool = workspace.paths.spool_dir
    spool.mkdir(parents=True, exist_ok=True, mode=0o700)
    for number in range(14):
        started_us = int((now - timedelta(hours=9 * (14 - number))).timestamp() * 1e6)
        record = encode_run_record(
            run_id=f"{started_us}-{number}",
            automation_id=head.automation.automation_id,
            sha256=head.automation.script.sha256,
            started_us=started_us,
            duration_us=1_900_000 + 40_000 * (number % 5),
            exit_code=1 if number == 6 else 0,
            cpu_us=310_000,
            peak_kb=24_000,
            cwd=os.fsencode(cwd),
            is_scheduled=False,
            from_step=0,
        )
        path = spool / f"run-{started_us}-{number}.r"
        path.write_bytes(record)
        path.chmod(0o600)
