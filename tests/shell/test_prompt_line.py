"""What the key puts on the prompt does what the script does, in each shell, whatever the arguments are."""

import shlex
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shell.automations import created
from vynexus_tui.domain.automations import Parameter
from vynexus_tui.shell.fish_wording import say_in_fish
from vynexus_tui.shell.prompt_line import build_prompt_line, render_prompt_line, split_steps
from vynexus_tui.shell.rc_block import quote_for_fish

HOST, TAG = Parameter(name="host", default=None), Parameter(name="tag", default="it's main")
STEPS = (
    'printf \'<%s>\' "${host}" x"${tag}"',
    "printf '<%s>' \"a ${host} b ${tag}\" 'it is '\"${host}\"' $x'",
    'printf \'<%s>\' "${host}${tag}" pre"${tag}"post',
    'printf "<%s>" "\\"${host}\\"" \\"',
    "printf '<%s>' \"\" '' \"${tag}\"",
)
ARGUMENTS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")), min_size=1, max_size=12)


def script(*steps: str) -> str:
    return "#!/usr/bin/env bash\nset -eu\n" + "\n\n".join(f": step {number}\n{step}" for number, step in enumerate(steps, 1)) + "\n"


def shown(*steps: str, parameters=(HOST, TAG), cwd=None, is_for_fish=False, text=None):
    return build_prompt_line("deploy", text or script(*steps), parameters, cwd=cwd, is_for_fish=is_for_fish)


def filled(line, words) -> str:
    return line.texts[0] + "".join(words[place] + text for place, text in zip(line.places, line.texts[1:], strict=True))


def output(shell: str, line: str) -> bytes:
    options = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    return subprocess.run([shutil.which(shell) or shell, *options, "-c", line], capture_output=True).stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@settings(max_examples=40, deadline=None)
@given(host=ARGUMENTS, tag=ARGUMENTS)
def test_the_line_hands_on_the_arguments_as_the_script_does(shell, host, tag):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed here")
    line = shown(*STEPS, is_for_fish=shell == "fish")
    assert len(line.places) == 10
    quote = quote_for_fish if shell == "fish" else lambda word: f"'{word}'" if word[0] == "=" and "'" not in word else shlex.quote(word)
    wanted = output("bash", f"host={shlex.quote(host)} tag={shlex.quote(tag)}\n" + script(*STEPS))
    assert output(shell, filled(line, (quote(host), quote(tag)))) == wanted


def test_the_line_is_the_steps_joined_and_an_argument_that_is_not_known_is_named():
    line = shown('echo "${host}.tar"  # note', "cd x && make; ls", cwd="/my work")
    assert filled(line, ("H", "T")) == "cd '/my work' && echo H\".tar\" && { cd x && make; ls; }"
    assert render_prompt_line(shown('echo "${host}" "${tag}"'), (HOST, TAG), shlex.quote).split("\n") == [
        "echo ", "1", "{host}", " ", "2", "'it'\"'\"'s main'", "",
    ]  # fmt: skip


def test_an_argument_that_the_script_works_out_itself_is_named_too():
    day = Parameter(name="day", default="")
    assert render_prompt_line(shown('echo "${day}"', parameters=(day,)), (day,), shlex.quote).split("\n") == ["echo ", "1", "{day}", ""]


@pytest.mark.parametrize(
    "steps",
    [
        ('echo "$tmp"',),
        ('echo "$1"',),
        ('echo `date` "${host}"',),
        ("sleep 9 &",),
        ("for f in a b\ndo\necho\ndone",),
        ("cat <<EOF\nx\nEOF",),
        ("echo a\x1b[2J",),
        ("echo a\u202eb",),
        ("x" * 3000,),
        ("echo 'open",),
    ],
)
def test_what_cannot_be_one_line_is_shown_as_the_call_of_the_automation(steps):
    assert filled(shown(*steps), ("H", "T")) == "deploy H T"
    assert filled(shown("make", *steps, parameters=()), ()) == "deploy"


@pytest.mark.parametrize("text", ["", "make\n", ": step 2\nmake\n", ": step 1\na\n: step 3\nb\n", ": step 1\n"])
def test_a_script_without_steps_in_order_has_none(text):
    assert split_steps(text) == ()
    assert filled(shown(text=text or "\n"), ("H", "T")) == "deploy H T"


def test_what_the_environment_or_the_step_itself_knows_may_be_in_the_line():
    line = 'for f in *.c; do cc "$f" -o "$HOME/x"; done'
    assert filled(shown(line, "awk '{print $1}' x", parameters=()), ()) == f"{{ {line}; }} && awk '{{print $1}}' x"


def test_a_function_is_a_chain_and_its_steps_are_found_too():
    text = "# go: x\n: step 1 &&\ncd ~/work &&\n: step 2 &&\nexport A=b\n"
    assert split_steps(text) == ("cd ~/work", "export A=b")


SORTED = "sort data/north.csv | uniq -c > out/north.txt"


@pytest.mark.parametrize(
    ("commands", "values", "wanted"),
    [
        (["mkdir -p out", SORTED], {"region": "north"}, "mkdir -p out && sort data/P.csv | uniq -c > out/P.txt"),
        ([SORTED], {"region": "north"}, "sort data/P.csv | uniq -c > out/P.txt"),
        (["sort a > b", "wc -l b"], {}, "sort a > b && wc -l b"),
        (["make || true", "ls && pwd", "wc -l < x"], {}, "{ make || true; } && ls && pwd && wc -l < x"),
        (["{ a; } | { b; }", "for i in 1 2; do echo $i; done"], {}, '{ { a; } | { b; }; } && { for i in 1 2; do echo "$i"; done; }'),
        (["cd x", "source .venv/bin/activate", "export A=b"], {}, "cd x && source .venv/bin/activate && export A=b"),
        (["cd x", "export A=b || true"], {}, "cd x && { export A=b || true; }"),
    ],
)
def test_of_a_script_as_it_is_made_only_the_persons_own_commands_are_shown(commands, values, wanted):
    made = created(commands, values)
    line = build_prompt_line(made.name, made.script.text, made.parameters, cwd=None, is_for_fish=False)
    assert filled(line, ["P"]) == wanted


@pytest.mark.parametrize("cwd", ["/x\x1fy", "/x\ny", "/x\ry", "/x\x1b[2Jy", "/x\u202ey"])
def test_a_folder_that_is_not_plain_text_is_not_put_on_the_prompt(cwd):
    for is_for_fish in (False, True):
        assert filled(shown("make", cwd=cwd, parameters=(), is_for_fish=is_for_fish), ()) == "deploy"


@given(st.text(max_size=80))
def test_no_text_at_all_is_too_much(text):
    line = shown(text=f": step 1\n{text}\n")
    assert len(line.texts) == len(line.places) + 1
    said = say_in_fish(text)
    assert said is None or isinstance(said, str)


@pytest.mark.parametrize(
    ("bash", "fish"),
    [
        ("cd ~/work && make -j4 >out 2>&1", "cd ~/work && make -j4 >out 2>&1"),
        ("source .venv/bin/activate", "source .venv/bin/activate.fish"),
        (". ~/my/bin/activate && cd x", "source ~/my/bin/activate.fish && cd x"),
        ('export A=1 B="$HOME/x"', 'export A=1 B="$HOME/x"'),
        ("unset A B && make", "begin; set -e A B; true; end && make"),
        ("A=1 make", "A=1 make"),
        ("git commit -m 'it is' | cat", "git commit -m 'it is' | cat"),
    ],
)
def test_what_fish_says_alike_or_with_another_word(bash, fish):
    assert say_in_fish(bash) == fish


@pytest.mark.parametrize(
    "line",
    ["echo $(date)", "echo `date`", "echo ${A}", "echo $?", "[[ -f x ]]", "for f in a; do echo; done", "source ./env.sh", "A=1", "export A",
     "echo 'a\\'", "echo a\\n", "set -e", "make &", "a || b", "a; b", "cat <<EOF", "diff <(a) b", "ls [ab]*", "ls a?", "a |& b", "echo $'x'",
     "cd $HOME/x", "echo a$x", "export PATH=/x:$PATH", "export PATH=$PATH:/x", 'echo "$RANDOM"', 'echo "$status"', 'echo "$_"',
     'export MANPATH="/x:$MANPATH"', 'export CDPATH=/x',
     "unset -f a", "eval x", "read x", "echo \"`date`\"", "echo \"$A[1]\"", "$EDITOR x", "(cd x)", "", "# note", "! a", "function f { :; }", "a() { :; }"],
)  # fmt: skip
def test_what_fish_would_read_differently_is_not_said(line):
    assert say_in_fish(line) is None


@pytest.mark.parametrize(
    "line",
    ['export PATH="/x:$PATH"', 'export PATH="$PATH":/x', 'export PATH="$HOME/b:$PATH:/y"', 'export A="$NOT_SET" B="a $HOME"', 'export NEWPATH="/x:$NEWPATH"', "unset NEWPATH NOT_SET && export A=after"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/usr/bin", "/usr/bin:/bin", "/usr/bin:/my programs:/bin"])
def test_a_variable_has_the_same_value_in_fish(line, path):
    fish, env = shutil.which("fish"), shutil.which("env")
    if fish is None or env is None:
        pytest.skip("fish is not installed here")
    said = say_in_fish(line)
    assert said is not None
    environments = [
        subprocess.run(
            [*shell, f"{text}; {env}"], env={"HOME": "/h o", "PATH": path, "NEWPATH": "/a"}, capture_output=True, text=True
        ).stdout
        for shell, text in (([shutil.which("bash"), "-c"], line), ([fish, "--no-config", "-c"], said))
    ]
    names = ("PATH=", "A=", "B=", "NEWPATH=")
    bash, in_fish = (sorted(row for row in text.splitlines() if row.startswith(names)) for text in environments)
    assert in_fish == bash != []
