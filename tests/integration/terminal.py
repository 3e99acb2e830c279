"""Runs a command on a terminal, as a person would use it.

terminal.py SCRIPT -- COMMAND...

Each line of SCRIPT is a step, with a minute to happen:
  expect REGEX    something like it comes on the terminal
  type TEXT       keys, with Python's escapes
  resize C R      the terminal has C columns and R rows (80 and 24 at first)
  signal NAME     the command gets it
What came is printed, then "exit N" or "signal N", then "terminal as before" or "terminal changed".
"""
import ast
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

PATIENCE = 60


def resize(fd, columns, rows):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", int(rows), int(columns), 0, 0))


class Terminal:
    def __init__(self, command):
        self.fd, self.child_end = pty.openpty()
        resize(self.fd, 80, 24)
        self.before = termios.tcgetattr(self.child_end)
        self.seen = ""
        self.fresh = 0  # what no step has matched yet
        self.process = subprocess.Popen(
            command, stdin=self.child_end, stdout=self.child_end, stderr=self.child_end,
            preexec_fn=self.take, start_new_session=True)

    def take(self):
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def read(self, seconds):
        if not select.select([self.fd], [], [], seconds)[0]:
            return False
        self.seen += os.read(self.fd, 65536).decode(errors="replace")
        return True

    def expect(self, regex):
        end = time.monotonic() + PATIENCE
        while not (match := re.search(regex, self.seen[self.fresh:])):
            if time.monotonic() > end:
                raise TimeoutError(f"{regex} did not come")
            self.read(0.2)
        self.fresh += match.end()

    def step(self, line):
        word, _, rest = line.partition(" ")
        if word == "expect":
            self.expect(rest)
        elif word == "type":
            os.write(self.fd, ast.literal_eval(f'"{rest}"').encode())
        elif word == "resize":
            resize(self.fd, *rest.split())
        elif word == "signal":
            self.process.send_signal(getattr(signal, rest))
        else:
            raise ValueError(line)

    def end(self):
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                self.process.kill()
                raise TimeoutError("the command does not end")
            self.read(0.2)
        while self.read(0):
            pass
        return self.process.returncode


def main():
    mark = sys.argv.index("--")
    terminal = Terminal(sys.argv[mark + 1:])
    try:
        for line in sys.argv[1].splitlines():
            if line.strip():
                terminal.step(line.strip())
        code = terminal.end()
    finally:
        print(terminal.seen.replace("\r", ""))
        if terminal.process.poll() is None:
            terminal.process.kill()
            terminal.process.wait()
    print(f"exit {code}" if code >= 0 else f"signal {-code}")
    same = termios.tcgetattr(terminal.child_end) == terminal.before
    print("terminal as before" if same else "terminal changed")


main()
