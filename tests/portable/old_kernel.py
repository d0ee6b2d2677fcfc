"""python3 old_kernel.py COMMAND...: runs it as if on Linux 4.14.

Calls that came later fail with ENOSYS: Landlock, rseq, clone3, openat2 and so on. No
filter of system calls can be set, as where the kernel was configured without.
"""

import ctypes
import os
import struct
import sys

# The architecture's number, the last call of 4.14, prctl, seccomp.
MACHINES = {
    "x86_64": (0xC000003E, 332, 157, 317),
    "aarch64": (0xC00000B7, 291, 167, 277),
}
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, FILTER = 38, 22, 2
LOAD, EQUAL, GREATER, RETURN = 0x20, 0x15, 0x25, 0x06
ALLOW, ERRNO, EINVAL, ENOSYS = 0x7FFF0000, 0x00050000, 22, 38


def program(machine):
    """A filter: instructions of code, jumps if so and if not, and an operand."""
    arch, last, prctl, seccomp = MACHINES[machine]
    return b"".join(struct.pack("=HBBI", *step) for step in (
        (LOAD, 0, 0, 4),
        (EQUAL, 0, 7, arch),
        (LOAD, 0, 0, 0),
        (GREATER, 7, 0, last),
        (EQUAL, 6, 0, seccomp),
        (EQUAL, 0, 3, prctl),
        (LOAD, 0, 0, 16),
        (EQUAL, 0, 1, PR_SET_SECCOMP),
        (RETURN, 0, 0, ERRNO | EINVAL),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, ERRNO | ENOSYS),
    ))


class Program(ctypes.Structure):
    _fields_ = [("len", ctypes.c_ushort), ("code", ctypes.c_char_p)]


def main():
    libc = ctypes.CDLL(None, use_errno=True)
    code = program(os.uname().machine)
    filled = Program(len(code) // 8, code)
    if (libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
            or libc.prctl(PR_SET_SECCOMP, FILTER, ctypes.byref(filled), 0, 0)):
        sys.exit(f"no filter can be set: {os.strerror(ctypes.get_errno())}")
    os.execvp(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    main()
