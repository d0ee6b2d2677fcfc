"""Types lines into a shell on a terminal: complete.py SHELL FILE...

FILE is a completion script. Each line of stdin is typed with a TAB behind it,
then Enter; the programs are functions that show their arguments. Prints these.
"""

import os
import pty
import select
import sys
import time

PATIENCE = 50  # seconds without a word from the shell

SHOW = 'vcnflow() { printf "<%s>" "$@"; echo "<END>"; }; '
SHOW += 'vcnmeta() { vcnflow "$@"; }; '
START = {
    "bash": SHOW + "PS1='% '; bind 'set enable-bracketed-paste off'; ",
    "zsh": SHOW + "PS1='%% '; unsetopt zle_bracketed_paste; "
    "autoload -Uz compinit; compinit -u -D; bindkey '^I' complete-word; ",
    "fish": 'function vcnflow; printf "<%s>" $argv; echo "<END>"; end; '
    "function vcnmeta; vcnflow $argv; end; "
    "function fish_prompt; echo '% '; end; ",
}
COMMAND = {
    "bash": ["bash", "--noprofile", "--norc", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "-N", "-i"],
}


class Terminal:
    """A shell on the other end of a pseudo-terminal."""

    def __init__(self, command):
        self.text = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="dumb", LC_ALL="C.UTF-8")
            os.execvp(command[0], command)

    def type(self, text):
        os.write(self.fd, text.encode())

    def wait_for(self, text):
        """Reads up to text; what came before it is returned."""
        ends = time.monotonic() + PATIENCE
        while text not in self.text:
            ready, _, _ = select.select([self.fd], [], [], 1)
            if ready:
                self.text += os.read(self.fd, 65536).decode("utf-8", "replace")
            elif time.monotonic() > ends:
                sys.exit(f"no '{text}' in: {self.text!r}")
        before, _, self.text = self.text.partition(text)
        return before


def main():
    shell, files = sys.argv[1], sys.argv[2:]
    terminal = Terminal(COMMAND[shell])
    start = START[shell]
    for file in files:
        if shell == "zsh":
            start = f"fpath=({os.path.dirname(file)} $fpath); " + start
        else:
            start += f". {file}; "
    # The word is put together so that its echo is not taken for it.
    terminal.type(start + "echo REA''DY\n")
    terminal.wait_for("READY")
    for line in sys.stdin.read().splitlines():
        terminal.type(line + "\t\n")
        before = terminal.wait_for("<END>")
        print("<" + before.rpartition("\n")[2].partition("<")[2])
    terminal.type("exit\n")


main()
