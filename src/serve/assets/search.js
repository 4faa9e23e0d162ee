// Searches without a page being loaded anew: what is chosen is fetched as a page, and its parts take the place of those here.
// Every state is an address, so that going back, a bookmark and a page without scripts show the same.
"use strict";
(() => {
  if (!document.getElementById("live")) return;
  const form = document.getElementById("search");
  const live = () => document.getElementById("live");
  let asked;
  let waiting;

  const address = () => {
    const params = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value.trim()) params.append(name, value.trim());
    const text = params.toString();
    return form.getAttribute("action") + (text ? `?${text}` : "");
  };

  // Puts the page that came in the place of this one.
  const put = (page, typed) => {
    const focused = document.activeElement;
    const id = live().contains(focused) ? focused.id || focused.dataset.keep : "";
    const name = live().contains(focused) ? focused.name : "";
    const openMenus = [...document.querySelectorAll("#live details.menu[open] > summary")].map((s) => s.textContent);
    const isFiltering = document.getElementById("filters")?.open;
    const came = page.getElementById("live");
    live().replaceWith(document.importNode(came, true));
    document.title = page.title;
    form.querySelectorAll("input[type=hidden]").forEach((input) => input.remove());
    page.querySelectorAll("#search > input[type=hidden]").forEach((input) => form.append(document.importNode(input, true)));
    const box = document.getElementById("q");
    const coming = page.getElementById("q");
    // Who types on meanwhile is left alone.
    if (document.activeElement !== box || box.value === typed) box.value = coming.value;
    for (const attribute of ["aria-invalid", "aria-describedby"]) {
      if (coming.hasAttribute(attribute)) box.setAttribute(attribute, coming.getAttribute(attribute));
      else box.removeAttribute(attribute);
    }
    for (const [i, link] of [...page.querySelectorAll(".places a")].entries()) {
      document.querySelectorAll(".places a")[i]?.setAttribute("href", link.getAttribute("href"));
    }
    for (const summary of document.querySelectorAll("#live details.menu > summary")) {
      if (openMenus.includes(summary.textContent)) summary.parentElement.open = true;
    }
    if (isFiltering) document.getElementById("filters")?.setAttribute("open", "");
    document.dispatchEvent(new CustomEvent("pages:shown"));
    const again = (id && document.getElementById(id)) || (name && live().querySelector(`[name="${CSS.escape(name)}"]`));
    if (again) again.focus({ preventScroll: true });
    const count = document.getElementById("count") ?? document.getElementById("problem");
    document.getElementById("said").textContent = count?.textContent.trim() ?? "";
  };

  const show = async (url, how) => {
    asked?.abort();
    const mine = (asked = new AbortController());
    const typed = document.getElementById("q").value;
    live().setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(url, { signal: mine.signal, headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine.signal.aborted) return;
      if (!page.getElementById("live")) throw new Error("no such page");
      if (how.push) history.pushState(null, "", url);
      put(page, how.box ? typed : undefined);
      if (how.top) scrollTo(0, 0);
    } catch (error) {
      // Whatever it is, the browser shows it better.
      if (error.name !== "AbortError") location.assign(url);
    }
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    show(address(), { push: true, top: true, box: true });
  });

  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-live]") || event.target.form !== form || !event.target.reportValidity()) return;
    // Who chooses several values at once asks once.
    clearTimeout(waiting);
    waiting = setTimeout(() => show(address(), { push: true }), 120);
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("#live a[href]");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const to = new URL(link.href);
    const isHere = to.origin === location.origin && to.pathname === location.pathname && !to.hash;
    if (!isHere || link.hasAttribute("data-whole") || link.hasAttribute("download")) return;
    event.preventDefault();
    show(to.pathname + to.search, { push: true, top: Boolean(link.closest(".pages")) });
  });

  addEventListener("popstate", () => show(location.pathname + location.search, { box: true }));

  // Finds values of a facet.
  const finders = new WeakMap();
  const find = async (input) => {
    const facet = input.closest("[data-facet]");
    const list = facet.querySelector("ul");
    if (!finders.has(facet)) finders.set(facet, list);
    const text = input.value.trim();
    const shown = (node) => {
      facet.querySelector("ul").replaceWith(node);
      facet.querySelector("p.all")?.toggleAttribute("hidden", Boolean(text));
    };
    if (!text) return shown(finders.get(facet));
    const url = new URL(facet.dataset.facet, location.href);
    url.searchParams.set("find", text);
    const answer = await fetch(url);
    if (!answer.ok || input.value.trim() !== text) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.querySelector("[data-fragment] ul");
    if (found) shown(document.importNode(found, true));
  };
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-within]")) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => find(event.target), 150);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("[data-within]")) event.preventDefault();
  });

  const ready = () => {
    document.querySelectorAll("[data-within]").forEach((input) => (input.hidden = false));
    const filters = document.getElementById("filters");
    if (!filters) return;
    if (!CSS.supports("selector(::details-content)") && matchMedia("(min-width: 60.01rem)").matches) filters.open = true;
    filters.querySelector(".shows a")?.addEventListener("click", () => (filters.open = false));
  };
  document.addEventListener("pages:shown", ready);
  ready();
})();
