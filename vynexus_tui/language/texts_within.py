"""Texts that a command hands to a shell in any of its words: `sh -c`, `trap`, `alias`, `system("...")`, what is echoed into a shell."""

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from vynexus_tui.language.program_tables import SHELLS
from vynexus_tui.language.runner_tables import operands, runner_of

_TEXT_OPTIONS = {
    "script": ("-c", "--command"), "nix-shell": ("--run", "--command"), "ansible": ("-a", "--args"), "flock": ("-c", "--command"),
    "vim": ("-c",), "nvim": ("-c",), "ex": ("-c",), "fly": ("-C",), "flyctl": ("-C", "--command"), "pwsh": ("-c", "-Command"),
}  # fmt: skip
"""Options whose value is a command line."""
_RUNS_REST = {
    "fd": ("-x", "-X", "--exec", "--exec-batch"),
    "fdfind": ("-x", "-X", "--exec", "--exec-batch"),
    "tmux": ("send-keys",),
    "screen": ("-X",),
}
"""What follows one of these is a command."""
CODE_PROGRAMS = frozenset("python python3 perl ruby node nodejs php awk gawk mawk deno bun lua Rscript R".split())
_CALLS_SHELL = re.compile(
    r"(?:system|popen|exec\w*|spawn\w*|run|call|check_\w+|getoutput|passthru|print\s*\|)\W{0,4}?(?P<quote>[\"'])(?P<text>.*?)(?P=quote)",
    re.DOTALL,
)
_GIT_SETTING = re.compile(r"[\w-]+(?:\.[^=\s]+)+=!?(.*)", re.DOTALL)
_NAMES_COMMAND = re.compile(r"\w*(?:PAGER|COMMAND|EDITOR|SHELL|BROWSER|VISUAL|HOOK|SSH)=(.*)", re.DOTALL)
"""Variables whose value is a command line to the programs that read them."""
_PIPES_TO_SHELL = re.compile(r"\|\s*\"(?:/\S*/)?(?:ba|z|da)?sh\b")
_READS_TEXT = SHELLS | {"eval", "source", ".", "at", "batch"}
_AWKS = frozenset({"awk", "gawk", "mawk"})
_DECODERS = frozenset("base64 base32 openssl xxd gpg gunzip zcat gzip uudecode rev tr".split())


def texts_within(words: tuple[str, ...]) -> Iterator[str]:
    """Command lines among the words of one command. Rather one too many than one too few."""
    program = words[0] if words else ""
    with_text, with_rest = _TEXT_OPTIONS.get(program, ()), _RUNS_REST.get(program, ())
    for i, (before, word) in enumerate(pairwise(words)) if with_text or with_rest or not SHELLS.isdisjoint(words) else ():
        if before in SHELLS and word.startswith("-") and not word.startswith("--") and "c" in word:
            yield from words[i + 2 : i + 3]
        if before in with_text:
            yield word.lstrip(":!")
        if before in with_rest:
            yield shlex.join(words[i + 1 :])
            yield word
    if (runner := runner_of(words)) and runner[1] < len(words):
        yield shlex.join(words[runner[1] :])
    yield from _texts_of(program, words)


def _texts_of(program: str, words: tuple[str, ...]) -> Iterator[str]:
    """What this program in particular takes for a command line."""
    if program in ("make", "gmake", "env", "export"):
        yield from named_commands(words[1:])
    elif program == "trap":
        yield from words[1:2]
    elif program == "alias":
        yield from (word.partition("=")[2] for word in words[1:])
    elif program == "git":
        yield from (match[1] for word in words if (match := _GIT_SETTING.match(word)))
        yield " ".join(words[words.index("foreach") + 1 :]) if "foreach" in words else ""
    elif program in ("vim", "nvim", "ex"):
        yield from (word.lstrip("+:!") for word in words[1:] if word.startswith(("+!", "+:!")))
    elif program == "watchexec":
        yield shlex.join(words[next(iter(operands(words)), len(words)) :])
    elif program in CODE_PROGRAMS:
        yield from (match["text"] for word in words[1:] for match in _CALLS_SHELL.finditer(word))


def named_commands(assignments: Iterable[str]) -> Iterator[str]:
    """The command lines that `PAGER='less -R' git log` names."""
    yield from (match[1] for text in assignments if (match := _NAMES_COMMAND.match(text)))


def echoed_texts(commands: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """What `echo` and `printf` print where a shell, eval or at among these commands may read it."""
    if any(words and words[0] in _READS_TEXT for words in commands):
        for words in commands:
            if words and words[0] in ("echo", "printf"):
                yield " ".join(word for word in words[1:] if word not in ("-n", "-e", "--"))


def unread_text(commands: Sequence[tuple[str, ...]], text: str) -> bool:
    """Whether a shell runs what nothing here shows: `base64 -d | sh`, `source <(...)`."""
    for before, words in pairwise(commands):
        reads_pipe = words and words[0] in SHELLS and not [word for word in words[1:] if not word.startswith("-")] and "-c" not in words
        if reads_pipe and before and before[0] not in ("echo", "printf", "cat"):
            return True
    heads = {words[0] for words in commands if words}
    if heads & _AWKS and _PIPES_TO_SHELL.search(text):
        return True
    if heads & ({"source", "."} | SHELLS) and re.search(r"(?:\bsource|(?:^|\s)\.|sh)\s+<\(", text):
        return True
    return bool(heads & _READS_TEXT) and re.search(rf"(?:\||\$\(|`)\s*(?:{'|'.join(_DECODERS)})\b[^|]*(?:\)|`)", text) is not None
