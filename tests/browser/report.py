"""Shows a report's page in a browser, light, dark and as wide as a phone; prints as JSON what is to be seen.

usage: report.py PAGE [FOLDER]        pictures go into the folder
"""
import json
import pathlib
import sys

from chromium import Browser

SECTIONS = """() => [...document.querySelectorAll('main section')].map(section => {
  const cells = row => [...row.cells].map(cell => cell.textContent);
  const named = svg => (svg.getAttribute('aria-labelledby') || '').split(' ')
    .map(id => document.getElementById(id)).map(e => e && svg.contains(e) ? e.textContent : '');
  const table = section.querySelector('table');
  const box = e => e.getBoundingClientRect();
  return {
    id: section.id,
    title: section.querySelector('h2').textContent,
    charts: [...section.querySelectorAll('svg')].map(svg => ({
      role: svg.getAttribute('role'),
      named: named(svg),
      shapes: svg.querySelectorAll('rect').length,
      drawn: box(svg).width > 0 && box(svg).height > 0,
      outside: [...svg.querySelectorAll('rect, text')]
        .filter(e => box(e).left < box(svg).left - 1 || box(e).right > box(svg).right + 1).map(e => e.textContent),
    })),
    tables: section.querySelectorAll('table').length,
    caption: table.caption.textContent,
    head: cells(table.tHead.rows[0]),
    rows: [...table.tBodies[0].rows].map(cells),
    scopes: [...table.querySelectorAll('th')].every(th => th.scope),
    command: section.querySelector('pre').textContent,
  };
})"""
LINKS = "() => [...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href'))" \
    ".filter(to => !to.startsWith('#') || !document.getElementById(to.slice(1)))"

page, *folder = sys.argv[1:]
with Browser() as browser:
    views = {}
    for name, width, scheme in [("light", 1280, "light"), ("dark", 1280, "dark"), ("phone", 390, "light"), ("narrow", 320, "dark")]:
        shown = browser.show(page, width=width, scheme=scheme)
        views[name] = browser.look(shown)
        if folder:
            shown.screenshot(path=pathlib.Path(folder[0]) / f"{name}.png", full_page=True)
        if name == "light":
            sections, dead = shown.evaluate(SECTIONS), shown.evaluate(LINKS)
    print(json.dumps({"views": views, "sections": sections, "dead_links": dead}))
