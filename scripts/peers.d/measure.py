"""Running commands: how long they take, how much memory, and what they leave on disk."""
import os
import subprocess
import time


class Run:
    """One command, run to its end: seconds of wall time, and the peak resident memory of its largest process in bytes.

    Memory includes mapped pages of files, such as those of an index.
    """

    def __init__(self, command, stdin=None, out=None, **options):
        began = time.perf_counter()
        with open(stdin or os.devnull, "rb") as input:
            process = subprocess.Popen(command, stdin=input, stdout=out or subprocess.PIPE, **options)
            self.out = b"" if out else process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
        self.seconds = time.perf_counter() - began
        self.memory = usage.ru_maxrss * 1024
        process.returncode = os.waitstatus_to_exitcode(status)
        # A search that finds nothing ends with 1.
        if process.returncode not in (0, 1):
            raise RuntimeError(f"{command} ended with {process.returncode}")


class Open:
    """A process that answers a line with a line, for the time of a query without that of starting."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


def size(path):
    """The bytes of a file, or of all files in a folder."""
    if path.is_file():
        return path.stat().st_size
    return sum(p.stat().st_size for p in path.rglob("*") if p.is_file())
