"""A running server in a browser: what tests of its pages share. The helper of the report's page is `chromium.py`."""
import contextlib
import time

from chromium import launch

# What shows a PDF is a page of the browser's own, and so are its scripts.
ITS_OWN = ("chrome:", "chrome-extension:")


class Site:
    """The server at an address, with a browser to look at it."""

    def __init__(self, address):
        self.address = address
        self.login = address
        self.playwright, self.browser = launch(args=["--no-sandbox"])

    def close(self):
        self.browser.close()
        self.playwright.stop()

    @contextlib.contextmanager
    def visit(self, path="/", allowed=(), **options):
        """A page in a window of its own. What goes wrong in it is a fault, but for messages that have one of `allowed`."""
        options.setdefault("viewport", {"width": 1280, "height": 900})
        context = self.browser.new_context(base_url=self.address, **options)
        page = context.new_page()
        faults = []

        def told(message):
            if not message.location["url"].startswith(ITS_OWN):
                faults.append(f"console: {message.type}: {message.text}")

        def failed(error):
            # Errors have no address, but the places that they came through have.
            if not any(scheme in (error.stack or "") for scheme in ITS_OWN):
                faults.append(f"script: {error}, at {error.stack}")

        page.on("console", told)
        page.on("pageerror", failed)
        known = (self.address, self.login, "blob:", "data:", *ITS_OWN)
        page.on("request", lambda asked: asked.url.startswith(known) or faults.append(f"loads {asked.url}"))
        # What else this machine does must not fail a test.
        page.set_default_timeout(60_000)
        try:
            page.goto(path)
            yield page
        finally:
            context.close()
        faults = [fault for fault in faults if not any(part in fault for part in allowed)]
        assert not faults, faults


def until(page, condition):
    """Waits until something is so. What Playwright has for it is forbidden to pages that evaluate nothing."""
    end = time.monotonic() + 60
    while not page.evaluate(condition):
        assert time.monotonic() < end, f"still not so: {condition}"
        page.wait_for_timeout(40)


def number(text):
    """The first number in a text."""
    digits = "".join(c if c.isdigit() else " " for c in text.replace(",", "")).split()
    return int(digits[0])


def found(page):
    """How many issues a page says that it found."""
    return number(page.locator("#count").inner_text())


def wide(page):
    """By how much a page is wider than its window, and what is."""
    return page.evaluate("""() => {
      const width = document.documentElement.clientWidth;
      const over = [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > width + 1
        && !e.parentElement.closest('.wide, pre, svg') && getComputedStyle(e).position !== 'absolute');
      return [document.documentElement.scrollWidth - width, over.slice(0, 3).map(e => e.outerHTML.slice(0, 120))];
    }""")


def small(page, least=44):
    """What is to be hit with a finger and is smaller than it should be. Links within a text are not looked at, nor what is
    closed or not shown; a box with its words beside it is as large as both."""
    return page.evaluate("""(least) => {
      const isInText = e => e.matches('a') && getComputedStyle(e).display === 'inline'
        && e.parentElement.textContent.trim() !== e.textContent.trim();
      const told = [];
      for (const e of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary')) {
        const style = getComputedStyle(e);
        const shown = e.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });
        if (!shown || style.clipPath !== 'none' || e.matches('.skip, mark') || isInText(e)) continue;
        const box = (e.matches('input[type=checkbox]') ? e.closest('label') : e).getBoundingClientRect();
        if (box.height + 0.5 < least || box.width + 0.5 < least) told.push(`${Math.round(box.width)}x${Math.round(box.height)} ${e.outerHTML.slice(0, 110)}`);
      }
      return told;
    }""", least)
