import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vynexus_tui.shell.hook_installation import HOOK_SHELLS
from vynexus_tui.shell.rc_block import quote_for_fish, render_rc_block, with_block, without_block

BLOCK = b"# >>> vynexus >>>\nif [ -r x ]; then . x; fi # vynexus\n# <<< vynexus <<<\n"


@given(st.binary(max_size=200).filter(lambda b: b"vynexus" not in b))
def test_any_rc_file_comes_back_byte_for_byte(content):
    assert without_block(with_block(content, BLOCK), size_before=len(content)) == content


@given(*[st.binary(max_size=60).filter(lambda b: b"vynexus" not in b)] * 2)
def test_what_the_person_wrote_around_the_block_meanwhile_stays(before, after):
    installed = with_block(before, BLOCK)
    assert without_block(installed + after, size_before=len(before)) == installed.replace(BLOCK, b"") + after or not after


@given(st.binary(max_size=100).filter(lambda b: b"vynexus" not in b))
def test_a_second_block_replaces_the_first(content):
    other = BLOCK.replace(b" x", b" y")
    assert with_block(with_block(content, BLOCK), other) == with_block(content, other)


def test_the_block_is_shown_as_it_is_written_and_works_for_other_homes(tmp_path):
    block = render_rc_block(tmp_path / "d/hook file", home=tmp_path, bin_directory=tmp_path / "bin")
    assert block.splitlines() == [
        "# >>> vynexus >>>",
        'case ":$PATH:" in *:"$HOME"/bin:*) ;; *) PATH=$PATH:"$HOME"/bin ;; esac',
        """if [ -r "$HOME"/'d/hook file' ]; then . "$HOME"/'d/hook file'; fi""",
        "# <<< vynexus <<<",
    ]


def test_the_block_of_fish_is_in_its_own_language(tmp_path):
    block = render_rc_block(tmp_path / "it's \\d", home=tmp_path, bin_directory=tmp_path / "my bin", shell="fish")
    assert block.splitlines() == [
        "# >>> vynexus >>>",
        """contains -- "$HOME"/'my bin' $PATH; or set -gx PATH $PATH "$HOME"/'my bin'""",
        r"""status is-interactive; and test -r "$HOME"/'it\'s \\d'; and source "$HOME"/'it\'s \\d'""",
        "# <<< vynexus <<<",
    ]


@given(st.lists(st.text(alphabet="ab '\"\\\\$`\n(){}*?~#;&|<>=-é", max_size=12), min_size=1, max_size=20))
@settings(max_examples=15, deadline=None)
def test_what_is_quoted_for_fish_comes_out_of_fish_as_it_was(texts):
    if shutil.which("fish") is None:
        pytest.skip("fish is not installed here")
    script = "printf '%s\\0' " + " ".join(map(quote_for_fish, texts))
    ran = subprocess.run(["fish", "--no-config", "-c", script], capture_output=True, env={"LC_ALL": "C.UTF-8"})
    assert ran.stdout.decode() == "".join(f"{text}\0" for text in texts)


@pytest.mark.parametrize("shell", HOOK_SHELLS)
def test_the_block_appends_to_path_once_and_is_silent_when_the_hook_is_gone(tmp_path, shell):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed here")
    block = render_rc_block(tmp_path / "gone", home=tmp_path, bin_directory=tmp_path / "my bin", shell=shell)
    script = f'{block}{block}printf %s "$PATH"' if shell == "fish" else f'set -eu\n{block}{block}printf %s "$PATH"'
    options = ["--no-config", "-i"] if shell == "fish" else []
    home = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "TERM": "dumb"}
    ran = subprocess.run([shell, *options, "-c", script], env=home, capture_output=True, text=True)
    assert (ran.stdout, ran.stderr) == (f"/usr/bin:/bin:{tmp_path}/my bin", "")
