"""Whether a parameter may stand at a place of a command: never as a command, never as text that another interpreter reads."""

import re
from collections.abc import Iterator

from vynexus_tui.automation.steps import ScriptStep
from vynexus_tui.language.lexing import Command
from vynexus_tui.language.program_facts import PRIVILEGED, command_words
from vynexus_tui.language.program_tables import RUNNER_OPTIONS_WITH_VALUE, SHELLS, TWO_WORD_PROGRAMS

_ASKS_FOR_TARGETS = frozenset("just task tox nox hatch rake mvn gradle pip pip3 ip uv conda brew systemctl".split())
"""Their second word names what is worked on as often as what is done; the value still is one argument."""
_INTERPRETERS = frozenset(
    """eval exec builtin command trap source . alias unalias bind complete compgen let declare typeset local readonly unset read mapfile
    readarray getopts enable hash shopt set watch parallel expect at batch script tmux screen osascript make gmake gnuplot dc socat
    ansible vim nvim emacs ex su sudo doas env nice timeout ssh-agent dbus-run-session hyperfine
    bwrap""".split()
) | (RUNNER_OPTIONS_WITH_VALUE.keys() - {"ssh"})
"""Programs that read any of their arguments as code, or that hand them on as a command line."""
_CODE_HEADS = (("ip", "netns", "exec"), ("adb", "shell"))
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
    "python": "c", "python3": "c", "node": "ep", "perl": "eE", "ruby": "e", "php": "rBE", "lua": "e", "R": "e", "Rscript": "e", "psql": "cv",
    "mysql": "e", "mariadb": "e", "sed": "e", "rsync": "e", "tar": "IF", "ssh": "oFEJ", "scp": "oS", "sftp": "oSD", "npm": "c",
    "npx": "c", "nc": "ec", "ncat": "ec", "wget": "e", "vagrant": "c", "ansible-playbook": "e", "julia": "e", "man": "P", "awk": "e",
    "pandoc": "FL", "curl": "K", "lftp": "ecf", "rg": "z", "fd": "xX", "tcpdump": "z", "cmake": "PC", "java": "j", "gdb": "ex", "mutt": "e",
}  # fmt: skip
_RUNNERS = {
    "npx": 1, "uvx": 1, "pipx run": 2, "uv run": 2, "poetry run": 2, "bundle exec": 2, "npm exec": 2, "pnpm exec": 2, "pnpm dlx": 2,
    "conda run": 2, "docker exec": 3, "docker run": 3, "kubectl exec": 3, "podman exec": 3, "podman run": 3, "pdm run": 2, "hatch run": 2,
}  # fmt: skip
"""Which operand of these names a program that is started."""
_PROGRAM_OPERAND = {"awk": 1, "gawk": 1, "mawk": 1, "sed": 1, "jq": 1, "yq": 1, "sqlite3": 2, "duckdb": 2, "printf": 1}
"""Which operand is a program or format, unless an option gave it."""
_GIVES_PROGRAM = {
    "sed": ("-e", "-f", "--expression", "--file"),
    "awk": ("-f",),
    "gawk": ("-f",),
    "mawk": ("-f",),
    "jq": ("-f", "--from-file"),
}
_CONTAINER_OPTIONS = dict.fromkeys(
    """-p -v -e -w -u -h -m -l -c --name --network --volume --env --publish --workdir --user --mount --platform --memory --cpus --env-file
    --label --gpus --restart --hostname""".split(),
    1,
)
_OPTIONS_WITH_VALUES: dict[str, dict[str, int]] = {
    "awk": {"-F": 1, "-v": 1},
    "gawk": {"-F": 1, "-v": 1},
    "jq": {"--arg": 2, "--argjson": 2, "--slurpfile": 2, "--indent": 1},
    **dict.fromkeys(("docker", "podman"), _CONTAINER_OPTIONS),
    "kubectl": dict.fromkeys(("-n", "-c", "--namespace", "--container", "--context"), 1),
    "uv": dict.fromkeys(("--with", "-p", "--python", "--extra", "--group", "--package"), 1),
    "npx": {"-p": 1, "--package": 1},
}
_HARMLESS_VARIABLES = re.compile(
    r"LC_[A-Z]+|LANG|TZ|(?:NODE|RAILS|RACK|APP|FLASK|GO|MIX)_ENV|ENVIRONMENT|STAGE|(?:RUST_|LOG_?|APP_)?LOG(?:_?LEVEL)?|LOGLEVEL|DEBUG|VERBOSE"
    r"|RUST_BACKTRACE|HOST|PORT|CI|GOOS|GOARCH|CGO_ENABLED|AWS_(?:PROFILE|REGION|DEFAULT_REGION)|PG(?:HOST|PORT|USER|DATABASE)|COLUMNS|LINES"
    r"|VERSION|TAG|BRANCH|SEED|CUDA_VISIBLE_DEVICES|OMP_NUM_THREADS|COMPOSE_PROJECT_NAME|BUILD_NUMBER|GIT_(?:AUTHOR|COMMITTER)_(?:NAME|EMAIL|DATE)"
)
"""Known to be read as a value. Of any other it cannot be seen here whether a program takes it for a command, as CC and MAKEFLAGS are."""


def placement_problem(step: ScriptStep, start: int) -> str | None:
    """In words why what begins at text[start] of a step must not become a parameter, or None."""
    for command in step.commands:
        for word in command.assignments:
            if word.start <= start < word.end:
                return _assignment_problem(word.text, start - word.start, is_for_program=bool(command.words))
        if any(r.target and r.target.start <= start < r.target.end for r in command.redirects):
            return None
        for at, word in enumerate(command.words):
            if word.start <= start < word.end:
                return _word_problem(command, at, start - word.start)
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
    program, before = words[0], command.words[at].text[:offset]
    if program in _INTERPRETERS or program in PRIVILEGED or _is_code(program, words, index):
        return f"would be read as code by {program}"
    if index == 1 and program in TWO_WORD_PROGRAMS - _ASKS_FOR_TARGETS:
        return f"decides what {program} does"
    if started := _started_program(program, words, index):
        return f"names the program that {started} starts"
    if program in ("scp", "rsync") and ":" in before:
        return f"would be read by the shell at the other end of {program}"
    if program == "export":
        is_value = "=" in before
        return _assignment_problem(words[index], offset, is_for_program=True) if is_value else "decides which variable is set"
    if program == "[" and words[index] == "]":
        return "ends the test"
    return f"would be read by {program} as a name" if program in ("test", "[") and {"-v", "-R"} & set(words) else None


def _is_code(program: str, words: tuple[str, ...], index: int) -> bool:
    word, before = words[index], words[index - 1]
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
            return (
                _operand_number(
                    words, index, {"-p": 1, "-i": 1, "-l": 1, "-L": 1, "-R": 1, "-D": 1, "-J": 1, "-o": 1, "-F": 1, "-b": 1, "-c": 1}
                )
                > 1
            )
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
    return _PROGRAM_OPERAND.get(program) == _operand_number(words, index, _OPTIONS_WITH_VALUES.get(program, {}))


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


def _operand_number(words: tuple[str, ...], index: int, with_values: dict[str, int]) -> int:
    """Which operand the word at `index` is: 1 for the first, 0 when it is an option or an option's value."""
    return next((number for at, number in _numbered(words, with_values) if at == index), 0)


def _numbered(words: tuple[str, ...], with_values: dict[str, int]) -> Iterator[tuple[int, int]]:
    at, number = 1, 0
    while at < len(words):
        if words[at].startswith("-") and len(words[at]) > 1:
            at += 1 + with_values.get(words[at], 0)
            continue
        number += 1
        yield at, number
        at += 1


def _started_program(program: str, words: tuple[str, ...], index: int) -> str | None:
    if words[index - 1] == "-m" and program.startswith("python"):
        return program
    for name in (program, f"{program} {words[1] if len(words) > 1 else ''}"):
        if name in _RUNNERS and _operand_number(words, index, _OPTIONS_WITH_VALUES.get(program, {})) == _RUNNERS[name]:
            return name
    return None
