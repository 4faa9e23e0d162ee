"""SQLite FTS5 as a peer.

usage: sqlite_fts5.py index DB < DOCUMENTS      in one transaction
       sqlite_fts5.py query DB                  each line on stdin: a query, a tab, an outcome or nothing

The words are in a table without content, as the records are stored beside it; keywords are in a table of their own.
"""
import json
import sqlite3
import sys

from documents import KEYWORDS, NUMBERS, STORED, TEXTS

SCHEMA = f"""
CREATE VIRTUAL TABLE words USING fts5({", ".join(TEXTS)}, content='', tokenize='porter unicode61 remove_diacritics 2');
CREATE TABLE facts(id INTEGER PRIMARY KEY, {", ".join(f'"{n}"' for n in NUMBERS + STORED)});
CREATE TABLE keywords(field TEXT, value TEXT, id INTEGER, PRIMARY KEY(field, value, id)) WITHOUT ROWID;
"""
FOUND = "FROM words WHERE words MATCH ?"
# The plus keeps SQLite from asking for the words of one row after the other, which takes seconds.
OUTCOME = " AND +rowid IN (SELECT id FROM keywords WHERE field = 'outcome' AND value = ?)"


def marks(fields):
    return "(?" + ", ?" * len(fields) + ")"


def index(db):
    db.executescript(SCHEMA)
    db.execute("BEGIN")
    for number, line in enumerate(sys.stdin, 1):
        document = json.loads(line)
        values = lambda fields: [number, *(document.get(f, [None])[0] for f in fields)]
        db.execute(f"INSERT INTO words(rowid, {', '.join(TEXTS)}) VALUES {marks(TEXTS)}", values(TEXTS))
        db.execute(f"INSERT INTO facts VALUES {marks(NUMBERS + STORED)}", values(NUMBERS + STORED))
        keywords = [(f, v, number) for f in KEYWORDS for v in set(document.get(f, []))]
        db.executemany("INSERT INTO keywords VALUES (?, ?, ?)", keywords)
    for field in NUMBERS:
        db.execute(f'CREATE INDEX "by_{field}" ON facts("{field}")')
    db.execute("COMMIT")


def query(db):
    for line in sys.stdin:
        words, outcome = line.rstrip("\n").split("\t")
        found, values = (FOUND + OUTCOME, (words, outcome)) if outcome else (FOUND, (words,))
        total = db.execute(f"SELECT count(*) {found}", values).fetchone()[0]
        best = db.execute(f"SELECT rowid {found} ORDER BY rank LIMIT 10", values).fetchall()
        for (number,) in best:
            db.execute("SELECT * FROM facts WHERE id = ?", (number,)).fetchone()
        print(total, flush=True)


if __name__ == "__main__":
    what, path = sys.argv[1:]
    {"index": index, "query": query}[what](sqlite3.connect(path, isolation_level=None))
