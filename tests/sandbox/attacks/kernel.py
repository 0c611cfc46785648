"""Attacks on the kernel's doors: mounts, namespaces, devices, modules, keys, system calls with a history."""

from tests.sandbox.attacks.attack import SHORT, bash, python

_VOID = "ctypes.create_string_buffer(256)"

ATTACKS = (
    python(
        "mount and unmount",
        """
attempt("mount", lambda: system("mount", b"none", b"/tmp", b"tmpfs", 0, 0))
attempt("bind", lambda: system("mount", b"/", b"/tmp", 0, 4096, 0))
attempt("remount", lambda: system("mount", 0, b"/proc", 0, 32, 0))
attempt("propagation", lambda: system("mount", 0, b"/", 0, 1 << 20, 0))
for path in (b"/proc", b"/dev", b"/run/vynexus", b"/", b"/sys"):
    attempt("umount", lambda: system("umount2", path, 2))
attempt("pivot_root", lambda: system("pivot_root", b".", b"."))
attempt("chroot", lambda: system("chroot", b"/tmp"))
""",
    ),
    python(
        "the new mount calls",
        f"""
attempt("open_tree", lambda: system("open_tree", -100, b"/", 1))
attempt("fsopen", lambda: system("fsopen", b"tmpfs", 0))
attempt("fspick", lambda: system("fspick", -100, b"/", 0))
attempt("move_mount", lambda: system("move_mount", -100, b"/tmp", -100, b"/etc", 0))
attempt("mount_setattr", lambda: system("mount_setattr", -100, b"/proc", 0, {_VOID}, 32))
""",
    ),
    python(
        "a user namespace of its own",
        """
if os.fork() == 0:
    attempt("unshare", lambda: system("unshare", 0x10000000))
    os._exit(0)
os.wait()
""",
        outside="escaped: ESCAPED unshare",
    ),
    python(
        "other namespaces",
        """
for flag in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x20000000, 0x40000000, 0x80, 0x10020000):
    attempt(f"unshare {flag:x}", lambda: system("unshare", flag))
    child = attempt(f"clone {flag:x}", lambda: system("clone", flag | 17, 0, 0, 0, 0))
    if child == 0: os._exit(0)
attempt("clone3", lambda: system("clone3", 0, 0))
attempt("flags beyond 32 bits", lambda: system("unshare", 0x10000000 | 1 << 32))
""",
    ),
    python("io_uring", f"attempt('io_uring', lambda: system('io_uring_setup', 8, {_VOID}))", outside="escaped: ESCAPED io_uring"),
    python(
        "bpf, perf, userfaultfd, fanotify",
        f"""
attempt("bpf", lambda: system("bpf", 0, {_VOID}, 72))
attempt("perf", lambda: system("perf_event_open", {_VOID}, 0, -1, -1, 0))
attempt("userfaultfd", lambda: system("userfaultfd", 1))
attempt("fanotify", lambda: system("fanotify_init", 0x200, 0))
""",
    ),
    python(
        "keys of the session",
        """
attempt("add_key", lambda: system("add_key", b"user", b"vx-attack", b"x", 1, -2))
attempt("keyctl", lambda: system("keyctl", 0, -3, 0))
attempt("join a session", lambda: system("keyctl", 1, 0))
attempt("request_key", lambda: system("request_key", b"user", b"vx-attack", b"", -2))
""",
        outside="escaped: ESCAPED add_key",
    ),
    python(
        "modules and kexec",
        f"""
attempt("init_module", lambda: system("init_module", {_VOID}, 256, b""))
attempt("finit_module", lambda: system("finit_module", 0, b"", 0))
attempt("delete_module", lambda: system("delete_module", b"vx_no_such_module", 0o4000))
attempt("kexec_load", lambda: system("kexec_load", 0, 0, 0, 0))
attempt("kexec_file_load", lambda: system("kexec_file_load", 0, 0, 0, b"", 0))
""",
    ),
    python(
        "clocks, names, accounting and the power switch",
        f"""
attempt("sethostname", lambda: system("sethostname", b"x", 1))
attempt("setdomainname", lambda: system("setdomainname", b"x", 1))
attempt("settimeofday", lambda: system("settimeofday", {_VOID}, 0))
attempt("clock_settime", lambda: system("clock_settime", 0, {_VOID}))
attempt("adjtimex", lambda: system("adjtimex", {_VOID}))
attempt("acct", lambda: system("acct", 0))
attempt("swapon", lambda: system("swapon", b"/dev/null", 0))
attempt("swapoff", lambda: system("swapoff", b"/dev/null"))
attempt("quotactl", lambda: system("quotactl", 0x800001 << 8, b"/dev/null", 0, 0))
attempt("syslog", lambda: system("syslog", 3, {_VOID}, 256))
attempt("vhangup", lambda: system("vhangup"))
attempt("reboot", lambda: system("reboot", 0xFEE1DEAD, 672274793, 0, 0))
""",
    ),
    bash(
        "files of the kernel",
        "for f in /proc/sysrq-trigger /proc/sys/vm/drop_caches /proc/sys/kernel/{core_pattern,hostname,sysrq,modprobe,pid_max,randomize_va_space,ns_last_pid}"
        " /proc/sys/user/max_user_namespaces /proc/sys/net/ipv4/ip_forward /proc/sys/fs/binfmt_misc/register /proc/self/{oom_score_adj,uid_map,gid_map,setgroups}"
        " /proc/irq/default_smp_affinity /proc/mtrr /proc/scsi/scsi /sys/kernel/x /sys/power/state /sys/fs/cgroup/x /sys/kernel/mm/ksm/run;"
        " do (echo 1 > $f) 2>/dev/null && [[ $f != /sys/kernel/x ]] && echo ESCAPED $f; done; for f in kcore kmsg keys kallsyms timer_list; do head -c 1 /proc/$f; done 2>/dev/null | grep . && echo ESCAPED; ls /sys",
    ),
    bash(
        "devices",
        "mknod b b 254 0 && echo ESCAPED; mknod c c 1 1 && echo ESCAPED; mknod /dev/shm/b b 254 0 && echo ESCAPED\n"
        "for d in sda vda nvme0n1 kmsg mem port kvm fuse net/tun tty console tty0 loop-control loop0 uinput vhost-vsock hpet rtc0 snd mapper/control; do"
        " (: > /dev/$d) 2>/dev/null && echo ESCAPED $d; done",
    ),
    python(
        "device nodes",
        """
for kind, major, minor in ((0o60000, 254, 0), (0o60000, 8, 0), (0o20000, 1, 1), (0o20000, 10, 232), (0o20000, 5, 0), (0o20000, 1, 11)):
    for place in (".", "/tmp", "/dev/shm", "/run", "@SHARED@"):
        attempt(f"{major}:{minor}", lambda: os.mknod(f"{place}/node", kind | 0o666, os.makedev(major, minor)) or 1)
""",
    ),
    python(
        "sockets of other families",
        """
for family, kind, protocol in ((17, 3, 3), (40, 1, 0), (38, 5, 0), (31, 3, 1), (29, 3, 1), (21, 5, 0), (44, 3, 0), (15, 3, 2), (30, 1, 0), (4, 2, 0), (2, 3, 1), (10, 3, 58), (39, 1, 0)):
    attempt(f"family {family}", lambda: socket.socket(family, kind, protocol).fileno() if family not in (2, 10) else socket.socket(family, kind, protocol).sendto(b"x", ("127.0.0.1", 0)))
""",
    ),
    python(
        "a 32-bit system call",
        """
import mmap, struct
if os.uname().machine == "x86_64":
    page = mmap.mmap(-1, 4096, prot=7)
    page.write(b"\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3")  # mov eax, getpid; int 0x80; ret
    if os.fork() == 0:
        print("ESCAPED", ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))())
        sys.stdout.flush()
        os._exit(0)
    assert os.WIFSIGNALED(os.wait()[1])
    attempt("x32", lambda: libc.syscall(ctypes.c_long(0x40000000 + 39)))
""",
    ),
    python(
        "rights given back to itself",
        """
header = (ctypes.c_uint32 * 2)(0x20080522, 0)
attempt("capset", lambda: system("capset", header, (ctypes.c_uint32 * 6)(*[0xFFFFFFFF, 0xFFFFFFFF, 0, 0x1FF, 0x1FF, 0])))
attempt("dumpable to no_new_privs 0", lambda: libc.prctl(38, 0, 0, 0, 0))
attempt("ambient", lambda: libc.prctl(47, 2, 21, 0, 0))
attempt("keepcaps and securebits", lambda: libc.prctl(28, 0, 0, 0, 0))
if os.getuid():
    attempt("setuid", lambda: os.setuid(0) or 1)
    attempt("setgroups", lambda: os.setgroups([0]) or 1)
""",
    ),
    bash(
        "setuid helpers",
        "sudo -n id 2>&1 | grep uid=0 && echo ESCAPED; su -c 'mount -t tmpfs x /tmp && echo ESCAPED' < /dev/null; newuidmap 1 0 0 1; newgidmap $$ 0 0 1; passwd -d root\n"
        "mkdir fm; fusermount -u fm; fusermount3 -o rw fm; mount /tmp fm; umount -l /; ping -c 1 -W 1 127.0.0.1; unshare -Ur true && echo ESCAPED; pkexec true",
    ),
    python(
        "memory that belongs to no process",
        """
for name, arguments in (("memfd_create", (b"x", 0)), ("memfd_secret", (0,)), ("shmget", (0, 1 << 20, 0o1600)), ("msgget", (0, 0o1600)), ("semget", (0, 30000, 0o1600))):
    attempt(name, lambda: system(name, *arguments))
""",
    ),
    python(
        "message queues and shared memory left behind",
        """
queue = libc.mq_open(b"/vx-attack", 0o102, 0o666, None)
print(queue, libc.msgget(0x7678, 0o1666), libc.shmget(0x7678, 4096, 0o1666))
try: open("/dev/shm/vx-attack", "w").write("x")
except OSError as error: print(error)
for number in range(1000):
    if libc.mq_open(f"/many{number}".encode(), 0o102, 0o666, None) < 0: break
""",
    ),
    python(
        "characters typed into a terminal",
        """
import pty
for descriptor in (0, 1, 2, 199):
    attempt("TIOCSTI", lambda: fcntl.ioctl(descriptor, 0x5412, b"x") and 1)
    attempt("TIOCLINUX", lambda: fcntl.ioctl(descriptor, 0x541C, b"\\x03"))
attempt("/dev/tty", lambda: os.open("/dev/tty", os.O_RDWR))
master, slave = os.openpty()
attempt("TIOCSTI on its own terminal", lambda: fcntl.ioctl(slave, 0x5412, b"x"))
attempt("TIOCSTI with high bits", lambda: libc.ioctl(slave, ctypes.c_ulong(0x5412 | 1 << 32), b"x"))
attempt("TIOCCONS", lambda: fcntl.ioctl(slave, 0x541D, 0))
for name in filter(str.isdigit, os.listdir("/dev/pts")):
    if name != os.ttyname(slave).rpartition("/")[2]: print("ESCAPED", name)
""",
    ),
    bash(
        "escape sequences, bytes that are no text, names of terminals",
        r"head -c 3000 /dev/urandom; printf '\n\033]0;title\007\033[2J\033[31m\033]52;c;aGk=\007\033P+q544e\033\\\u202Eevil\x9b31m\x00\n'; cp /bin/true $'\033[31mtrue'; $'./\033[31mtrue'",
    ),
    bash(
        "messages to other terminals",
        "wall x; write root < /dev/null; mesg y; logger x; echo x > /dev/pts/0; echo x > /dev/console; printf 'x' > /dev/stderr",
    ),
    python(
        "a filter that lies to what it starts",
        f"attempt('a listener', lambda: -1 if system('seccomp', 1, 8, {_VOID}) < 0 else 1)\nattempt('strict', lambda: -1)",
    ),
    bash(
        "waiting on a device that never answers",
        "cat /dev/pts/ptmx; cat < doc/fifo",
        ends=None,
        limit="time 1 s",
        exit_code=None,
        settings=SHORT,
    ),
)
