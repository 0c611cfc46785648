"""A process of the same person that works beside a trial: it holds secrets, and complains on its output about whatever gets in its way."""

import ctypes
import fcntl
import os
import sys
import time

PR_SET_PTRACER, ANYBODY = 0x59616D61, ctypes.c_ulong(-1)


def main() -> None:
    home = sys.argv[1]
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PTRACER, ANYBODY, 0, 0, 0)  # where Yama stands guard: it is the sandbox that is to be tested
    with open(f"{home}/.ssh/id_ed25519", encoding="ascii") as key, open(f"{home}/doc/a.txt", encoding="ascii") as text:
        print(key.fileno(), flush=True)
        while True:
            try:
                fcntl.flock(text, fcntl.LOCK_EX | fcntl.LOCK_NB)
                fcntl.flock(text, fcntl.LOCK_UN)
            except BlockingIOError:
                print("its file is locked", flush=True)
            watch = libc.inotify_init()
            if watch < 0:
                print("it cannot watch files", flush=True)
            else:
                os.close(watch)
            for end in os.pipe():
                os.close(end)
            time.sleep(0.02)


if __name__ == "__main__":
    main()
