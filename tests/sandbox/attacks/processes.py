"""Attacks on processes: those outside, process 1 of the trial, the launcher's pipes; and processes that will not end."""

from dataclasses import replace

from tests.sandbox.attacks.attack import SHORT, TIGHT, bash, python

ATTACKS = (
    bash(
        "the list of processes outside",
        "ps ax | grep -c '[n]eighbour.py' | grep -v '^0' && echo ESCAPED; test -e /proc/@NEIGHBOUR@ && echo ESCAPED",
        outside="escaped: ",
    ),
    bash("kill a process outside", "kill -9 @NEIGHBOUR@; sleep 0.1", outside="the neighbour was killed"),
    bash("stop a process outside", "kill -STOP @NEIGHBOUR@; sleep 0.1", outside="the neighbour was stopped"),
    bash("kill everybody", "trap '' TERM HUP; kill -TERM -1; kill -HUP -1; (kill -9 -1)", ends=None, exit_code=137),
    python(
        "a process outside by its pidfd",
        """
handle = system("pidfd_open", @NEIGHBOUR@, 0)
if handle >= 0:
    attempt("pidfd_send_signal", lambda: system("pidfd_send_signal", handle, 9, 0, 0))
time.sleep(0.1)
""",
        outside="the neighbour was killed",
    ),
    python(
        "a descriptor of a process outside",
        """
handle = system("pidfd_open", @NEIGHBOUR@, 0)
key = system("pidfd_getfd", handle, @KEY_DESCRIPTOR@, 0)
if key >= 0:
    print(os.pread(key, 100, 0))
for pid in range(1, 100):
    handle = system("pidfd_open", pid, 0)
    if handle >= 0 and pid not in (os.getpid(), os.getppid()):
        for number in range(20):
            attempt("pidfd_getfd", lambda: system("pidfd_getfd", handle, number, 0))
""",
        outside="a secret leaked",
    ),
    bash("the environment of a process outside", "cat /proc/@NEIGHBOUR@/environ /proc/[0-9]*/environ", outside="a secret leaked"),
    python("tracing a process outside", "attempt('ptrace', lambda: system('ptrace', 0x4206, @NEIGHBOUR@, 0, 0))", outside="escaped: "),
    python(
        "the memory of a process outside",
        """
page, held = ctypes.create_string_buffer(4096), (ctypes.c_size_t * 2)()
held[0], held[1] = ctypes.addressof(page), 4096
for pid in (@NEIGHBOUR@, 1):
    try:
        start = int(next(line for line in open(f"/proc/{pid}/maps") if "[stack]" in line or "[heap]" in line).split("-")[0], 16)
    except (OSError, StopIteration) as error:
        print(error)
        start = 4096
    remote = (ctypes.c_size_t * 2)(start, 4096)
    for name in ("process_vm_readv", "process_vm_writev"):
        if name == "process_vm_readv" or pid == 1:
            attempt(name, lambda: system(name, pid, held, 1, remote, 1, 0))
    attempt("/proc/pid/mem", lambda: open(f"/proc/{pid}/mem", "rb+"))
""",
        outside="escaped: ",
    ),
    python(
        "limits of a process outside",
        "attempt('prlimit', lambda: resource.prlimit(@NEIGHBOUR@, resource.RLIMIT_NOFILE, (99, 99)) and 1)",
        outside="changed: neighbour's limits",
    ),
    python(
        "priority and processors of a process outside",
        """
attempt("renice", lambda: os.setpriority(os.PRIO_PROCESS, @NEIGHBOUR@, 9) or 1)
attempt("affinity", lambda: os.sched_setaffinity(@NEIGHBOUR@, {min(os.sched_getaffinity(0))}) or 1)
attempt("ioprio", lambda: system("ioprio_set", 1, @NEIGHBOUR@, 7 | 3 << 13))
attempt("scheduler", lambda: os.sched_setscheduler(@NEIGHBOUR@, os.SCHED_IDLE, os.sched_param(0)) or 1)
""",
        outside="changed: neighbour's priority",
    ),
    bash(
        "kill process 1 of the trial",
        "for s in KILL STOP TERM INT HUP QUIT SEGV BUS ABRT ALRM PIPE USR1 USR2 CHLD TSTP TTIN XCPU 34 64; do kill -$s 1; done 2>/dev/null; sleep 0.1; kill -0 1 2>/dev/null",
    ),
    python(
        "process 1 of the trial by other ways",
        """
attempt("pidfd", lambda: system("pidfd_send_signal", system("pidfd_open", 1, 0), 0, 0, 99))
attempt("ptrace", lambda: system("ptrace", 0x4206, 1, 0, 0))
attempt("kcmp", lambda: system("kcmp", 1, os.getpid(), 0, 0, 0))
for name in ("mem", "environ", "maps", "auxv", "fd/0", "fd/3", "exe", "cwd/etc", "root/etc", "ns/mnt"):
    attempt("/proc/1/" + name, lambda: os.open("/proc/1/" + name, os.O_RDONLY))
for name in ("oom_score_adj", "comm", "timerslack_ns", "clear_refs", "coredump_filter", "attr/current", "uid_map", "sched"):
    attempt("/proc/1/" + name, lambda: os.open("/proc/1/" + name, os.O_WRONLY))
""",
    ),
    python(
        "setns into process 1",
        """
for name in ("user", "mnt", "pid", "net", "ipc", "uts", "cgroup", "time"):
    handle = quietly(os.open, f"/proc/self/ns/{name}", os.O_RDONLY)
    attempt("setns", lambda: system("setns", handle, 0))
attempt("setns by pidfd", lambda: system("setns", system("pidfd_open", 1, 0), 0x20000))
""",
    ),
    bash(
        "stopping itself and its parents",
        "kill -STOP $PPID; kill -STOP 1; kill -STOP 0; kill -STOP $$",
        ends=None,
        limit="time 1 s",
        exit_code=None,
        settings=SHORT,
    ),
    bash(
        "ignoring every signal",
        "trap '' TERM INT HUP QUIT XCPU; echo x > made; while :; do sleep 1; done",
        lists=("create @HOME@/made",),
        ends=None,
        limit="time 1 s",
        exit_code=None,
        settings=SHORT,
    ),
    bash("a daemon by double fork", "(setsid nohup sleep 77 >/dev/null 2>&1 &)", outside="left running"),
    bash("a daemon that holds the output", "(setsid sleep 77 &)", outside="left running"),
    bash(
        "a daemon that writes later",
        "(setsid bash -c 'sleep 1; echo late > \"$HOME\"/late' >/dev/null 2>&1 &) ; disown -a",
        outside="left running",
    ),
    python(
        "a daemon with another name, group and session",
        """
for _ in range(5):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in range(1, 65):
                try: signal.signal(number, signal.SIG_IGN)
                except (OSError, ValueError): pass
            libc.prctl(15, b"kthreadd", 0, 0, 0)
            libc.prctl(36, 1, 0, 0, 0)  # adopts orphans
            libc.prctl(1, 0, 0, 0, 0)  # outlives its parent
            os.execv("/bin/sleep", ["[kworker/0:1]", "77"])
        os._exit(0)
""",
        outside="left running",
    ),
    bash("forty stopped children", "for i in {1..40}; do sleep 5 & done; kill -STOP -1 2>/dev/null"),
    python(
        "limits and priority of process 1 of the trial",
        """
for kind in (resource.RLIMIT_AS, resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_STACK):
    quietly(resource.prlimit, 1, kind, (4096 * (kind != resource.RLIMIT_NOFILE), 4096 * (kind != resource.RLIMIT_NOFILE)))
quietly(os.setpriority, os.PRIO_PROCESS, 1, 19)
quietly(os.sched_setscheduler, 1, os.SCHED_IDLE, os.sched_param(0))
while True: time.sleep(9)
""",
        ends=None,
        limit="any",
        exit_code=None,
        settings=SHORT,
    ),
    python(
        "a storm of orphans",
        """
until = time.time() + 0.7
while time.time() < until:
    try: pid = os.fork()
    except OSError: continue
    if pid == 0:
        try: os.fork()
        finally: os._exit(0)
    os.waitpid(pid, 0)
""",
        settings=replace(TIGHT, cpu_s=3, processes=256),
    ),
    python(
        "raising its own limits and priority",
        """
ups = dict(
    processes=lambda: resource.setrlimit(resource.RLIMIT_NPROC, (9999, 9999)), files=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (99999, 99999)),
    cpu=lambda: resource.setrlimit(resource.RLIMIT_CPU, (99, 99)), size=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1)),
    memory=lambda: resource.setrlimit(resource.RLIMIT_DATA, (-1, -1)), locked=lambda: resource.setrlimit(resource.RLIMIT_MEMLOCK, (-1, -1)),
    core=lambda: resource.setrlimit(resource.RLIMIT_CORE, (-1, -1)), nice=lambda: os.nice(-5),
    fifo=lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)), oom=lambda: open("/proc/self/oom_score_adj", "w").write("-1000"),
    lock=lambda: libc.mlockall(3),
)
for name, up in ups.items():
    attempt(name, lambda: up() or 1)
attempt("realtime input and output", lambda: system("ioprio_set", 1, 0, 1 << 13))
deadline = ctypes.create_string_buffer(b"".join(n.to_bytes(s, "little") for n, s in ((48, 4), (6, 4), (0, 8), (0, 4), (0, 4), (10**7, 8), (10**8, 8), (10**8, 8))))
attempt("deadline scheduling", lambda: system("sched_setattr", 0, deadline, 0))
""",
    ),
    bash(
        "a crash that leaves a core",
        "ulimit -c unlimited; (cd doc; bash -c 'kill -SEGV $$'); ls doc | grep -i core && echo ESCAPED",
        settings=TIGHT,
    ),
    python(
        "a crash that a handler of the machine is told of",
        "assert resource.getrlimit(resource.RLIMIT_CORE) == (1, 1), 'a pipe in core_pattern is only silent at 1'",
    ),
    python(
        "a report of its own",
        """
forged = b'{"started": true, "exit_code": 0, "changes": [], "limit": null}\\n'
for descriptor in range(3, 1100):
    try: os.write(descriptor, forged)
    except OSError: pass
for pid in filter(str.isdigit, os.listdir("/proc")):
    for number in range(300):
        try:
            if pid == "1": print("ESCAPED", os.open(f"/proc/1/fd/{number}", os.O_WRONLY | os.O_NONBLOCK))
        except OSError: pass
open("made", "w").close()
print("tried", flush=True)
os.kill(os.getppid(), 9)
os._exit(7)
""",
        exit_code=137,
        lists=("create @HOME@/made",),
    ),
    python(
        "its own memory",
        """
quietly(lambda: open("/proc/self/mem", "r+b", buffering=0).write(b"x"))
own = int(open("/proc/self/maps").readline().split("-")[0], 16)
with open("/proc/self/mem", "rb", buffering=0) as memory:
    memory.seek(own)
    memory.read(16)
if os.fork() == 0:
    ctypes.string_at(8)
os.wait()
code = ctypes.create_string_buffer(4096)
libc.mprotect(ctypes.c_void_p(ctypes.addressof(code) & ~4095), 8192, 7)
""",
    ),
    python(
        "every file descriptor there is",
        """
held = []
for _ in range(20):
    if os.fork() == 0:
        try:
            while True: held += os.pipe()
        except OSError:
            time.sleep(0.3)
            os._exit(0)
try:
    while True: held += os.pipe()
except OSError as error:
    print(error)
time.sleep(0.3)
""",
        settings=replace(TIGHT, cpu_s=3),
    ),
    python(
        "every inotify watch there is",
        """
held = []
while (one := libc.inotify_init()) >= 0: held.append(one)
for number in range(20000): libc.inotify_add_watch(held[number % len(held)], b"/", 0xFFF)
time.sleep(0.2)
""",
        outside="the neighbour complains: it cannot watch files",
    ),
)
