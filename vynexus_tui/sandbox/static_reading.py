"""What can be said about a script by reading it: which programs it calls, and what no trial could show. Nothing is executed."""

import os
import re
import subprocess
from collections.abc import Iterator

from vynexus_tui.language.lexing import Part, parse_command
from vynexus_tui.language.program_facts import network_reason, outside_reason, privileged_reason, programs

_SYNTAX_CHECK_S = 5.0
_FRAGMENT = re.compile(r"[\n;&|]+|\b(?:do|then|else)\b")
_LEADING_KEYWORDS = re.compile(r"^\s*(?:(?:if|elif|then|else|do|while|until|!|time|\{|\(+)\s+|\(+)*")
_PROGRAM = re.compile(r"^(?!-)[\w./+~-]*[A-Za-z][\w./+-]*$")
_FUNCTION = re.compile(r"^(\w+)\(\) ", re.MULTILINE)
_ARITHMETIC = re.compile(r"\(\([^()\n]*\)\)(?: \|\|)?")
_NOT_PROGRAMS = frozenset(
    """: . [ [[ alias bg bind break builtin caller case cd command compgen complete continue declare dirs disown do done echo elif else enable
    esac eval exec exit export false fc fg fi for function getopts hash help history if in jobs let local logout mapfile popd printf pushd
    pwd read readarray readonly return select set shift shopt source suspend test then time times trap true type typeset ulimit umask
    unalias unset until wait while""".split()
)
"""Keywords and builtins of bash: they are the script, not programs it calls."""


def called_programs(script: str) -> tuple[str, ...]:
    """Programs the script would call, in order of appearance. A reading, not a proof: `$EDITOR` or `eval` stay unseen."""
    names = (name for part in _simple_parts(_ARITHMETIC.sub(" ", script)) for name in programs(part))
    own = {*_NOT_PROGRAMS, *_FUNCTION.findall(script)}
    return tuple(dict.fromkeys(n for n in names if n not in own and _PROGRAM.match(n)))


def unshowable(script: str) -> tuple[str, ...]:
    """What no trial could show, in words: other users' rights, services outside, places a trial does not have."""
    notes: list[str] = []
    for part in _simple_parts(script):
        if privileged_reason(part):
            notes.append(f"{part.commands[0].words[0].value}: what it does with other rights is not shown")
        if outside := outside_reason(part):
            notes.append(f"{outside.split()[0]}: what it does outside the file system is not shown")
    return tuple(dict.fromkeys(notes))


def network_words(script: str) -> tuple[str, ...]:
    """Commands that reach the network, as far as reading tells."""
    return tuple(dict.fromkeys(reason for part in _simple_parts(script) if (reason := network_reason(part))))


def syntax_error(script: str, bash: str) -> str | None:
    """What `bash -n` says against the script, or None. It reads and executes nothing. None also where bash cannot be started."""
    try:
        checked = subprocess.run(
            [bash, "--noprofile", "--norc", "-n"],
            input=script.encode("utf-8", "surrogateescape"),
            env={"PATH": os.defpath, "LC_ALL": "C"},
            capture_output=True,
            timeout=_SYNTAX_CHECK_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    said = checked.stderr.decode("utf-8", "surrogateescape").strip()
    return said.splitlines()[0][:200] if checked.returncode and said else None


def _simple_parts(script: str) -> Iterator[Part]:
    """Every simple command, those inside loops and conditionals too, roughly: a word of a quoted text may come along."""
    for part in parse_command(script):
        if not part.is_compound:
            yield part
            continue
        for fragment in _FRAGMENT.split(part.text):
            yield from (inner for inner in parse_command(_LEADING_KEYWORDS.sub("", fragment, count=1)) if inner.commands)
