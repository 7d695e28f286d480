"""Start a program that dies when the process that started it dies.

Run as a program: ``python -I -S tether.py PARENT_PID PROGRAM ARGUMENT...``. It asks the Linux kernel to kill it when
its parent ends, checks that the parent still lives, and becomes the program; the process id stays the same.

Notes
-----
The request is made after the fork, in a program of its own, because code run between fork and exec in a process with
threads may hang. The kernel watches the *thread* that started the child, so a tethered child must be started from a
thread that lives on. Only Linux knows this request; elsewhere a tethered child outlives a parent that was killed.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
"""The number of the request in Linux's ``prctl``; part of the kernel's stable interface."""


def tethered(argv: tuple[str, ...]) -> tuple[str, ...]:
    """Give the command that runs ``argv`` tied to the life of this process.

    Parameters
    ----------
    argv
        The program and its arguments.

    Returns
    -------
    tuple of str
        The command to start instead; ``argv`` itself where the system cannot tether.
    """
    if sys.platform != "linux":
        return argv
    return (sys.executable, "-I", "-S", str(Path(__file__)), str(os.getpid()), *argv)


def _main(parent: int, argv: list[str]) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the kernel refused to tie this process to its parent")
    if os.getppid() != parent:  # The parent died before the request was made: nobody will be told of it any more.
        sys.exit(f"process {parent}, which wanted {argv[0]}, has already ended")
    os.execvp(argv[0], argv)  # noqa: S606 - becoming the program is the purpose; no shell is involved


if __name__ == "__main__":
    _main(int(sys.argv[1]), sys.argv[2:])
