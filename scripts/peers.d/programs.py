"""The programs that are compared: how each is installed, how it indexes, and how it is asked.

Each has `index` (which gives a Run and where the index lies), and of two ways to be asked those that it has: `command`
(a command from start to end) and `opened` (a process that answers one query after the other).
"""
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import time
import urllib.parse
import urllib.request
import zipfile

from documents import KEYWORDS, NUMBERS, STORED, TEXTS
from measure import Open, Run

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TOOLS = ROOT / "target" / "peers"
CORES = str(os.cpu_count())
MEMORY = 400 << 20

# The queries: what is asked of a field where there are fields, and of the whole text otherwise.
QUERIES = {
    "term": {"words": "{f}therapy", "outcome": "", "pattern": [r"\btherapy\b"]},
    "boolean": {
        "words": "{f}lumbar AND ({f}mri OR {f}injection)",
        "outcome": "",
        "pattern": [r"\blumbar\b", r"\b(mri|injections?)\b"],
    },
    "phrase": {"words": '{f}"physical therapy"', "outcome": "", "pattern": [r"\bphysical\s+therapy\b"]},
    "filter": {"words": "{f}therapy", "outcome": "overturned"},
}


class Missing(Exception):
    """A program cannot be installed; why."""


def install(command, why):
    """Runs an installation, quietly."""
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise Missing(f"{why}: {(done.stderr.strip().splitlines() or ['no message'])[-1]}")


def debian(package, program):
    """A program of a Debian package."""
    if not shutil.which(program):
        if not shutil.which("apt-get") or os.getuid():
            raise Missing(f"`{program}` is not installed, and Debian's `{package}` needs apt-get and root")
        install(["apt-get", "install", "-y", "--no-install-recommends", package], f"Debian's `{package}`")
    return shutil.which(program)


def said(command, pattern=r"\d+(\.\d+)+"):
    done = subprocess.run(command, capture_output=True, text=True)
    found = re.search(pattern, done.stdout + done.stderr)
    return found.group(0) if found else "?"


def emptied(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


class Imr:
    name = "imr"
    about = "files to index"
    counts = "issues"

    def __init__(self):
        install(["cargo", "build", "--release", "--locked", "--manifest-path", str(ROOT / "Cargo.toml")], "imr")
        self.program = str(ROOT / "target" / "release" / "imr")
        self.version = said([self.program, "--version"])

    def index(self, archive, documents, folder):
        folder = emptied(folder) / "index"
        return Run([self.program, "index", str(archive), "--index", str(folder)], weigh=True), folder

    def command(self, folder, query):
        words = query["words"].format(f="rationale:")
        filter = ["--outcome", query["outcome"]] if query["outcome"] else []
        run = Run([self.program, "search", words, *filter, "--format", "json", "--index", str(folder)])
        return run, json.loads(run.out)["total"]["issues"]

    def extract(self, archive):
        return Run([self.program, "parse", str(archive)], out=subprocess.DEVNULL, weigh=True)


class TantivyCli:
    name = "tantivy-cli"
    about = "documents to index"
    counts = "issues"

    def __init__(self):
        self.version = "0.24.0"
        root = TOOLS / "tantivy-cli"
        self.program = str(root / "bin" / "tantivy")
        # Its own Cargo.lock names a traitobject that today's compilers refuse.
        cargo = ["cargo", "install", "--quiet", "tantivy-cli", "--version", self.version]
        install([*cargo, "--root", str(root)], "tantivy-cli")

    def index(self, archive, documents, folder):
        folder = emptied(folder)
        (folder / "meta.json").write_text(json.dumps(self.meta()))
        # One thread of the machine's is taken for each core, and the memory of `imr`.
        command = [self.program, "index", "--index", str(folder), "--num_threads", CORES, "--memory_size", str(MEMORY)]
        return Run(command, stdin=documents, weigh=True), folder

    def meta(self):
        def text(name, tokenizer, record, fast):
            indexing = {"record": record, "fieldnorms": record != "basic", "tokenizer": tokenizer}
            return {"name": name, "type": "text", "options": {"indexing": indexing, "stored": False, "fast": fast}}

        fields = [text(n, "en_stem", "position", False) for n in TEXTS]
        fields += [text(n, "raw", "basic", n != "path") for n in KEYWORDS]
        number = {"indexed": True, "fieldnorms": False, "fast": True, "stored": False}
        fields += [{"name": n, "type": "u64", "options": number} for n in NUMBERS]
        fields += [{"name": n, "type": "text", "options": {"stored": True, "fast": False}} for n in STORED]
        settings = {"docstore_compression": "lz4", "docstore_blocksize": 16384}
        return {"index_settings": settings, "segments": [], "schema": fields, "opstamp": 0}

    def opened(self, folder):
        return TantivyServer(self.program, folder)


class TantivyServer:
    """tantivy-cli can be asked for the best ten over HTTP only."""

    def __init__(self, program, folder):
        with socket.socket() as free:
            free.bind(("localhost", 0))
            self.port = free.getsockname()[1]
        command = [program, "serve", "--index", str(folder), "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                return socket.create_connection(("localhost", self.port)).close()
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("tantivy serve does not answer")

    def ask(self, query):
        words = query["words"].format(f="rationale:")
        filter = f" AND outcome:{query['outcome']}" if query["outcome"] else ""
        url = urllib.parse.urlencode({"q": words + filter, "nhits": 10})
        with urllib.request.urlopen(f"http://localhost:{self.port}/api/?{url}") as answer:
            return json.load(answer)["num_hits"]

    def close(self):
        self.process.terminate()
        self.process.wait()


class Lines:
    """A helper of ours in another language that takes queries as lines."""

    counts = "issues"
    about = "documents to index"

    def line(self, query):
        return query["words"].format(f="rationale:") + "\t" + query["outcome"]

    def opened(self, folder):
        process = Open([*self.helper, "query", str(folder)])
        ask = process.ask
        process.ask = lambda query: ask(self.line(query))
        return process


class Sqlite(Lines):
    name = "SQLite FTS5"

    def __init__(self):
        import sqlite3

        options = [row[0] for row in sqlite3.connect(":memory:").execute("PRAGMA compile_options")]
        if "ENABLE_FTS5" not in options:
            raise Missing("python's sqlite3 was built without FTS5")
        self.version = sqlite3.sqlite_version
        self.helper = [sys.executable, str(HERE / "sqlite_fts5.py")]

    def index(self, archive, documents, folder):
        file = emptied(folder) / "index.db"
        return Run([*self.helper, "index", str(file)], stdin=documents, weigh=True), file


class Lucene(Lines):
    name = "Lucene"
    jar = "anserini-1.7.1-fatjar.jar"
    package = "pyserini==1.6.0"

    def __init__(self):
        debian("openjdk-17-jdk-headless", "javac")
        jar = TOOLS / self.jar
        if not jar.exists():
            wheels = TOOLS / "pyserini"
            pip = [sys.executable, "-m", "pip", "download", "--no-deps", self.package]
            install([*pip, "-d", str(wheels)], "PyPI's pyserini")
            self.take_out(jar, next(wheels.glob("pyserini-*")))
        classes = TOOLS / "classes"
        install(["javac", "-cp", str(jar), "-d", str(classes), str(HERE / "Lucene.java")], "Lucene")
        self.helper = ["java", "-Xmx1g", "-cp", f"{jar}:{classes}", "Lucene"]
        self.version = said([*self.helper, "version"])

    def take_out(self, jar, package):
        """The jar of a package, whether that is a wheel or a source archive."""
        if package.suffix == ".whl":
            with zipfile.ZipFile(package) as archive:
                name = next(n for n in archive.namelist() if n.endswith("/" + self.jar))
                jar.write_bytes(archive.read(name))
            return
        with tarfile.open(package) as archive:
            member = next(m for m in archive if m.name.endswith("/" + self.jar))
            with archive.extractfile(member) as source, open(jar, "wb") as target:
                shutil.copyfileobj(source, target)

    def index(self, archive, documents, folder):
        folder = emptied(folder)
        return Run([*self.helper, "index", str(folder), CORES], stdin=documents, weigh=True), folder


class Recoll:
    name = "Recoll (Xapian)"
    about = "files to index"
    counts = "letters"

    def __init__(self):
        self.program = debian("recollcmd", "recollindex")
        self.query = shutil.which("recollq")
        self.version = said(["dpkg-query", "-W", "-f", "${Version}", "recollcmd"])

    def index(self, archive, documents, folder):
        folder = emptied(folder)
        settings = {
            "topdirs": archive,
            "indexstemminglanguages": "english",
            # It would step back for the other programs of the machine.
            "idxniceprio": 0,
            "monioniceclass": 0,
        }
        (folder / "recoll.conf").write_text("".join(f"{k} = {v}\n" for k, v in settings.items()))
        quiet = {"out": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        run = Run(["recollindex", "-c", str(folder), "-z"], weigh=True, **quiet)
        return run, folder

    def command(self, folder, query):
        if query["outcome"]:
            return None
        command = [self.query, "-c", str(folder), "-n", "10", query["words"].format(f="")]
        run = Run(command, stderr=subprocess.DEVNULL)
        return run, int(re.search(rb"^(\d+) results", run.out, re.M).group(1))


class Ripgrep:
    name = "ripgrep"
    about = "no index"
    counts = "letters"

    def __init__(self):
        self.program = debian("ripgrep", "rg")
        self.version = said([self.program, "--version"])
        self.archive = None

    def index(self, archive, documents, folder):
        self.archive = archive
        return None, None

    def command(self, folder, query):
        if "pattern" not in query:
            return None
        # Files that have one pattern are searched for the next.
        rg = [self.program, "--ignore-case", "--multiline", "--files-with-matches", "--null", "--regexp"]
        first, *others = query["pattern"]
        shell = " ".join(["exec" if not others else "", *map(quoted, [*rg, first, str(self.archive)])])
        for pattern in others:
            shell += " | xargs -0 " + " ".join(map(quoted, [*rg, pattern]))
        run = Run(["sh", "-c", shell])
        return run, run.out.count(b"\0")


def quoted(word):
    return "'" + word.replace("'", "'\\''") + "'"


class Pdftotext:
    name = "pdftotext"
    about = "by xargs on all cores"

    def __init__(self):
        self.program = debian("poppler-utils", "pdftotext")
        self.version = said([self.program, "-v"])

    def extract(self, archive):
        command = f"find {quoted(str(archive))} -name '*.pdf' -print0 | xargs -0 -P {CORES} -I% pdftotext -layout % - "
        return Run(["sh", "-c", command], out=subprocess.DEVNULL, weigh=True, stderr=subprocess.DEVNULL)


PROGRAMS = [Imr, TantivyCli, Sqlite, Lucene, Recoll, Ripgrep, Pdftotext]
