"""Tests of the pages of `imr serve` in a browser; prints as JSON which passed and which failed.

usage: pages.py ADDRESS LOGIN [NAME...]

LOGIN is the address of a server that wants a token, which is `an-invented-token`.
"""
import csv
import io
import json
import sys
import traceback
import urllib.parse

from visit import Site, found, number, small, until, wide

ALL = ["/", "/?q=acupuncture+upheld", "/?q=MRI+AND+(lumbar", "/?q=surgery&view=letter&more=1&outcome=upheld", "/facet/specialty",
       "/stats", "/stats?by=category_group&by=outcome", "/stats?over=year&q=MRI", "/stats?by=year&days=assigned",
       "/compare", "/compare?q=issue:MRI&q2=issue:acupuncture&by=basis", "/report?q=MRI", "/help", "/letter/CM99-0000000"]
# What Chromium says itself of an answer that is an error.
STATUS = ("Failed to load resource",)


def letter_of(page):
    return page.locator(".hit a.open").first.get_attribute("href")


def search(site):
    with site.visit() as page:
        page.locator("#q").fill("acupuncture upheld")
        page.keyboard.press("Enter")
        page.wait_for_url("**/?q=acupuncture+upheld*")
        page.wait_for_selector(".hit")
        assert page.locator(".hit").count() > 3
        assert set(page.locator(".hit > article > .facts .badge").all_inner_texts()) == {"Upheld"}
        assert "acupuncture" in page.locator(".hit mark").first.inner_text().lower()
        assert page.locator("#said").inner_text().strip() == page.locator("#count").inner_text().strip()
        assert "acupuncture upheld" in page.title()
        count = found(page)
        page.reload()
        assert found(page) == count > 0


def mistakes(site):
    with site.visit("/?q=MRI+AND+(lumbar", allowed=STATUS) as page:
        assert "column" in page.locator("#problem").inner_text()
        query, caret = page.locator("#problem pre").inner_text().split("\n")[:2]
        assert query == "MRI AND (lumbar" and query[caret.index("^")] == "("
        assert page.locator("#q").get_attribute("aria-invalid") == "true"
        page.locator("#q").fill("acupunture")
        page.keyboard.press("Enter")
        page.locator(".meant a").click()
        page.wait_for_selector(".hit")
        assert page.locator("#q").input_value() == "acupuncture"
        assert page.locator("#q").get_attribute("aria-invalid") is None


def completions(site):
    with site.visit() as page:
        page.locator("#q").click()
        page.keyboard.type("outco", delay=20)
        page.wait_for_selector("[role=option]")
        assert page.locator("#q").get_attribute("aria-expanded") == "true"
        page.keyboard.press("ArrowDown")
        assert page.locator("#q").get_attribute("aria-activedescendant") == page.locator("[aria-selected=true]").get_attribute("id")
        page.keyboard.press("Enter")
        assert page.locator("#q").input_value() == "outcome:"
        page.locator("[role=option]", has_text="upheld").first.click()
        assert page.locator("#q").input_value().strip() == "outcome:upheld"
        page.keyboard.press("Enter")
        page.wait_for_url("**q=outcome*")


def facets(site):
    with site.visit("/?q=MRI+OR+acupuncture") as page:
        everything = found(page)
        upheld, overturned = page.locator("#outcome-upheld"), page.locator("#outcome-overturned")
        counts = {name: number(page.locator(f"label:has(#outcome-{name}) .n").inner_text()) for name in ("upheld", "overturned")}
        overturned.check()
        page.wait_for_url("**outcome=overturned*")
        until(page, "document.querySelectorAll('.chips li').length > 0")
        assert found(page) == counts["overturned"] < everything
        # The other value can still be added, with what it would add.
        assert number(page.locator("label:has(#outcome-upheld) .n").inner_text()) == counts["upheld"]
        assert page.evaluate("document.activeElement.id") == "outcome-overturned"
        upheld.check()
        page.wait_for_url("**outcome=upheld*")
        until(page, "document.querySelectorAll('.chips li').length > 2")
        assert found(page) == counts["upheld"] + counts["overturned"]
        page.locator(".chips a", has_text="Upheld").click()
        until(page, "document.querySelectorAll('.chips li').length === 2")
        assert found(page) == counts["overturned"]
        page.locator(".chips .clear").click()
        until(page, "!document.querySelector('.chips')")
        assert found(page) == everything
        # Levels.
        page.locator("#facet-category summary").first.click()
        below = page.locator("#facet-category details[open] .value").first
        wanted = number(below.locator(".n").inner_text())
        below.locator("input").check()
        until(page, "document.querySelector('.chips')")
        assert found(page) == wanted
        assert page.locator("#facet-category details[open] input:checked").count() == 1


def facet_values(site):
    with site.visit("/") as page:
        facet = page.locator("#facet-specialty")
        facet.locator("[data-within]").fill("medicine")
        until(page, "[...document.querySelectorAll('#facet-specialty .name')].every(e => /medicine/i.test(e.textContent))")
        facet.locator("input[type=checkbox]").first.check()
        page.wait_for_url("**specialty=*")
        page.wait_for_selector(".chips")
        assert found(page) > 0


def brush(site):
    with site.visit("/?bins=year") as page:
        everything = found(page)
        box = page.locator(".histogram").bounding_box()
        y = box["y"] + box["height"] / 2
        page.mouse.move(box["x"] + box["width"] * 0.3, y)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.5, y, steps=5)
        assert page.locator(".histogram g.in").count() > 1 and " to " in page.locator(".told").inner_text()
        page.mouse.up()
        page.wait_for_url("**from=20*")
        until(page, "document.querySelectorAll('.chips li').length > 1")
        some = found(page)
        assert 0 < some < everything
        first = page.locator("input[name=from]").input_value()
        assert page.locator(".histogram g.in").first.get_attribute("data-bin") == first
        handle = page.locator("#handle-from")
        assert handle.get_attribute("aria-valuetext") == first
        handle.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**from={int(first) + 1}*")
        until(page, f"document.querySelector('#live input[name=from]').value === '{int(first) + 1}'")
        assert 0 < found(page) < some
        assert page.evaluate("document.activeElement.id") == "handle-from"
        page.locator("input[name=from]").fill("2016-03")
        page.locator("input[name=to]").fill("2016-05")
        page.keyboard.press("Enter")
        page.wait_for_url("**from=2016-03*")


def turning(site):
    with site.visit("/?view=all") as page:
        page.locator(".pages [rel=next]").click()
        page.wait_for_url("**page=2*")
        page.wait_for_selector("#hit-21")
        assert page.locator(".pages [aria-current=page]").inner_text() == "2"
        page.locator("select[name=sort]").select_option("decided")
        page.wait_for_url("**sort=decided*")
        page.wait_for_selector("#hit-1")
        days = page.eval_on_selector_all(".hit > article > .facts time", "all => all.map(e => e.dateTime)")
        assert days == sorted(days) and len(days) > 5
        page.locator("select[name=view]").select_option("letter")
        page.wait_for_url("**view=letter*")
        page.wait_for_selector(".others")
        cases = page.locator(".hit .case").all_inner_texts()
        assert len(cases) == len({case.split("/")[0] for case in cases})


def letter(site):
    with site.visit("/?q=acupuncture") as page:
        page.locator(".hit a.open").first.click()
        page.wait_for_url("**/letter/CM*")
        context = page.context
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        assert page.locator("h1").inner_text().startswith("CM")
        assert page.locator("section.issue .badge").count() >= 1
        assert page.locator("section.issue h3", has_text="Rationale").count() >= 1
        total = number(page.locator("#match-count").inner_text())
        assert total > 0
        page.keyboard.press("n")
        assert page.locator("mark.here").count() >= 1
        here = page.locator("#match-count").inner_text()
        assert here.endswith(f"of {total}")
        page.locator("[data-match-step='-1']").click()
        page.locator("[data-match-step='1']").click()
        assert page.locator("#match-count").inner_text() == here
        page.keyboard.press("p")
        page.locator("[data-copy^=cite]").first.click()
        page.wait_for_selector("text=Copied")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.startswith("IMR Case No. CM") and copied == page.locator(".citation").first.inner_text()
        page.locator(".like a").first.click()
        page.wait_for_selector(".fragment")
        assert "most similar" in page.locator(".fragment").first.inner_text()
        # The search goes along from letter to letter.
        page.locator(".fragment a.open").first.click()
        page.wait_for_url("**/letter/*q=acupuncture*")
        page.locator(".back a").click()
        page.wait_for_url("**/?q=acupuncture*")


def original(site):
    with site.visit("/?q=acupuncture") as page:
        page.goto(letter_of(page))
        link = page.locator(".original a").first
        answer = page.request.get(link.get_attribute("href"))
        assert answer.ok and int(answer.headers.get("content-length", len(answer.body()))) > 100
        # Pages lead to those of the original, and beside the letter they turn it.
        paged = page.request.get("/api/search?limit=1000&fields=case_number,path").json()["hits"]
        case = next(hit["case_number"] for hit in paged if hit["path"].endswith(".pdf"))
        page.goto(f"/letter/{case}")
        address = page.locator(".original a").first.get_attribute("href")
        leaves = page.locator("a.leaf")
        assert leaves.count() > 0
        for leaf in leaves.all():
            assert leaf.get_attribute("href") == f"{address}#page={number(leaf.inner_text())}"
        page.locator(".original .tool").click()
        page.wait_for_url("**beside=1*")
        assert page.locator("iframe[name=paper]").get_attribute("src").startswith(address)
        leaf = page.locator("a.leaf").last
        leaf.click()
        ends = [any(frame.url.endswith(leaf.get_attribute("href")) for frame in page.frames)]
        while not ends[-1] and len(ends) < 600:
            page.wait_for_timeout(100)
            ends.append(any(frame.url.endswith(leaf.get_attribute("href")) for frame in page.frames))
        assert ends[-1] and "/letter/" in page.url, [frame.url for frame in page.frames]


def going_back(site):
    with site.visit("/?q=MRI") as page:
        counts = [found(page)]
        page.locator("#outcome-upheld").check()
        page.wait_for_selector(".chips")
        counts.append(found(page))
        page.locator("select[name=view]").select_option("all")
        page.wait_for_url("**view=all*")
        until(page, "document.querySelector('select[name=view]').value === 'all' && !document.querySelector('[aria-busy]')")
        page.locator(".hit a.open").first.click()
        page.wait_for_url("**/letter/*")
        page.go_back()
        page.wait_for_selector("#hits")
        assert page.locator("select[name=view]").input_value() == "all" and page.locator("#outcome-upheld").is_checked()
        page.go_back()
        until(page, "document.querySelector('select[name=view]').value === ''")
        assert found(page) == counts[1]
        page.go_back()
        until(page, "!document.querySelector('.chips')")
        assert found(page) == counts[0] and not page.locator("#outcome-upheld").is_checked()
        page.go_forward()
        page.wait_for_selector(".chips")
        assert found(page) == counts[1]


def exports(site):
    with site.visit("/?q=MRI&outcome=overturned&view=all") as page:
        count = found(page)
        page.locator("summary", has_text="Export").click()
        links = page.locator(".menu[open] a")
        assert links.count() == 4
        bodies = {}
        for link in links.all():
            address = link.get_attribute("href")
            answer = page.request.get(address)
            assert answer.ok, (address, answer.status, answer.text()[:300])
            bodies[urllib.parse.parse_qs(urllib.parse.urlsplit(address).query)["format"][0]] = answer.body()
        rows = list(csv.DictReader(io.StringIO(bodies["csv"].decode())))
        assert len(rows) == count and {row["outcome"] for row in rows} == {"overturned"}
        assert len(bodies["jsonl"].decode().splitlines()) == count
        assert bodies["parquet"][:4] == b"PAR1" == bodies["parquet"][-4:]
        citations = bodies["citations"].decode().splitlines()
        assert len(citations) == count and citations[0].startswith("IMR Case No.")
        with page.expect_download() as download:
            links.first.click()
        assert download.value.suggested_filename.endswith(".csv")


def statistics(site):
    with site.visit("/stats") as page:
        rows = page.locator(".counts tbody tr")
        assert rows.count() > 3 and page.locator("svg.chart rect").count() > 3
        first = rows.first
        issues = number(first.locator("td").first.inner_text())
        assert page.locator(".counts thead th[scope=col]").count() == 1 + first.locator("td").count()
        page.request.get(page.locator("a", has_text="Chart as SVG").get_attribute("href")).body().index(b"<style>")
        table = page.request.get(page.locator("a", has_text="Table as CSV").get_attribute("href")).text()
        parsed = list(csv.DictReader(io.StringIO(table)))
        assert int(parsed[0]["issues"]) == issues
        page.locator(".controls select[name=by]").nth(1).select_option("outcome")
        page.wait_for_url("**by=outcome*")
        until(page, "document.querySelectorAll('.counts thead th').length > 2 && !document.querySelector('[aria-busy]')")
        assert "Upheld" in page.locator(".counts thead").inner_text()
        page.locator(".quick a", has_text="Over the years").click()
        page.wait_for_url("**over=year*")
        until(page, "/change/.test(document.querySelector('.counts thead').textContent)")
        page.locator(".counts tbody a").first.click()
        page.wait_for_url("**/?*from=*")
        assert found(page) > 0


def comparing(site):
    with site.visit("/compare") as page:
        page.locator("#compare input[name=q]").fill("issue:MRI")
        page.locator("input[name=q2]").fill("issue:acupuncture")
        page.locator("select[name=by]").select_option("basis")
        page.locator("#compare button").click()
        page.wait_for_selector(".sides")
        assert page.locator(".sides section").count() == 2 and "percentage points" in page.locator(".difference").inner_text()
        assert page.locator(".pairs rect").count() > 2
        table = page.request.get(page.locator("a", has_text="Table as CSV").get_attribute("href")).text()
        assert table.startswith("basis,")
        page.locator(".places a", has_text="Report").click()
        page.wait_for_selector("#years")
        assert page.locator("section table").count() > 10
        for link in page.locator("a[download]").all():
            assert page.request.get(link.get_attribute("href")).ok


def without_scripts(site):
    with site.visit("/", java_script_enabled=False) as page:
        page.locator("#q").fill("MRI")
        page.keyboard.press("Enter")
        page.wait_for_url("**q=MRI*")
        everything = found(page)
        page.locator("#outcome-upheld").check()
        page.locator("input[name=from]").fill("2015")
        page.locator("button.apply").first.click()
        page.wait_for_url("**outcome=upheld*")
        assert 0 < found(page) < everything and "from=2015" in page.url
        page.locator("#facet-specialty .all a").click()
        page.locator("input[name=find]").fill("medicine")
        page.keyboard.press("Enter")
        page.wait_for_url("**find=medicine*")
        page.locator(".facet input[type=checkbox]").first.check()
        page.locator("#search button").click()
        page.wait_for_url("**specialty=*")
        assert "outcome=upheld" in page.url and page.locator(".hit").count() > 0
        page.locator(".hit a.open").first.click()
        assert page.locator("section.issue").count() > 0 and page.locator("mark").count() > 0
        page.locator(".matches summary").click()
        page.locator(".matches li a").first.click()
        assert "#match-" in page.url
        page.locator(".like a").first.click()
        assert page.locator("h1").inner_text() == "Similar issues"


def keyboard(site):
    with site.visit("/?q=MRI") as page:
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "q"
        page.keyboard.press("Escape")
        page.keyboard.press("j")
        page.keyboard.press("j")
        assert page.locator(".hit.here h3").get_attribute("id") == "hit-2"
        page.keyboard.press("k")
        assert page.locator(".hit.here h3").get_attribute("id") == "hit-1"
        page.keyboard.press("?")
        assert page.locator("#keys").is_visible()
        page.keyboard.press("Escape")
        assert not page.locator("#keys").is_visible()
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url("**/letter/*")
        page.keyboard.press("u")
        page.wait_for_url("**/?q=MRI*")
        # The first tab is the way past the bar.
        page.goto("/?q=MRI")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


def dark(site):
    colours = set()
    for scheme in ("light", "dark"):
        with site.visit("/?q=MRI", color_scheme=scheme) as page:
            colours.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(colours) == 2


def phone(site):
    with site.visit("/?q=MRI", viewport={"width": 390, "height": 844}, allowed=STATUS) as page:
        one = letter_of(page)
        for path in [*ALL, one]:
            page.goto(path)
            for filters in page.locator("#filters > summary").all():
                filters.click()
            over = wide(page)
            assert over[0] <= 0 and not over[1], (path, over)
            assert not small(page), (path, small(page))
        # The filters are in a box above the results, which stays open while one is chosen after the other.
        page.goto("/?q=MRI")
        box = page.locator("#filters")
        assert not page.locator("#outcome-upheld").is_visible()
        assert box.bounding_box()["y"] < page.locator("#count").bounding_box()["y"] < 844
        box.locator("> summary").click()
        page.locator("#outcome-upheld").check()
        page.wait_for_selector(".chips")
        assert "1 chosen" in page.locator("#filters > summary").inner_text()
        page.locator("#facet-basis input").first.check()
        until(page, "document.querySelectorAll('.chips li').length > 2")
        assert page.locator("#facet-basis").is_visible()
        page.locator(".shows a").click()
        until(page, "!document.getElementById('filters').open")
    with site.visit("/?q=MRI", viewport={"width": 390, "height": 844}, java_script_enabled=False) as page:
        page.locator("#filters > summary").click()
        page.locator("#outcome-upheld").check()
        page.locator("button.apply").last.click()
        page.wait_for_url("**outcome=upheld*")
        assert not page.locator("#facets fieldset").first.is_visible() and page.locator(".chips").is_visible()
    # Where there is room, they are always there, with a script or without.
    for scripts in (True, False):
        with site.visit("/?q=MRI", java_script_enabled=scripts) as page:
            assert page.locator("#outcome-upheld").is_visible() and not page.locator("#filters > summary").is_visible()


def printing(site):
    with site.visit("/?q=MRI") as page:
        page.goto(letter_of(page))
        page.emulate_media(media="print")
        assert page.locator("h1").is_visible() and page.locator("section.issue").first.is_visible()
        assert not page.locator(".bar").is_visible() and not page.locator(".matches").is_visible()


def escaping(site):
    hostile = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>"
    for path in ("/?q=", "/?specialty=", "/?from=", "/?sort=", "/stats?by=", "/compare?q2=", "/facet/specialty?find=", "/letter?at="):
        with site.visit(path + urllib.parse.quote(hostile), allowed=STATUS) as page:
            assert page.locator("img, main script").count() == 0, path


def accessible(site):
    from axe_playwright_python.sync_playwright import Axe

    with site.visit("/?q=MRI") as page:
        paths = [*ALL, letter_of(page)]
    for scheme in ("light", "dark"):
        with site.visit("/", color_scheme=scheme, allowed=STATUS) as page:
            for path in paths:
                page.goto(path)
                found = Axe().run(page).response["violations"]
                told = [(v["id"], v["impact"], [node["html"][:160] for node in v["nodes"][:3]]) for v in found]
                assert not told, (scheme, path, told)


def login(site):
    from axe_playwright_python.sync_playwright import Axe

    # Chromium wants a name beside what is typed in secret; a token has none.
    with site.visit(site.login, allowed=(*STATUS, "username fields")) as page:
        assert page.url.endswith("/login")
        # The style sheet is there.
        assert page.locator("main").evaluate("e => getComputedStyle(e.parentElement).paddingTop") != "0px"
        assert not Axe().run(page).response["violations"]
        page.locator("#token").fill("wrong")
        page.keyboard.press("Enter")
        page.wait_for_selector("[role=alert]")
        page.locator("#token").fill("an-invented-token")
        page.keyboard.press("Enter")
        page.wait_for_selector("#count")


def the_box_goes_back(site):
    with site.visit() as page:
        for words in ("MRI", "acupuncture"):
            page.locator("#q").fill(words)
            page.keyboard.press("Enter")
            page.wait_for_url(f"**/?q={words}")
            until(page, f"document.title.startsWith('{words}')")
            assert page.locator("select[name=sort]").input_value() == ""
            assert "best match" in page.locator("select[name=sort] option:checked").inner_text()
        page.go_back()
        until(page, "document.title.startsWith('MRI')")
        assert page.locator("#q").input_value() == "MRI"


def policy(site):
    with site.visit("/?q=MRI") as page:
        answer = page.request.get("/?q=MRI")
        told = answer.headers.get("content-security-policy", "")
        assert "script-src 'self'" in told and "unsafe" not in told, told
        sheet = page.locator("link[rel=stylesheet]").get_attribute("href")
        assert "immutable" in page.request.get(sheet).headers["cache-control"]
        assert page.locator("[style]").count() == page.locator(".handle").count()


TESTS = [search, mistakes, completions, facets, facet_values, brush, turning, letter, original, going_back, exports, statistics,
         comparing, without_scripts, keyboard, dark, phone, printing, escaping, accessible, login,
         the_box_goes_back, policy]


def main():
    address, login, *names = sys.argv[1:]
    site = Site(address)
    site.login = login
    passed, failed = [], {}
    for test in TESTS:
        if names and test.__name__ not in names:
            continue
        try:
            test(site)
            passed.append(test.__name__)
        except Exception:
            failed[test.__name__] = traceback.format_exc(limit=-3)
    site.close()
    print(json.dumps({"passed": passed, "failed": failed}, indent=1))


main()
