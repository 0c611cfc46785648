"""The second fence: where the kernel has Landlock scopes, not even process 1 of the trial can be signalled."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.sandbox.conftest import ROOT_OF_CHECKOUT

if TYPE_CHECKING:
    from tests.sandbox.conftest import Person

_KEEP_INSIDE = f"""
import os, sys
sys.path.append({ROOT_OF_CHECKOUT!r})
from vynexus_tui.sandbox import landlock, linux_calls
linux_calls.process_control(linux_calls.PR_SET_NO_NEW_PRIVS, 1)
print(landlock.keep_inside())
try:
    os.kill(os.getppid(), 0)
    print("reached")
except PermissionError:
    print("refused")
"""


def test_a_process_outside_cannot_be_signalled() -> None:
    told = subprocess.run([sys.executable, "-I", "-S", "-c", _KEEP_INSIDE], capture_output=True, text=True, check=True).stdout.split()
    if told[0] == "False":
        pytest.skip("this kernel has no Landlock scopes (Linux 6.12)")
    assert told == ["True", "refused"]


def test_the_script_stands_behind_it(person: Person) -> None:
    script = "kill -0 $$ && echo itself; kill -0 1 2>/dev/null && echo 'process 1'; sleep 9 & kill $! && echo child"
    told = subprocess.run([sys.executable, "-I", "-S", "-c", _KEEP_INSIDE], capture_output=True, text=True, check=True).stdout.split()
    if told[0] == "False":
        pytest.skip("this kernel has no Landlock scopes (Linux 6.12)")
    assert person.try_script(script).stdout.split("\n")[:-1] == ["itself", "child"]
