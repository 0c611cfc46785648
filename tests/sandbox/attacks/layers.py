"""Attacks on the copy-on-write layers themselves: forged marks of the overlay file system, its own directories, memory as a disk."""

from tests.sandbox.attacks.attack import bash, python

_FORGE = """
MARKS = dict(opaque=b"y", redirect=b"/etc", metacopy=b"", whiteout=b"y", origin=b"\\0" * 20, impure=b"y", upper=b"\\0" * 20, nlink=b"U+9", uuid=b"x" * 16)
def forge(path):
    for name, value in MARKS.items():
        for prefix in ("user.overlay.", "user.overlay.overlay.", "trusted.overlay."):
            quietly(os.setxattr, path, prefix + name, value)
"""

ATTACKS = (
    python("forged marks on a real directory", _FORGE + "forge('doc')\nforge('doc/sub')\nforge('.')\nos.listdir('doc').index('a.txt')"),
    python("forged marks on real files", _FORGE + "forge('doc/a.txt')\nforge('doc/big.bin')\nopen('doc/a.txt').read().index('one')"),
    python(
        "forged marks carried in from elsewhere",
        _FORGE
        + """
import shutil
for place in ("/dev/shm/d", "/run/lock/d", "@SHARED@/d"):
    if quietly(os.mkdir, place) is None and not os.path.isdir(place): continue
    forge(place)
    quietly(os.mknod, place + "/a.txt", 0o20000, 0)
    quietly(shutil.copytree, place, "d" + str(len(place)))
    quietly(os.rename, place, "e" + str(len(place)))
""",
    ),
    python(
        "whiteouts of its own",
        """
for path in ("doc/w", "doc/sub/w", "w"):
    attempt("a whiteout by mknod", lambda: os.mknod(path, 0o20000, 0))
for path in ("/dev/shm/w", "/run/lock/w"):
    quietly(os.mknod, path, 0o20000, 0)
    attempt("a whiteout by link", lambda: os.link(path, "linked"))
    attempt("a whiteout by rename", lambda: os.rename(path, "renamed"))
os.listdir("doc").index("a.txt")
""",
    ),
    bash(
        "the layers' own directories",
        "for f in /sys/upper /sys/work /sys/root /proc/1/root/sys/upper /proc/self/root/../sys/upper; do test -e $f && echo ESCAPED $f; done\n"
        "mount | grep -c upperdir; cd /; cd ../../..; test -e upper && echo ESCAPED",
    ),
    python(
        "a root directory kept open",
        """
root = os.open("/", os.O_RDONLY)
for name in ("../sys/upper", "../../upper", "/proc/self/root/../upper"):
    attempt("out of the root", lambda: os.open(name, os.O_RDONLY, dir_fd=root))
attempt("chroot", lambda: os.chroot("doc"))
attempt("chroot to a descriptor", lambda: os.chroot(f"/proc/self/fd/{root}"))
for descriptor in range(3, 250):
    if descriptor != root and os.path.isdir(f"/proc/self/fd/{descriptor}"):
        print("ESCAPED an open directory", descriptor)
""",
    ),
    bash(
        "a directory removed and made again",
        "rm -r doc; mkdir doc; ls -A doc | grep . && echo ESCAPED; echo new > doc/a.txt",
        lists=("delete @HOME@/doc/big.bin", "modify @HOME@/doc/a.txt"),
    ),
    bash(
        "a directory turned into a link", "mv doc doc2; ln -s /etc doc; echo x > doc/vx-leak; rm doc2/a.txt", lists=("replace @HOME@/doc",)
    ),
    bash(
        "unmounting the layers",
        'for m in / /etc /home /tmp "$HOME" @SHARED@ /proc /dev /run; do umount -l "$m" && echo ESCAPED; mount -o remount,rw "$m" && echo ESCAPED; done 2>/dev/null',
    ),
)
