"""Level static: a script is read, and what that tells is said by name. Runs everywhere, isolation or not."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vynexus_tui.domain.settings import Sandbox
from vynexus_tui.domain.trials import SandboxLevel, Verdict
from vynexus_tui.sandbox.automation_sandbox import AutomationSandbox
from vynexus_tui.sandbox.static_reading import called_programs, network_words, syntax_error, unshowable
from vynexus_tui.sandbox.text_diffs import looks_secret

SCRIPT = """#!/usr/bin/env bash
set -euo pipefail
: step 1
for f in *.txt; do sort "$f" | uniq > "$f.sorted"; done
: step 2
if [[ -d out ]]; then rsync -a out/ host:out/; else echo none; fi
: step 3
sudo systemctl restart nginx && git push
"""


def test_programs_are_listed_in_order_of_appearance_without_builtins() -> None:
    assert called_programs(SCRIPT) == ("sort", "uniq", "rsync", "systemctl", "git")


def test_network_and_rights_are_named() -> None:
    assert any("rsync" in word for word in network_words(SCRIPT))
    assert any("git push" in word for word in network_words(SCRIPT))
    assert "sudo: what it does with other rights is not shown" in unshowable(SCRIPT)


def test_a_syntax_error_is_found_without_running_anything(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    assert syntax_error(f"touch '{marker}'\nif true; then", "bash") is not None
    assert syntax_error(f"touch '{marker}'", "bash") is None
    assert not marker.exists()


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    called_programs(text)
    unshowable(text)
    network_words(text)


def test_where_nothing_can_be_isolated_the_trial_says_not_tried(tmp_path: Path) -> None:
    sandbox = AutomationSandbox(Sandbox(), home=str(tmp_path), cache_dir=None)
    trial = sandbox.run_trial(
        f"touch '{tmp_path}/ran'; curl x", cwd=str(tmp_path / "gone"), environment={}, steps=("a",), now=datetime(2026, 1, 1, tzinfo=UTC)
    )
    assert (trial.level, trial.verdict, trial.calls) == (SandboxLevel.STATIC, Verdict.NOT_TRIED, ("touch", "curl"))
    assert trial.headline.startswith("not tried: working directory: ")
    assert [s.outcome for s in trial.steps] == ["unknown"]
    assert list(tmp_path.iterdir()) == []


def test_a_machine_that_cannot_isolate_executes_nothing(tmp_path: Path) -> None:
    sandbox = AutomationSandbox(Sandbox(), home=str(tmp_path), cache_dir=None)
    if sandbox.capability().level is SandboxLevel.FULL:
        pytest.skip("this machine isolates; test_isolation.py takes that away from it")
    trial = sandbox.run_trial("touch ran; echo ran", cwd=str(tmp_path), environment={}, now=datetime(2026, 1, 1, tzinfo=UTC))
    assert (trial.verdict, trial.reason, trial.stdout) == (Verdict.NOT_TRIED, sandbox.capability().failed_stage, "")
    assert list(tmp_path.iterdir()) == []


def test_names_that_hold_secrets_are_known_and_others_left_alone() -> None:
    secret = [".env", ".env.local", "prod.env", "id_rsa", "server.key", "a.pem", "my-secrets.yml", "credentials", "api_key.json", ".netrc"]
    plain = ["monkey.txt", "environment.yml", "keyboard.md", "token.py", "README.md", "secretary.txt", "passport.pdf"]
    assert [name for name in secret if not looks_secret(f"/x/{name}")] == []
    assert [name for name in plain if looks_secret(f"/x/{name}")] == []


def test_the_room_can_be_imported_where_linux_is_not() -> None:
    """What only Linux has may be touched in functions, not on import."""
    code = (
        "import sys, os, signal, socket; sys.platform = 'darwin'; del os.setxattr, os.getxattr, os.memfd_create, signal.sigtimedwait, os.pipe2\n"
        "import vynexus_tui.sandbox.launcher\n"
        "from vynexus_tui.sandbox.automation_sandbox import AutomationSandbox; from vynexus_tui.domain.settings import Sandbox\n"
        "print(AutomationSandbox(Sandbox(), home='/', cache_dir=None).capability().failed_stage)"
    )
    root = str(Path(__file__).resolve().parents[2])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=False)
    assert done.stdout == "Linux namespaces: not on this system\n", done.stderr
