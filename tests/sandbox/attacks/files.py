"""Attacks on files of the host: content, modes, times, names, attributes, and the ways around a copy-on-write layer."""

from dataclasses import replace

from tests.sandbox.attacks.attack import TIGHT, bash, python

ATTACKS = (
    bash("append to a file", "echo more >> doc/a.txt", lists=("modify @HOME@/doc/a.txt",), outside="changed: @HOME@/doc/a.txt"),
    bash("change a mode", "chmod 777 doc/private", lists=("chmod @HOME@/doc/private",), outside="changed: @HOME@/doc/private"),
    bash(
        "change content and set the times back",
        "touch -r doc/a.txt before; echo two > new; sed -i s/two/owt/ doc/a.txt; touch -r before doc/a.txt; rm before new",
        lists=("modify @HOME@/doc/a.txt",),
        outside="changed: @HOME@/doc/a.txt",
    ),
    bash("rename a file", "mv doc/a.txt doc/c.txt", lists=("rename @HOME@/doc/c.txt",), outside="changed: @HOME@/doc/a.txt"),
    python(
        "set an extended attribute",
        "os.setxattr('doc/a.txt', 'user.note', b'1')",
        outside="changed: @HOME@/doc/a.txt",
    ),
    python(
        "set an access control list",
        "quietly(os.setxattr, 'doc/a.txt', 'system.posix_acl_access', bytes.fromhex('02000000010006ffffffff04000400ffffffff20000400ffffffff'.replace('0006ff', '000600ff')))",
    ),
    bash("chmod -R 000 ~", "chmod -R 000 ~ 2>/dev/null", lists=("chmod @HOME@",), outside="changed: @HOME@"),
    bash("rm -rf ~", "rm -rf ~/* ~/.[a-z]* 2>/dev/null", lists=("delete @HOME@/doc",), outside="changed: @HOME@/doc"),
    bash(
        "rm -rf /",
        "rm -rf --no-preserve-root ~ / 2>/dev/null",
        limit="any",
        ends=None,  # of a large tree it gets only so far
        exit_code=None,
        settings=replace(TIGHT, cpu_s=4, wall_s=10.0),
    ),
    bash("mv ~ away", "cd /; mv ~ @SHARED@/taken; mv /etc /etc2; mv /usr /usr2"),
    bash(
        "places that are the trial's own, taken away",
        "chmod u+w /run; rm -rf /run/lock /dev/shm; ln -s /etc /run/lock; echo x > /run/x; chmod 000 /run /sys /dev/shm; echo made > made",
        lists=("create @HOME@/made",),
    ),
    bash("write through a symbolic link", "ln -s @SHARED@ out; echo leak > out/leak; ln -sfn /etc e; echo x >> e/passwd; echo y > e/new"),
    bash(
        "a hard link out of the tree",
        "ln doc/a.txt @SHARED@/hard; echo more >> @SHARED@/hard; chmod 777 @SHARED@/hard",
        outside="changed: ",
    ),
    bash(
        "files of another user in a sticky directory",
        "mv @THEIRS@ /tmp/@ABSTRACT@-mine; rm -f @THEIRS@; echo x >> @THEIRS@; chmod 777 @THEIRS@",
    ),
    bash(
        "files outside of home",
        "for d in /etc /opt /var/tmp /var/spool /usr/local/bin /dev/shm /; do echo x > $d/vx-leak; done; echo x >> /etc/hosts",
    ),
    python(
        "O_TMPFILE and linkat",
        """
for folder in ("doc", "@SHARED@"):
    handle = quietly(os.open, folder, os.O_TMPFILE | os.O_RDWR, 0o600)
    if handle is not None:
        os.write(handle, b"leak")
        libc.linkat(-100, f"/proc/self/fd/{handle}".encode(), -100, f"{folder}/linked".encode(), 0x400)
""",
        outside="changed: @HOME@/doc",
    ),
    python(
        "a shared writable mapping",
        """
import mmap
with open("doc/a.txt", "r+b") as file, mmap.mmap(file.fileno(), 0) as view:
    view[0:3] = b"ONE"
with open("doc/big.bin", "rb") as file:
    early = mmap.mmap(file.fileno(), 0, mmap.MAP_SHARED, mmap.PROT_READ)
    quietly(libc.mprotect, ctypes.c_void_p(0), 4096, 3)
    open("doc/big.bin", "r+b").write(b"changed")
""",
        lists=("modify @HOME@/doc/a.txt",),
        outside="changed: @HOME@/doc/a.txt",
    ),
    python(
        "a descriptor opened for reading, opened again for writing",
        """
with open("doc/a.txt", "rb") as file:
    for path in (f"/proc/self/fd/{file.fileno()}", f"/proc/{os.getpid()}/fd/{file.fileno()}", f"/dev/fd/{file.fileno()}"):
        with open(path, "r+b") as again:
            again.write(b"X")
    os.fchmod(file.fileno(), 0o777)
    os.utime(file.fileno(), (0, 0))
    quietly(os.fchown, file.fileno(), os.getuid(), os.getgid())
""",
        lists=("modify @HOME@/doc/a.txt",),
        outside="changed: @HOME@/doc/a.txt",
    ),
    python(
        "sendfile, splice, copy_file_range and FICLONE onto a file",
        """
source, target = os.open("doc/big.bin", os.O_RDONLY), os.open("doc/a.txt", os.O_RDWR)
quietly(os.sendfile, target, source, 0, 1000)
quietly(os.copy_file_range, source, target, 1000, 0, 2000)
out, into = os.pipe()
quietly(os.splice, source, into, 1000)
quietly(os.splice, out, target, 1000)
quietly(fcntl.ioctl, target, 0x40049409, source)
quietly(fcntl.ioctl, source, 0x40049409, target)
""",
        lists=("modify @HOME@/doc/a.txt",),
        outside="changed: @HOME@/doc/a.txt",
    ),
    python(
        "fallocate, holes and truncation",
        """
with open("doc/big.bin", "r+b") as file:
    for mode in (0, 1, 3, 8, 16, 32, 64):
        if libc.fallocate(file.fileno(), mode, ctypes.c_long(0), ctypes.c_long(4096)) < 0:
            print(mode, os.strerror(ctypes.get_errno()))
os.truncate("doc/big.bin", 10)
""",
        lists=("modify @HOME@/doc/big.bin",),
        outside="changed: @HOME@/doc/big.bin",
    ),
    python(
        "flags and other ioctls of the file system",
        """
for path in ("doc/a.txt", "doc"):
    handle = os.open(path, os.O_RDONLY)
    for flags in (0x40, 0x10, 0x20):  # nodump, immutable, append only
        quietly(fcntl.ioctl, handle, 0x40086602, flags.to_bytes(8, "little"))
    quietly(fcntl.ioctl, handle, 0x401C5820, bytes(28))
    for request in (0xC0045877, 0xC0185879, 0x40086604, 0x6685, 0x40086610, 0xC0389424):  # freeze, trim, version, verity, resize
        attempt(hex(request), lambda: fcntl.ioctl(handle, request, bytes(64)))
""",
    ),
    python(
        "exchange and whiteout renames",
        """
for source, target, flags in ((b"doc/a.txt", b"doc/private", 2), (b"doc/big.bin", b"doc/moved", 4), (b"doc/sub", b"doc/a.txt", 2)):
    print(system("renameat2", -100, source, -100, target, flags), os.strerror(ctypes.get_errno()))
""",
        outside="changed: @HOME@/doc/a.txt",
    ),
    python(
        "a file handle instead of a path",
        """
for path in (b"/etc/passwd", b"/", b"doc/a.txt", b".ssh"):
    handle, mount = ctypes.create_string_buffer((128).to_bytes(4, "little") + bytes(132)), ctypes.c_int()
    system("name_to_handle_at", -100, path, handle, ctypes.byref(mount), 0)
    for at in (-100, os.open("/", os.O_RDONLY)):
        attempt("open_by_handle_at", lambda: system("open_by_handle_at", at, handle, os.O_RDWR))
forged = ctypes.create_string_buffer(b"\\x08\\0\\0\\0\\x01\\0\\0\\0" + b"\\x02" + bytes(7))
attempt("the root of the disk", lambda: system("open_by_handle_at", os.open("/etc/hostname", 0), forged, os.O_RDONLY))
""",
    ),
    bash(
        "a sparse file of 1 TB",
        "(truncate -s 1T sparse; dd if=/dev/zero of=sparse2 bs=1 count=1 seek=1T; fallocate -l 1T sparse3) 2>/dev/null",
    ),
    python(
        "huge extended attributes",
        """
kept = 0
for number in range(400):
    open(f"x{number}", "w").close()
    for part in range(40):
        try: os.setxattr(f"x{number}", f"user.a{part}", b"x" * 65536)
        except OSError: break
        kept += 1
print(kept)
""",
        limit="disk space",
        ends=None,
        exit_code=None,
    ),
    python(
        "directories 2000 levels deep",
        """
for _ in range(2000):
    os.mkdir("d" * 50)
    os.chdir("d" * 50)
open("end", "w").close()
""",
        settings=replace(TIGHT, cpu_s=4, inodes=8000),
    ),
    bash(
        "names that are syntax elsewhere",
        r"touch $'new\nline' $'esc\e[31mred' $'bad\xff\xfe' ./-rf ' lead' $'tab\t' $'bidi\u202eb' 'a:b,c\d' $(printf 'x%.0s' {1..255}) $'{\"kind\": \"x\"}'; mkdir $'d\n'; touch $'d\n/+ : step 1'",
        lists=("create @HOME@/-rf",),
    ),
    bash(
        "a pipe of the host", "timeout 0.5 bash -c 'echo leak > doc/fifo'; cat doc/fifo & sleep 0.1; kill $!", outside="written to the pipe"
    ),
    bash(
        "locks on files of the host",
        "exec 8< doc/a.txt; flock 8; exec 9>> @SHARED@/mine; flock 9; flock /etc/passwd sleep 0.3",
        outside="the neighbour complains: its file is locked",
    ),
    python(
        "leases and record locks on files of the host",
        """
with open("doc/a.txt", "r+") as file:
    quietly(fcntl.lockf, file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    quietly(fcntl.fcntl, file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
    time.sleep(0.2)
""",
    ),
    bash(
        "setuid and setgid copies",
        "cp /bin/bash sb; chmod 6755 sb; [ \"$(./sb -p -c 'echo $EUID')\" = \"$(id -u)\" ] || echo ESCAPED; ./sb -p -c 'cat /etc/shadow'",
    ),
    bash(
        "a script that rewrites itself by its path",
        '{ echo \'echo ESCAPED\' >> "$0"; sed -i \'s/tried/ESCAPED/\' "$0"; rm -f "$0"; mv /run/vynexus /run/old; chmod 777 "$0"; } 2>/dev/null',
        outside="changed: @HOME@/script",
    ),
    bash(
        "a script that rewrites itself by its descriptor",
        'for fd in /proc/$$/fd/*; do [ "$(readlink $fd)" -ef "$0" ] && { echo \'echo ESCAPED\' >> $fd; chmod 777 $fd; }; done 2>/dev/null',
        outside="changed: @HOME@/script",
    ),
    bash(
        "a script that mounts over itself",
        'mkdir m; mount --bind m /run/vynexus; mount -o remount,rw /run/vynexus; umount -l /run/vynexus; cp "$0" s; mv s "$0"; test -s "$0" || echo ESCAPED',
    ),
    bash("the modes of what it inherited", "for fd in /proc/self/fd/* /dev/std*; do chmod 666 $fd; done 2>/dev/null"),
    python(
        "the modes of what its interpreter inherited",
        """
for descriptor in [0, *range(3, 256)]:
    for name, change in (("chmod", lambda: os.fchmod(descriptor, 0o666)), ("xattr", lambda: os.setxattr(descriptor, "user.x", b"x"))):
        try: kind = os.readlink(f"/proc/self/fd/{descriptor}")
        except OSError: break
        if not kind.startswith("pipe:"):
            attempt(f"{name} of {kind}", change)
""",
    ),
    bash(
        "the modes of devices",
        "for d in null zero full random urandom; do chmod 000 /dev/$d; chmod 666 /dev/stdin < /dev/$d; rm -f /dev/$d; mv /dev/$d /dev/x; done; echo x > /dev/null || echo ESCAPED",
    ),
    bash(
        "a daemon that swaps directories for links while the changes are listed",
        "mkdir swap swap/d; echo x > swap/d/passwd\n"
        "(setsid bash -c 'cd swap; while :; do mv d e; ln -s /etc d; rm d; mv e d; done' >/dev/null 2>&1 &)\nsleep 0.3",
    ),
    python(
        "links swapped for directories below the writer",
        """
os.mkdir("race"); os.mkdir("race/d")
if os.fork() == 0:
    until = time.time() + 0.4
    while time.time() < until:
        for swap in (lambda: os.rename("race/d", "race/e"), lambda: os.symlink("/etc", "race/d"), lambda: os.unlink("race/d"), lambda: os.rename("race/e", "race/d")):
            try: swap()
            except OSError: pass
    os._exit(0)
for number in range(300):
    try: open("race/d/vx-leak", "w").close()
    except OSError: pass
os.wait()
""",
        settings=replace(TIGHT, cpu_s=3),
    ),
)
