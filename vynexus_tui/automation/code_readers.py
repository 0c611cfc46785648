"""Which programs read what a pipe or `<<<` gives them as code: shells, interpreters, SQL clients, xargs and at."""

import itertools
from collections.abc import Iterable

from vynexus_tui.language.commands_within import command_words, commands_within, started_words
from vynexus_tui.language.lexing import Command, Part
from vynexus_tui.language.program_tables import DATABASE_CLIENTS, SHELLS
from vynexus_tui.language.runner_tables import operands

_ALWAYS = frozenset("xargs at batch parallel source . eval gnuplot dc ed ex gdb lldb lftp ftp sftp telnet crontab".split())
_INTERPRETERS = SHELLS | frozenset(
    "python python3 perl ruby node php lua R Rscript julia osascript groovy deno bun elixir ghci irb pry tclsh ocaml scala pwsh".split()
)
_LETTERS_WITH_CODE = {
    "php": "r",
    "R": "ef",
    "psql": "cf",
    "mysql": "e",
    "mariadb": "e",
    "clickhouse-client": "q",
    "sqlcmd": "Qi",
    "duckdb": "c",
}
"""With one of these their input is data; of the other interpreters with -c, -e, -E, -m, -n, -p."""
_LISTS_NAMES = frozenset("find fd fdfind grep egrep fgrep rg ag git ls du docker podman kubectl pgrep ps locate plocate".split())
"""What these print is what they found, not their arguments."""


def code_reader_behind(part: Part, number: int) -> str | None:
    """The program behind the command of this number in its pipeline that reads what it prints as code, or None."""
    for command in part.commands[number:]:
        targets = [redirect.target for redirect in command.redirects if redirect.target]
        if output := next((word.text for word in (*command.words, *targets) if ">(" in word.text and word.text[0] not in "\"'"), None):
            return output
    reader = reader_of_code(part.commands[number + 1 :])
    words = command_words(part.commands[number])
    return None if reader == "xargs" and words and words[0] in _LISTS_NAMES else reader


def reader_of_code(commands: Iterable[Command]) -> str | None:
    """The first of these programs that reads its input as code, or None."""
    for command in commands:
        if any(redirect.operator == "<" for redirect in command.redirects):
            continue
        own, *inner = [command_words(one) for one in commands_within(Part("", 0, 0, (command,), False, False, ""))]
        if own[:1] == ("xargs",) and (shell := next((words[0] for words in inner if words and words[0] in _INTERPRETERS), None)):
            return shell
        if reader := next((words[0] for words in (own, *inner, started_words(own)) if words and _reads_code(words)), None):
            return reader
    return None


def _reads_code(words: tuple[str, ...]) -> bool:
    program = words[0]
    if program in _ALWAYS:
        return True
    if {"-f -", "-f /dev/stdin", "-b -"} & {f"{a} {b}" for a, b in itertools.pairwise(words)}:
        return program not in ("kubectl", "oc", "docker", "docker-compose", "podman", "tar", "curl", "grep")
    own = [words[i] for i in operands(words)]
    letters = {c for word in words[1:] if word.startswith("-") and not word.startswith("--") for c in word[1:]}
    if program in DATABASE_CLIENTS:
        limit = {"sqlite3": 1, "duckdb": 1, "redis-cli": 0, "valkey-cli": 0}.get(program, len(words))
        is_given = {"--command", "--file", "--execute", "--eval", "--query"} & {word.partition("=")[0] for word in words}
        return not letters & set(_LETTERS_WITH_CODE.get(program, "")) and not is_given and len(own) <= limit
    if program == "ssh":
        return len(own) <= 1
    if program not in _INTERPRETERS:
        return False
    if program in SHELLS and "s" in letters:
        return True
    if letters & set(_LETTERS_WITH_CODE.get(program, "c" if program in SHELLS else "ceEmnp")):
        return False
    return not own or own[0] in ("-", "/dev/stdin", "/dev/fd/0")
