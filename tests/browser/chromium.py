"""A browser for tests of pages: Debian's Chromium, driven by Playwright, and what to know of a page that it shows.

    with Browser() as browser:
        page = browser.show("report.html", width=390, scheme="dark")
        page.faults     what went wrong: messages on the console, errors of scripts, requests

It has no network, and asking for one is a fault. A program that ends with the status ABSENT has no browser.
"""
import pathlib
import shutil
import sys

ABSENT = 77
# How many milliseconds a machine may take that has much else to do.
PATIENCE = 300_000
PROGRAMS = ["chromium", "chromium-browser", "google-chrome"]

# What can be said of any page. Of what scrolls within itself, such as a wide table, the page does not get wider.
LOOK = """() => {
  const shown = document.documentElement;
  const wide = [...document.body.querySelectorAll('*')]
    .filter(e => e.getBoundingClientRect().right > shown.clientWidth + 0.5 && !e.parentElement.closest('.wide, pre, svg'))
    .filter(e => getComputedStyle(e).position !== 'absolute')
    .map(e => `${e.tagName.toLowerCase()}#${e.id}.${e.className}`);
  const style = getComputedStyle(document.body);
  return {
    title: document.title,
    lang: shown.lang,
    width: shown.clientWidth,
    overflow: Math.max(shown.scrollWidth, document.body.scrollWidth) - shown.clientWidth,
    wide: wide.slice(0, 5),
    ground: style.backgroundColor,
    text: style.color,
  };
}"""


def launch(**options):
    """Playwright and the browser, both to be ended."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        program = None
    if program is None:
        print("there is no Chromium, or no Playwright for Python", file=sys.stderr)
        sys.exit(ABSENT)
    playwright = sync_playwright().start()
    return playwright, playwright.chromium.launch(executable_path=program, **options)


class Browser:
    def __enter__(self):
        self.playwright, self.browser = launch(timeout=PATIENCE)
        return self

    def __exit__(self, *_):
        self.browser.close()
        self.playwright.stop()

    def show(self, path, width=1280, height=900, scheme="light", allowed=()):
        """A page, loaded to its end. What it asks for besides itself is a fault, but for addresses that begin as allowed."""
        address = path if "://" in str(path) else pathlib.Path(path).resolve().as_uri()
        context = self.browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.faults = []
        own = (address, *allowed)
        page.on("console", lambda message: page.faults.append(f"console: {message.type}: {message.text}"))
        page.on("pageerror", lambda error: page.faults.append(f"error: {error}"))
        page.on("request", lambda asked: asked.url.startswith(own) or page.faults.append(f"request: {asked.url}"))
        page.on("requestfailed", lambda asked: page.faults.append(f"failed: {asked.url}"))
        context.set_offline(address.startswith("file:"))
        page.goto(address, wait_until="load")
        return page

    @staticmethod
    def look(page):
        """What can be said of any page: its title, colours, and by how much it is wider than the window."""
        return {**page.evaluate(LOOK), "faults": page.faults}
