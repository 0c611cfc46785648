"""The steps of a script as a person would type them: without what the script writer puts around each."""

import re
from textwrap import dedent

from vynexus_tui.language.lexing import parse_command

_MARK = re.compile(r"^: step (\d+)( &&)?$", re.MULTILINE)
_RESUMES = re.compile(r"\(\(from_step > \d+\)\) \|\| ")
_SOURCED = re.compile(r"^(\s*\{) # shellcheck source=[^\n]*$", re.MULTILINE)
_WHOLE_OR_NOTHING = re.compile(r"begin (?P<path>[^\n]+)\n(?P<text>.*)\nfinish [^\n]+", re.DOTALL)
_UNFINISHED = re.compile(r'"\$\{?unfinished\}?"')
_LONGEST, _MOST_BRACES = 10_000, 50
"""Of a step whose braces are looked at: each inner one is a parse."""


def read_steps(script: str) -> tuple[str, ...]:
    """What each numbered step does, comments left out. Empty where the steps are not numbered 1, 2, 3 …"""
    _, *found = _MARK.split(script)
    numbers, chained, texts = found[::3], found[1::3], found[2::3]
    if numbers != [str(number) for number in range(1, len(numbers) + 1)]:
        return ()
    return tuple(_own_text(text, is_chained=mark is not None) for text, mark in zip(texts, chained, strict=True))


def _own_text(step: str, *, is_chained: bool) -> str:
    step = _SOURCED.sub(r"\1", step)
    text = "\n".join(line for line in step.splitlines() if line.strip() and not line.lstrip().startswith("#")).strip()
    text = text.removesuffix("&&").rstrip() if text.endswith(" &&") else text
    if (resumes := _RESUMES.match(text)) is not None:
        text = text[resumes.end() :]
    if resumes is not None or is_chained:
        text = _without_braces(text)
    written = _WHOLE_OR_NOTHING.fullmatch(text)
    if written is not None and len(_UNFINISHED.findall(written["text"])) == 1:
        path = written["path"]
        text = _UNFINISHED.sub(lambda _: path, written["text"])
    return text


def _without_braces(text: str) -> str:
    """`{ a; b; }` as `a; b`, where the first brace ends with the last."""
    if not re.match(r"\{\s", text) or not text.endswith("}") or text[:-1].rstrip(" ")[-1] not in ";\n" or len(text) > _LONGEST:
        return text
    inner = [brace.end() for brace in re.finditer(r"\}", text[:-1])]
    if len(inner) > _MOST_BRACES or any(len(parse_command(f"{text[:end]}\n:")) > 1 for end in inner):
        return text
    return dedent(text[1:-1].strip("\n")).strip().removesuffix(";").rstrip()
