#!/usr/bin/env python3
"""Writes the values that intervals, differences and tests are held against: pip install scipy statsmodels, then run this.

wilson.tsv: part, all, low, high; difference.tsv: part and all of both, difference, low, high; independence.tsv: the rows of
a table, chi-square, degrees of freedom, p, Cramér's V.
"""
import pathlib
import random

from scipy.stats import chi2_contingency
from scipy.stats.contingency import association
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

HERE = pathlib.Path(__file__).parent


def write(name, rows):
    lines = ["\t".join(cell if isinstance(cell, str) else repr(cell) for cell in row) for row in rows]
    (HERE / name).write_text("".join(line + "\n" for line in lines))


pairs = [(0, 1), (1, 1), (0, 10), (10, 10), (1, 10), (5, 10), (3, 7), (248, 278), (30, 278), (1, 100000), (99999, 100000)]
pairs += [(81, 263), (15, 148), (123456, 456789)]
write("wilson.tsv", [(k, n, *map(float, proportion_confint(k, n, alpha=0.05, method="wilson"))) for k, n in pairs])

rows = []
for a, n, b, m in [(56, 70, 48, 80), (9, 10, 3, 10), (10, 10, 0, 20), (10, 10, 0, 10), (6, 7, 2, 7), (5, 56, 0, 29),
                   (0, 56, 0, 29), (248, 278, 30, 278), (8100, 9000, 790, 1000)]:
    low, high = confint_proportions_2indep(a, n, b, m, compare="diff", method="newcomb", alpha=0.05)
    rows.append((a, n, b, m, a / n - b / m, float(low), float(high)))
write("difference.tsv", rows)

random.seed(4600)
tables = [[[10, 20], [30, 40]], [[1, 2], [3, 4]], [[12, 5, 0], [0, 8, 11]], [[5, 5], [5, 5]], [[1000, 10], [990, 25]]]
tables += [[[random.randrange(1, 400) for _ in range(columns)] for _ in range(rows)] for rows, columns in [(2, 5), (7, 3), (4, 4)]]
rows = []
for table in tables:
    chi, p, degrees, _ = chi2_contingency(table, correction=False)
    text = ";".join(",".join(map(str, row)) for row in table)
    rows.append((text, float(chi), int(degrees), float(p), float(association(table, method="cramer"))))
write("independence.tsv", rows)
