"""What running shells read about the automations: functions, completions, and the lines that a key puts on the prompt.

    <data_dir>/automations/shortcuts.sh         for bash and zsh: hooks/shortcuts.sh and what is filled in (0600)
    <data_dir>/automations/shortcuts.fish       for fish
    <data_dir>/automations/generation.<digest>  empty; named by what the two say, so that a shell sees with one look whether it knows them

Everything that was recorded (values, commands, folders) is written as data, quoted for its shell; what a person would not see whole
on one line is left out.
"""

import re
import shlex
from collections.abc import Iterator, Sequence
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from vynexus_tui.domain.automations import Parameter
from vynexus_tui.shell.file_writing import write_whole
from vynexus_tui.shell.fish_wording import say_in_fish
from vynexus_tui.shell.prompt_line import build_prompt_line, is_plain, render_prompt_line, split_steps
from vynexus_tui.shell.rc_block import quote_for_fish

_POSIX, _FISH, _GENERATION = "shortcuts.sh", "shortcuts.fish", "generation."
_MOST_VALUES = 20
_LONGEST_VALUE = 200
_OPTIONS = ("--help", "--dry-run", "--from")
"""Of our scripts, before their arguments."""


class Offer(NamedTuple):
    """What the shells are told about one automation. Its name was checked."""

    name: str
    script: str
    parameters: tuple[Parameter, ...]
    cwd: str | None
    is_function: bool
    """It can be called as a function: it is one, not paused, and its text is the approved one."""


class Published(NamedTuple):
    """What the files say for some offers."""

    posix: bytes
    fish: bytes
    generation: str


def published_texts(offers: Sequence[Offer], home: Path) -> Published:
    """Made as a whole before any of it is written."""
    posix, fish = _with_static_part(_POSIX, _posix_lines(offers, home)), _with_static_part(_FISH, _fish_lines(offers, home))
    generation = _GENERATION + sha256(posix + fish).hexdigest()[:16]
    return Published(
        posix=posix + f"__vy_mark=$__vy_data/automations/{generation}\n__vy_update\n".encode(),
        fish=fish + f"set -g __vy_same -e $__vy_data/automations/{generation}\n__vy_update\n".encode(),
        generation=generation,
    )


def publish(folder: Path, texts: Published | None) -> None:
    """Write the files, or delete them where there is nothing to say; nothing is touched when they say so already. Raises OSError."""
    before = published_paths(folder)
    # The mark last: who reads between the two reads once more.
    wanted = {_FISH: texts.fish, _POSIX: texts.posix, texts.generation: b""} if texts is not None else {}
    if {path.name: path.read_bytes() for path in before} == wanted:
        return
    for name, content in wanted.items():
        write_whole(folder / name, content, 0o600)
    for path in before:
        if path.name not in wanted:
            path.unlink(missing_ok=True)


def published_paths(folder: Path) -> tuple[Path, ...]:
    """Which of the files are there."""
    named = [path for path in (folder / _POSIX, folder / _FISH) if path.exists()]
    return (*named, *sorted(folder.glob(f"{_GENERATION}*")))


def fish_function(script: str, *, cwd: str | None) -> str | None:
    """The commands of a function's script for fish; None where fish cannot say one of them."""
    steps = [say_in_fish(step) for step in split_steps(script)]
    said = [step for step in steps if step is not None]
    if not said or len(said) < len(steps):
        return None
    folder = [f"cd {quote_for_fish(cwd)}"] if cwd is not None else []
    return " &&\n".join([*folder, *said]) + "\n"


def _with_static_part(name: str, lines: Iterator[str]) -> bytes:
    static = files("vynexus_tui.shell").joinpath("hooks", name).read_text("utf-8")
    return "\n".join([static, *lines, ""]).encode("utf-8", "surrogateescape")


def _posix_lines(offers: Sequence[Offer], home: Path) -> Iterator[str]:
    yield f"__vy_names=({' '.join(offer.name for offer in offers)})"
    yield f"__vy_functions=({' '.join(offer.name for offer in offers if offer.is_function)})"
    for offer in offers:
        if offer.is_function:
            # The text itself, not its file: what is called is what was approved, whatever happens to the file meanwhile.
            yield f"__vy_texts[{offer.name}]={shlex.quote(offer.script)}"
            yield f"__vy_define {offer.name}"
        if offer.cwd is not None:
            yield f"__vy_folders[{offer.name}]={shlex.quote(offer.cwd)}"
        line = build_prompt_line(offer.name, offer.script, offer.parameters, cwd=offer.cwd, is_for_fish=False)
        yield f"__vy_lines[{offer.name}]={shlex.quote(render_prompt_line(line, offer.parameters, _quote_for_both))}"
        if options := _options(offer):
            yield f"__vy_options[{offer.name}]='{chr(10).join(options)}'"
        for number, parameter in enumerate(offer.parameters, 1):
            if values := _offered_values(parameter, home):
                yield f"__vy_values[{offer.name}.{number}]={shlex.quote(chr(10).join(values))}"


def _fish_lines(offers: Sequence[Offer], home: Path) -> Iterator[str]:
    lines = [
        render_prompt_line(build_prompt_line(o.name, o.script, o.parameters, cwd=o.cwd, is_for_fish=True), o.parameters, quote_for_fish)
        for o in offers
    ]
    names = [offer.name for offer in offers]
    said = {offer.name: fish_function(offer.script, cwd=offer.cwd) for offer in offers if offer.is_function}
    functions = {name: text for name, text in said.items() if text is not None}
    yield " ".join(["set -g __vy_names", *names])
    yield " ".join(["set -g __vy_functions", *functions])
    yield " ".join(["set -g __vy_texts", *map(quote_for_fish, functions.values())])
    yield " ".join(["set -g __vy_lines", *map(quote_for_fish, lines)])
    for name in functions:
        yield f"functions -q {name}; or contains -- {name} $__vy_had_functions; or function {name}; __vy_call {name} $argv; end"
    for program in ("vynexus", "vy"):
        yield f"complete -c {program} -f -n __vy_is_naming -a {quote_for_fish(' '.join(names))}"
    for offer in offers:
        for option in _options(offer):
            yield f"complete -c {offer.name} -n '__vy_is_first' -l {option[2:]}"
            for program in ("vynexus", "vy"):
                yield f"complete -c {program} -n '__vy_is_running {offer.name} 1' -l {option[2:]}"
        for number, parameter in enumerate(offer.parameters, 1):
            if values := _offered_values(parameter, home):
                # fish reads the list as a line of its own: what is data in that line is data in this one too.
                listed = quote_for_fish(" ".join(map(quote_for_fish, values)))
                yield f"complete -c {offer.name} -k -n '__vy_is_at {number}' -a {listed}"
                for program in ("vynexus", "vy"):
                    yield f"complete -c {program} -k -n '__vy_is_running {offer.name} {number}' -a {listed}"


def _options(offer: Offer) -> list[str]:
    """Which of the options a script looks for."""
    return [] if offer.is_function else [option for option in _OPTIONS if re.search(rf"^[^#\n]*{option}\)", offer.script, re.MULTILINE)]


def _offered_values(parameter: Parameter, home: Path) -> list[str]:
    """Values of before, the most frequent first, then the default."""
    values = [seen.value for seen in parameter.seen] + ([parameter.default] if parameter.default is not None else [])
    fitting = [v for v in dict.fromkeys(values) if v and len(v) <= _LONGEST_VALUE and is_plain(v) and "{{secret:" not in v]
    # fish does not quote a ~, zsh does not quote a =: they would become something else.
    return [v for v in (_below(home, v) for v in fitting) if v[0] not in "~="][:_MOST_VALUES]


def _below(home: Path, value: str) -> str:
    return f"{home}/{value[2:]}" if value.startswith("~/") else value


def _quote_for_both(text: str) -> str:
    """As one word for bash and zsh; zsh expands `=ls`, which shlex takes for harmless."""
    return f"'{text}'" if text.startswith("=") and shlex.quote(text) == text else shlex.quote(text)
