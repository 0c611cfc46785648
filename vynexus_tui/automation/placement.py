"""Whether a parameter may stand at a place of a command: never as a command, never as text that another interpreter reads."""

import re

from vynexus_tui.automation.code_readers import code_reader_behind, reader_of_code
from vynexus_tui.automation.steps import ScriptStep
from vynexus_tui.language.lexing import Command
from vynexus_tui.language.program_facts import PRIVILEGED, command_words
from vynexus_tui.language.program_tables import RUNNER_OPTIONS_WITH_VALUE, SHELLS, TWO_WORD_PROGRAMS
from vynexus_tui.language.runner_tables import operands, runner_of

_ASKS_FOR_TARGETS = frozenset("just task tox nox hatch rake mvn gradle pip pip3 ip uv conda brew systemctl".split())
"""Their second word names what is worked on as often as what is done; the value still is one argument."""
_INTERPRETERS = frozenset(
    """eval exec builtin command trap source . alias unalias bind complete compgen let declare typeset local readonly unset read mapfile
    readarray getopts enable hash shopt set watch parallel expect at batch script tmux screen osascript make gmake gnuplot dc socat
    ansible vim nvim emacs ex su sudo doas env nice timeout ssh-agent dbus-run-session hyperfine
    bwrap""".split()
) | (RUNNER_OPTIONS_WITH_VALUE.keys() - {"ssh"})
"""Programs that read any of their arguments as code, or that hand them on as a command line."""
_CODE_HEADS = (
    ("ip", "netns", "exec"), ("adb", "shell"), ("deno", "eval"), ("redis-cli", "eval"), ("rails", "runner"), ("aws", "ssm"), ("git", "config"),
)  # fmt: skip
_CODE_OPTIONS = frozenset(
    "--rsync-path --checkpoint-action --upload-pack --receive-pack --extra-vars --expression --print --entrypoint -TT -wrapper".split()
)
_CODE_WORDS = frozenset(
    """filter command commands exec execute cmd cmds program prog hook hooks shell pager editor eval rsh pre preview preload plugin wrapper
    loader script compiler linker launcher interpreter executable browser askpass bin""".split()
)
"""An option with one of these in its name takes a program, whatever the program is: `split --filter`, `rg --pre`, `svn --diff-cmd`."""
_FILTERS_BY_DATA = frozenset(
    "docker podman docker-compose pnpm npm turbo lerna gcloud aws az jest vitest dotnet gh kubectl rsync git".split()
)
"""Their --filter is a condition, not a program."""
_SHORT_CODE_OPTIONS = {
    "python": "c", "python3": "c", "node": "epr", "perl": "eEMm", "ruby": "er", "php": "rBEd", "lua": "el", "R": "e", "Rscript": "e", "psql": "cvf",
    "mysql": "e", "mariadb": "e", "sed": "e", "rsync": "e", "tar": "IF", "ssh": "oFEJ", "scp": "oS", "sftp": "oSDb", "npm": "c",
    "npx": "c", "nc": "ec", "ncat": "ec", "wget": "e", "vagrant": "c", "ansible-playbook": "e", "julia": "e", "man": "P", "awk": "e",
    "pandoc": "FL", "curl": "K", "lftp": "ecf", "rg": "z", "fd": "xX", "tcpdump": "z", "cmake": "PCD", "java": "j", "gdb": "ex", "mutt": "e", "elixir": "e",
    "mix": "e", "groovy": "e", "scala": "e", "ghc": "e", "ocaml": "e", "pwsh": "cCfFeE", "powershell": "cCfFeE", "duckdb": "cs", "clickhouse-client": "q",
    "gs": "c", "fly": "C", "flyctl": "C", "nix": "c", "mise": "c", "latexmk": "e",
}  # fmt: skip
_LONG_CODE_OPTIONS = {
    "cargo": ("--config",), "curl": ("--config",), "git clone": ("-c", "--config"), "node": ("--require", "--import"), "nix-shell": ("--run",),
    "go": ("-toolexec", "-exec"), "helm": ("--post-renderer",), "psql": ("--file", "--variable", "--set"), "ruby": ("--require",),
    "latexmk": ("-pdflatex", "-latex", "-xelatex", "-lualatex"), "clickhouse-client": ("--query", "--queries-file"),
}  # fmt: skip
"""Options that take code or a file of it for this program, and something else for others."""
_PROGRAM_OPERAND = {"redis-cli": 1, "awk": 1, "gawk": 1, "mawk": 1, "sed": 1, "jq": 1, "yq": 1, "sqlite3": 2, "duckdb": 2, "printf": 1}
"""Which operand is a program or format, unless an option gave it."""
_GIVES_PROGRAM = {
    "sed": ("-e", "-f", "--expression", "--file"),
    "awk": ("-f",),
    "gawk": ("-f",),
    "mawk": ("-f",),
    "jq": ("-f", "--from-file"),
}
_HARMLESS_VARIABLES = re.compile(
    r"LC_[A-Z]+|LANG|TZ|(?:NODE|RAILS|RACK|APP|FLASK|GO|MIX)_ENV|ENVIRONMENT|STAGE|(?:RUST_|LOG_?|APP_)?LOG(?:_?LEVEL)?|LOGLEVEL|DEBUG|VERBOSE"
    r"|RUST_BACKTRACE|HOST|PORT|CI|GOOS|GOARCH|CGO_ENABLED|AWS_(?:PROFILE|REGION|DEFAULT_REGION)|PG(?:HOST|PORT|USER|DATABASE)|COLUMNS|LINES"
    r"|VERSION|TAG|BRANCH|SEED|CUDA_VISIBLE_DEVICES|OMP_NUM_THREADS|COMPOSE_PROJECT_NAME|BUILD_NUMBER|GIT_(?:AUTHOR|COMMITTER)_(?:NAME|EMAIL|DATE)"
)
"""Known to be read as a value. Of any other it cannot be seen here whether a program takes it for a command, as CC and MAKEFLAGS are."""


def placement_problem(step: ScriptStep, start: int) -> str | None:
    """In words why what begins at text[start] of a step must not become a parameter, or None."""
    for part in step.parts:
        for number, command in enumerate(part.commands):
            for word in command.assignments:
                if word.start <= start < word.end:
                    return _assignment_problem(word.text, start - word.start, is_for_program=bool(command.words))
            for redirect in command.redirects:
                if redirect.target and redirect.target.start <= start < redirect.target.end:
                    reader = reader_of_code([command]) if redirect.operator.endswith("<<<") else None
                    return f"would be read as code by {reader}" if reader else None
            for at, word in enumerate(command.words):
                if word.start <= start < word.end:
                    reader = code_reader_behind(part, number)
                    return f"would be read as code by {reader}" if reader else _word_problem(command, at, start - word.start)
    return "stands inside a loop, a condition or a subshell"


def _assignment_problem(text: str, offset: int, *, is_for_program: bool) -> str | None:
    name, _, _ = text.partition("=")
    if offset > len(name) and is_for_program and _HARMLESS_VARIABLES.fullmatch(name):
        return None
    return f"decides {name}, which may name a program" if is_for_program else f"decides {name}"


def _word_problem(command: Command, at: int, offset: int) -> str | None:
    words = command_words(command)
    index = at - (len(command.words) - len(words))
    if index <= 0:
        return "is the command itself" if index == 0 else "goes to the program that starts the command"
    return _argument_problem(words, index, command.words[at].text[:offset])


def _argument_problem(words: tuple[str, ...], index: int, before: str) -> str | None:
    """Of the word at `index`; `before` is what stands in it before the value."""
    program = words[0]
    if program in _INTERPRETERS or program in PRIVILEGED or _is_code(words, index):
        return f"would be read as code by {program}"
    if before.startswith(("--", '"--', "'--")) and "=" not in before:
        return f"decides an option of {program}"
    if index == 1 and program in TWO_WORD_PROGRAMS - _ASKS_FOR_TARGETS:
        return f"decides what {program} does"
    if words[index - 1] == "-m" and program.startswith("python"):
        return f"names the program that {program} starts"
    if runner := runner_of(words):
        name, started = runner
        if index == started:
            return f"names the program that {name} starts"
        if index > started:
            return _argument_problem(words[started:], index - started, before)
    if program in ("scp", "rsync") and ":" in before:
        return f"would be read by the shell at the other end of {program}"
    if program == "export":
        is_value = "=" in before
        return _assignment_problem(words[index], len(before), is_for_program=True) if is_value else "decides which variable is set"
    if program == "[" and words[index] == "]":
        return "ends the test"
    return f"would be read by {program} as a name" if program in ("test", "[") and {"-v", "-R"} & set(words) else None


def _is_code(words: tuple[str, ...], index: int) -> bool:
    program, word, before = words[0], words[index], words[index - 1]
    own = _LONG_CODE_OPTIONS.get(program, ()) + _LONG_CODE_OPTIONS.get(" ".join(words[:2]), ())
    if before in own or word.startswith(tuple(f"{option}=" for option in own)) or words[index - 2 : index - 1] == ("--argjson",):
        return True
    if (
        _takes_code(program, before)
        or ("=" in word and _takes_code(program, word))
        or any(words[: len(head)] == head for head in _CODE_HEADS)
    ):
        return True
    if _is_short_code_option(program, before) or (_is_short_code_option(program, word) and len(word) > 2):
        return True
    if any(w in SHELLS and any(o.startswith("-") and "c" in o for o in words[i + 1 : index]) for i, w in enumerate(words[:index])):
        return True
    match program:
        case "ssh":
            return _operand_number(words, index) > 1
        case "xargs":
            return True
        case "find":
            return any(w in ("-exec", "-execdir", "-ok", "-okdir") for w in words[:index])
        case "perl" | "ruby":
            # With -n and -p these open their operands by name, and a name like `touch x|` is a command.
            return any(w.startswith("-") and not w.startswith("--") and {"n", "p"} & set(w) for w in words[1:index])
        case "git":
            if before in ("-x", "-c") and ("rebase" in words or index == 2):
                return True
            return "config" in words[1:index] or words[1:3] in (("submodule", "foreach"), ("bisect", "run"))
    if any(w.startswith(_GIVES_PROGRAM.get(program, ("\0",))) for w in words[1:index]):
        return False
    return _PROGRAM_OPERAND.get(program) == _operand_number(words, index)


def _takes_code(program: str, option: str) -> bool:
    """Whether the value of an option is a program or a command line, by the words in the option's name."""
    name, equals, _ = option.partition("=")
    if not name.startswith("-") or name in _CODE_OPTIONS:
        return name in _CODE_OPTIONS
    # `--diff a.yml` shows a difference, `--ext-diff=x` starts one.
    found = set(name.strip("-").split("-")) & (_CODE_WORDS | ({"diff"} if equals else set()))
    return bool(found - ({"filter", "diff"} if program in _FILTERS_BY_DATA else set()))


def _is_short_code_option(program: str, word: str) -> bool:
    letters = _SHORT_CODE_OPTIONS.get(program, "")
    return len(word) > 1 and word[0] == "-" and word[1] != "-" and any(letter in word for letter in letters)


def _operand_number(words: tuple[str, ...], index: int) -> int:
    """Which operand the word at `index` is: 1 for the first, 0 when it is an option or an option's value."""
    found = operands(words)
    return found.index(index) + 1 if index in found else 0
