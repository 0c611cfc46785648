"""Whether a text is bash at all: asks bash, which reads it and executes nothing."""

import subprocess


def bash_syntax_error(text: str) -> str | None:
    """What `bash -n` says against it in one line, or None. Raises nothing where there is no bash: nothing is then known."""
    try:
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-n"],
            input=text.encode("utf-8", "surrogateescape"),
            capture_output=True,
            timeout=10,
            check=False,
            env={"PATH": "/usr/bin:/bin:/usr/local/bin", "LC_ALL": "C"},
        )
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return None
    if done.returncode == 0:
        return None
    lines = done.stderr.decode("utf-8", "replace").splitlines()
    return lines[0].removeprefix("bash: ") if lines else f"bash -n exits {done.returncode}"
