"""Which files some program executes later without being asked: a change to them outlives the script that made it."""

import re
from posixpath import basename, normpath

_NAMES = frozenset(
    """.bashrc .bash_profile .bash_login .bash_logout .bash_aliases .profile .zshrc .zshenv .zprofile .zlogin .zlogout .kshrc .cshrc .tcshrc
    .login .logout .inputrc .pam_environment .envrc .tmux.conf .screenrc .emacs .vimrc .gvimrc .exrc .gdbinit .gitconfig .xinitrc .xprofile
    .xsession .xsessionrc authorized_keys config.fish crontab
    .psqlrc .lldbinit usercustomize.py sitecustomize.py ld.so.preload rc.local""".split()
)
_PLACES = re.compile(
    r"/\.git/(?:.*/)?(?:config(?:\.worktree)?|hooks)/|/\.husky/|/\.vscode/tasks\.json/|/site-packages/[^/]+\.pth/|/\.ipython/.*/startup/|/\.ssh/|/\.local/(?:bin|share/(?:applications|systemd))/"
    r"|/\.config/(?:environment\.d|git|nvim|fish|tmux|zsh|emacs|systemd|i3|sway|hypr|kitty|direnv|mise|nushell)/|/\.(?:vim|emacs\.d)/"
    r"|/autostart/|/systemd/(?:user|system)/|/fish/conf\.d/|/profile\.d/|/cron(?:tabs|\.\w+)/"
    r"|^(?:/home/[^/]+|/Users/[^/]+|/root)/bin/"
)
"""Looked for in the path with a slash at its end, so that a link in the place of such a directory counts too."""


def is_executed_later(path: str) -> bool:
    """Whether what lies at `path` is executed later. Project files that only run when called (Makefile, package.json) are not meant."""
    path = normpath(path)
    return basename(path) in _NAMES or bool(_PLACES.search(f"{path}/"))
