"""Running commands: how long they take, how much memory, and what they leave on disk; and tables of that."""
import os
import pathlib
import platform
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


class Run:
    """One command, run to its end: the seconds of wall time, and what it printed.

    With `weigh`, also its processor time in seconds, which other work on the machine changes little, and the peak
    resident memory of its largest process in bytes, with mapped pages of files such as those of an index. GNU time tells
    both: what the kernel says of our own children begins with the memory of this process.
    """

    def __init__(self, command, stdin=None, out=None, weigh=False, **options):
        with tempfile.NamedTemporaryFile("r") as weight, open(stdin or os.devnull, "rb") as input:
            if weigh:
                command = ["/usr/bin/time", "--quiet", "--format", "%M %U %S", "--output", weight.name, *command]
            began = time.perf_counter()
            process = subprocess.run(command, stdin=input, stdout=out or subprocess.PIPE, **options)
            self.seconds = time.perf_counter() - began
            self.memory, self.processor = None, None
            if weigh:
                memory, user, system = weight.read().split()
                self.memory, self.processor = int(memory) * 1024, float(user) + float(system)
        self.out = process.stdout
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


def megabytes(n):
    return f"{n / 1e6:,.0f} MB" if n >= 1e7 else f"{n / 1e6:.1f} MB"


def table(out, head, rows):
    out.append("| " + " | ".join(head) + " |")
    out.append("|" + "---|" * len(head))
    out += ["| " + " | ".join(row) + " |" for row in rows] + [""]


def said(*command):
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT).stdout.strip()


def machine():
    cpu = next((line.split(": ")[1] for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = ", ".join(f"{n:.1f}" for n in os.getloadavg())
    system = f"{platform.system()} {platform.release()}"
    return f"{cpu.strip()}, {os.cpu_count()} cores, {memory:.0f} GiB, {system}, load before {load}"
