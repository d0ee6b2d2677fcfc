import signal
import subprocess
import sys

ignore = sys.argv[1] == "ignored"
program = subprocess.Popen(
    ["vcnflow", "-q", "-m", "none", "in.log"],
    stdout=subprocess.PIPE,
    stderr=subprocess.PIPE,
    restore_signals=not ignore,
    preexec_fn=lambda: signal.signal(
        signal.SIGPIPE, signal.SIG_IGN if ignore else signal.SIG_DFL
    ),
)
lines = [program.stdout.readline()]
program.stdout.close()
errors = program.stderr.read()
print(program.wait(), len(lines), errors)
