"""Tables of programs by what they do, with the reason in words where a screen shows it. One place for all rooms."""

import re

WRAPPERS = frozenset(
    {"time", "timeout", "nohup", "env", "command", "builtin", "nice", "ionice", "exec", "stdbuf", "setsid", "caffeinate", "noglob"}
) | frozenset(
    """busybox chronic rlwrap unbuffer unshare catchsegv torsocks torify proxychains proxychains4 gtimeout taskset chrt fakeroot
    systemd-inhibit dbus-run-session xvfb-run nocorrect ! not and or""".split()
)
"""Programs, and words of the shell, that run the command after them."""
WRAPPERS_WITH_OPERAND = frozenset({"timeout", "gtimeout", "taskset", "chrt"})
"""These take one word before it: how long, on which processors, with what priority."""
PRIVILEGED = frozenset({"sudo", "doas", "su", "pkexec", "run0"})
WRAPPER_OPTIONS_WITH_VALUE = {
    "time": frozenset({"-f", "-o"}),
    "env": frozenset({"-u", "-C", "-S", "--unset", "--chdir"}),
    "nice": frozenset({"-n"}),
    "ionice": frozenset({"-c", "-n", "-p"}),
    "timeout": frozenset({"-k", "-s", "--kill-after", "--signal"}),
    "gtimeout": frozenset({"-k", "-s", "--kill-after", "--signal"}),
    "chrt": frozenset({"-T", "-P", "-D"}),
    "xvfb-run": frozenset({"-n", "-f", "-s", "-w", "-e", "-p"}),
    "stdbuf": frozenset({"-i", "-o", "-e"}),
    "exec": frozenset({"-a"}),
    "rlwrap": frozenset({"-f", "-H", "-S", "-C"}),
    "unshare": frozenset({"-S", "-G", "-R", "-w"}),
    "sudo": frozenset({"-u", "-g", "-h", "-p", "-C", "-D", "-R", "-T", "-U", "--user", "--group", "--host"}),
    "doas": frozenset({"-u", "-C"}),
}

TWO_WORD_PROGRAMS = frozenset(
    """git docker podman kubectl helm npm pnpm yarn bun cargo go pip pip3 pipx uv poetry conda brew apt apt-get dnf yum pacman
    systemctl journalctl aws gcloud az terraform tofu ansible vagrant gh glab hg svn bundle rails rake dotnet mvn gradle make just
    task tox nox hatch flutter dart php composer deno rustup nix zfs ip nmcli docker-compose""".split()
)
THREE_WORD_HEADS = frozenset(
    "npm run|pnpm run|yarn run|bun run|docker compose|docker image|docker container|docker volume|docker network|git stash"
    "|git remote|git worktree|aws s3|uv run|uv pip|poetry run|kubectl rollout|kubectl set|gh pr|gh issue|gh run|cargo run".split("|")
)
RUNNERS = {"python": "-m", "python3": "-m"}
LEADING_OPTIONS_WITH_VALUE: dict[str, frozenset[str]] = {
    "git": frozenset({"-C", "-c", "--git-dir", "--work-tree"}),
    "kubectl": frozenset({"-n", "--namespace", "--context", "--kubeconfig"}),
    "docker": frozenset({"-H", "--context", "-f", "-p"}),
    "helm": frozenset({"-n", "--namespace"}),
    "npm": frozenset({"--prefix", "-w", "-C"}),
    "make": frozenset({"-C", "-f", "-j"}),
}
"""Options before the sub-command that take the next word, so that `git -C dir push` reads as `git push`."""

INTERACTIVE = {
    "opens an editor": "vi vim nvim nano emacs micro hx helix joe ed ex view vimdiff nvimdiff kak code codium subl zed gedit kate mousepad"
    " mcedit pico crontab visudo vipw sudoedit",
    "waits for a person (pager)": "less more most man info w3m lynx pinfo bat-pager",
    "opens a session": "ssh mosh telnet ftp sftp screen zellij byobu su login rlogin minicom picocom mysql mariadb psql sqlite3"
    " mongosh redis-cli valkey-cli irb pry iex ghci node-repl ipython bpython gdb lldb pdb msfconsole smbclient lftp",
    "is a full-screen program": "top htop btop atop glances nvtop k9s lazygit tig ranger mc nnn lf yazi ncdu watch fzf dialog whiptail"
    " cmatrix vynexus vy aptitude alsamixer nmtui",
    "is a conversation": "claude codex aider gemini copilot opencode cursor-agent",
    "moves a job of this shell": "fg bg jobs wait disown",
    "waits for an answer": "read select passwd chsh ssh-copy-id ssh-keygen zenity fdisk cfdisk gparted",
    "runs until a person stops it": "nodemon vite ngrok http-server live-server tcpdump yes uvicorn gunicorn watchexec wireshark",
}
INTERACTIVE_REASON = {name: reason for reason, names in INTERACTIVE.items() for name in names.split()}
NEEDS_OPERANDS = frozenset({"python", "python3", "node", "ruby", "php", "lua", "perl", "R", "julia", "bash", "sh", "zsh", "fish", "bc"})
"""Without operands these wait for a person at a prompt."""
BATCH_OPTIONS: dict[str, int | tuple[str, ...]] = {
    "ssh": 2,
    "mysql": ("-e", "--execute", "<"),
    "psql": ("-c", "-f", "--command", "--file", "<", "-l"),
    "sqlite3": 2,
    "redis-cli": 1,
    "mongosh": ("--eval",),
    "crontab": ("-l", "-r", "<"),
    "emacs": ("--batch", "-batch"),
    "vim": ("-es", "-Es"),
    "nvim": ("--headless",),
    "ssh-keygen": ("-N", "-l", "-y", "-R", "-F"),
    "ipython": 1,
    "screen": ("-dmS", "-dm", "-ls", "-X"),
    "vite": ("build",),
    "claude": ("-p", "--print"),
    "top": ("-b",),
    "sftp": ("-b",),
    "su": ("-c", "--command"),
    "gdb": ("-batch", "--batch"),
    "lldb": ("-b", "--batch"),
    "mariadb": ("-e", "--execute", "<"),
    "valkey-cli": 1,
    "msfconsole": ("-x", "-r"),
    "smbclient": ("-c", "-L"),
    "lftp": ("-c", "-e", "-f"),
    "fdisk": ("-l",),
    "ed": ("-s",),
    "ex": ("-s",),
}
"""When these make the program run without a person: an option, or more operands than this."""

UNTIL_STOPPED_HEADS = frozenset(
    "npm start|npm run dev|npm run start|npm run serve|npm run watch|yarn dev|yarn start|yarn run dev|pnpm dev|pnpm start|pnpm run dev"
    "|bun dev|bun run dev|rails s|rails server|rails c|rails console|cargo watch|deno repl|docker stats|docker attach|kubectl port-forward"
    "|kubectl proxy|kubectl attach|kubectl edit|npm login|npm init|gh auth|python -m http.server|python3 -m http.server|python -m pdb"
    "|python3 -m pdb|gcloud auth".split("|")
)
SERVER_WORDS = {"flask": "run", "hugo": "server", "mkdocs": "serve", "jekyll": "serve", "jupyter": "", "next": "dev", "stripe": "listen"}

TRIVIAL = frozenset(
    "ls ll la l dir cd pushd popd pwd clear cls reset exit logout history echo true false cat less more man help which type whereis"
    " whoami id date uptime df free w who top htop head tail file stat tree man bg fg jobs :q quit"
    " ps env printenv hostname uname locate apropos tldr eza exa lsd bat batcat lsblk groups realpath cal last z zi j".split()
)
"""Looking around: alone never worth a script."""
NAVIGATION = frozenset("cd pushd popd pwd ls ll la l dir eza exa lsd clear cls exit logout z zi j .. ... -".split())
STATEFUL = frozenset(
    "cd pushd popd export unset source . alias unalias set shopt setopt umask ulimit conda activate deactivate eval".split()
)
"""Change the shell that calls them; inside a script that change is lost at its end."""

NETWORK = frozenset(
    """curl wget ssh scp sftp rsync ping ping6 dig nslookup host nc ncat netcat telnet ftp http https xh httpie traceroute mtr whois nmap
    aws gcloud az gsutil s3cmd rclone kubectl helm docker-compose terraform tofu ansible ansible-playbook gh glab apt apt-get dnf yum
    npx uvx ssh-copy-id sshfs svn lftp wscat websocat pacman brew snap flatpak mail sendmail twine psql mysql redis-cli mongosh heroku flyctl vercel netlify wrangler""".split()
)
NETWORK_HEADS = frozenset(
    """git push|git pull|git fetch|git clone|git ls-remote|npm install|npm ci|npm publish|npm update|pnpm install|yarn install|yarn add
    |pip install|pip3 install|pip download|pipx install|uv sync|uv add|uv pip|cargo install|cargo publish|cargo update|go get|go install
    |docker push|docker pull|docker login|gem install|bundle install|composer install|poetry install|poetry publish|conda install
    |docker build|npm i|brew install|svn update|hg pull|hg push|git submodule|go mod|cargo fetch|uv tool|uv lock|conda create|npm outdated
    |npm audit|npm view|docker compose pull|docker compose push|docker compose build|git remote update|helm pull|pnpm add|bun install""".replace(
        "\n", ""
    )
    .replace("    ", "")
    .split("|")
)
OTHER_DAEMON = frozenset(
    """docker docker-compose podman podman-compose nerdctl buildah ctr crictl lxc incus minikube kind virsh multipass vagrant flatpak snap
    systemctl systemd-run service journalctl loginctl hostnamectl timedatectl localectl nmcli resolvectl udisksctl bluetoothctl
    crontab at batch atrm launchctl dbus-send dbus-monitor busctl gdbus qdbus gsettings dconf gio notify-send xdg-open
    tmux screen xclip xsel wl-copy pbcopy wpctl pactl ssh-add lp lpr emacsclient xdotool wmctrl wall write
    pkill killall renice ionice swapon swapoff mount umount iptables nft ufw ifconfig modprobe insmod rmmod sysctl mknod chattr setcap
    shutdown reboot poweroff""".split()
)

PUBLISHING_HEADS = frozenset(
    "git push|npm publish|pnpm publish|yarn publish|yarn npm publish|bun publish|cargo publish|twine upload|gem push|poetry publish|uv publish"
    "|hatch publish|flit publish|pdm publish|mvn deploy|docker push|podman push|buildah push|docker compose push|helm push|helm upgrade"
    "|helm install|gh release|gh pr create|gh pr merge|gh pr close|gh pr comment|gh pr review|gh pr edit|gh issue create|gh issue close"
    "|gh issue comment|gh issue edit|gh gist create|glab mr create|glab mr merge|glab issue create|terraform apply|tofu apply|terragrunt apply"
    "|pulumi up|kubectl apply|kubectl create|kubectl delete|kubectl set|kubectl rollout|kubectl scale|kubectl patch|kubectl replace|oc apply"
    "|aws s3 cp|aws s3 sync|aws s3 mv|aws s3 rm|gsutil cp|gsutil rsync|flyctl deploy|fly deploy|vercel deploy|netlify deploy"
    "|wrangler deploy|firebase deploy|gcloud app deploy|gcloud run deploy|sls deploy|serverless deploy|gradle publish|gradlew publish".split(
        "|"
    )
)
SENDING_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE", "MKCOL", "MOVE", "COPY"})
SENDING_OPTIONS = ("-d", "-F", "-T", "--data", "--json", "--form", "--upload-file")
DESTRUCTIVE_PROGRAMS = {
    "dd": "overwrites devices and files",
    "mkfs": "makes a new file system",
    "shred": "destroys files",
    "wipefs": "wipes a disk",
    "fdisk": "changes partitions",
    "parted": "changes partitions",
    "reboot": "restarts the machine",
    "shutdown": "stops the machine",
    "poweroff": "stops the machine",
    "halt": "stops the machine",
    "dropdb": "drops a database",
    "unlink": "deletes a file",
    "truncate": "empties files",
    "mkswap": "makes a new swap area",
    "sgdisk": "changes partitions",
    "blkdiscard": "wipes a disk",
    "dropuser": "drops a user of the database",
    "lvremove": "deletes a volume",
    "vgremove": "deletes volumes",
    "pvremove": "deletes a volume",
    "rimraf": "deletes directories",
    "del-cli": "deletes directories",
}
WHOLE_DEVICE_PROGRAMS = frozenset("mkfs wipefs fdisk sfdisk cfdisk gdisk sgdisk parted mkswap blkdiscard".split())
"""They work on nothing but whole devices."""
DESTRUCTIVE_HEADS = {
    "terraform destroy": "destroys infrastructure",
    "tofu destroy": "destroys infrastructure",
    "terragrunt destroy": "destroys infrastructure",
    "pulumi destroy": "destroys infrastructure",
    "kubectl delete": "deletes from the cluster",
    "kubectl drain": "empties a node",
    "oc delete": "deletes from the cluster",
    "docker rm": "deletes containers",
    "docker container rm": "deletes containers",
    "docker rmi": "deletes images",
    "docker image rm": "deletes images",
    "docker volume rm": "deletes a volume",
    "docker compose rm": "deletes containers",
    "podman rm": "deletes containers",
    "podman rmi": "deletes images",
    "podman volume rm": "deletes a volume",
    "git clean": "deletes untracked files",
    "git restore": "drops local changes",
    "git filter-branch": "rewrites history",
    "git filter-repo": "rewrites history",
    "git reflog expire": "drops the way back",
    "git stash drop": "drops stashed changes",
    "git stash clear": "drops stashed changes",
    "helm uninstall": "deletes a release",
    "helm delete": "deletes a release",
    "aws s3 rb": "deletes a bucket",
    "aws s3 rm": "deletes objects",
    "gsutil rm": "deletes objects",
    "gsutil rb": "deletes a bucket",
    "rclone delete": "deletes files at the remote",
    "rclone purge": "deletes files at the remote",
    "rclone sync": "deletes at the target what the source lacks",
    "npm unpublish": "withdraws a package",
    "cargo yank": "withdraws a package",
    "vagrant destroy": "destroys a machine",
    "gh repo delete": "deletes a repository",
    "gh release delete": "deletes a release",
    "zfs destroy": "destroys a file system",
    "zpool destroy": "destroys a file system",
    "btrfs subvolume delete": "deletes a file system",
    "restic forget": "deletes backups",
    "borg delete": "deletes backups",
    "borg prune": "deletes backups",
    "cdk destroy": "destroys infrastructure",
    "serverless remove": "destroys infrastructure",
    "sls remove": "destroys infrastructure",
    "vercel remove": "deletes a deployment",
    "virsh undefine": "deletes a machine",
    "conda env remove": "deletes an environment",
    "prisma migrate reset": "drops data",
    "alembic downgrade": "drops data",
    "manage.py flush": "drops data",
    "hg strip": "deletes commits",
    "git gc --prune=now": "drops the way back",
    "7z d": "deletes files from an archive",
    "git update-ref -d": "deletes a branch",
    **dict.fromkeys((f"{p} db:{v}" for p in ("rails", "rake") for v in ("drop", "reset", "drop:all", "migrate:reset")), "drops a database"),
    **dict.fromkeys((f"php artisan {v}" for v in ("migrate:fresh", "migrate:reset", "db:wipe")), "drops data"),
    **dict.fromkeys((f"{p} manage.py flush" for p in ("python", "python3")), "drops data"),
}
DESTRUCTIVE_OPTIONS = {
    "rsync": ("--remove-source-files", "deletes files it has copied"),
    "tar": ("--remove-files", "deletes files it has packed"),
    "zip": ("--move", "deletes files it has packed"),
    "gpg": ("--delete-secret-keys", "deletes keys"),
    "gpg2": ("--delete-secret-keys", "deletes keys"),
    "prisma": ("--force-reset", "drops data"),
    "conda remove": ("--all", "deletes an environment"),
}
"""Of a program, or of its sub-command: an option that deletes."""
DELETES_RESOURCES = frozenset("gcloud az aws doctl heroku flyctl fly virsh linode-cli hcloud multipass netlify firebase wrangler".split())
"""A word such as delete, destroy or terminate-instances among theirs deletes something."""
_NO_WHERE = r"(?:(?!\bwhere\b)[^;])*+(?:;|\Z)"
DATA_LOSS = re.compile(
    rf"\b(?:drop\s+(?:table|database|schema|view|index|user|role)\b|truncate\s+(?:table\s+)?[\w\"`.]+|delete\s+from\b{_NO_WHERE}"
    r"|flush(?:all|db)\b|dropdatabase)",
    re.IGNORECASE,
)
"""DELETE FROM only without WHERE: that one takes every row."""
DATA_CHANGE = re.compile(
    r"\b(?:insert\s+into|update\s+\S+\s+set|delete\s+from|alter\s+table|create\s+table|replace\s+into)\b", re.IGNORECASE
)
PLAIN_DELETION = "rm deletes files"
"""The one destruction that a longer script may hold: files named one by one."""

DATABASE_CLIENTS = frozenset("psql mysql mariadb sqlite3 mongosh mongo redis-cli valkey-cli sqlcmd clickhouse-client duckdb".split())
HARMLESS_DEVICES = ("/dev/null", "/dev/std", "/dev/tty", "/dev/fd", "/dev/tcp", "/dev/udp", "/dev/shm")
NESTED = re.compile(r"\$\(|`|[<>]\(")
FRAGMENT = re.compile(r"\$\(|`|[<>]\(|[;|&(){}\n]|\b(?:do|then|else|elif|if|while|until|begin|repeat\s+\S+)\b")
SHELLS = frozenset({"sh", "bash", "zsh", "dash", "fish", "ksh"})
RUNNER_OPTIONS_WITH_VALUE = {
    "ssh": frozenset("-b -c -D -E -e -F -I -i -J -L -l -m -O -o -P -p -Q -R -S -W -w".split()),
    "xargs": frozenset("-I -n -P -d -L -s -a -E".split()),
    "watch": frozenset("-n".split()),
    "parallel": frozenset("-j".split()),
    "flock": frozenset("-w -E".split()),
    "strace": frozenset("-e -o -p -s -u".split()),
    "ltrace": frozenset("-e -o -p -s -u".split()),
    "entr": frozenset(),
    "coproc": frozenset(),
    "valgrind": frozenset(),
    "systemd-run": frozenset("-p -t -u".split()),
    "firejail": frozenset(),
    "faketime": frozenset("-f".split()),
    "chroot": frozenset(),
    "nsenter": frozenset("-t -S -G".split()),
    "perf": frozenset("-e -o -F".split()),
}
RUNNER_OPERANDS = {"ssh": 1, "flock": 1, "faketime": 1, "chroot": 1, "perf": 1}
"""Operands before the command that such a program runs: host, lock file."""

LOADS_CODE = frozenset(
    """LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT DYLD_INSERT_LIBRARIES DYLD_LIBRARY_PATH BASH_ENV PROMPT_COMMAND PYTHONSTARTUP PYTHONHOME
    NODE_OPTIONS PERL5OPT RUBYOPT JAVA_TOOL_OPTIONS GIT_EXTERNAL_DIFF GIT_SSH GIT_SSH_COMMAND LESSOPEN""".split()
)
"""Variables that make other programs run or load code."""
DOWNLOADERS = frozenset({"curl", "wget", "fetch", "http", "https", "xh", "aria2c"})
INTERPRETERS = SHELLS | frozenset("python python3 perl ruby node php lua eval source .".split())
STOPS_PROCESSES = frozenset({"kill", "killall", "killall5", "pkill", "xkill", "skill"})
CHANGES_RIGHTS = frozenset({"chmod", "chown", "chgrp", "chattr", "setfacl", "chcon"})
