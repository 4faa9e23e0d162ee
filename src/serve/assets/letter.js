// A letter: from match to match, and similar issues where they are asked for.
"use strict";
(() => {
  const marks = [...document.querySelectorAll("mark[id^=match-]")];
  // A match that goes over the end of a page is in two pieces with one number.
  const ids = [...new Set(marks.map((mark) => mark.id))];
  const count = document.getElementById("match-count");
  let here = -1;

  const show = (place) => {
    here = (place + ids.length) % ids.length;
    marks.forEach((mark) => mark.classList.toggle("here", mark.id === ids[here]));
    const mark = marks.find((mark) => mark.id === ids[here]);
    mark.scrollIntoView({ block: "center" });
    mark.focus({ preventScroll: true });
    count.textContent = `${here + 1} of ${ids.length}`;
  };

  const step = (by) => {
    if (!ids.length) return;
    if (here >= 0) return show(here + by);
    // The first one below where the reader is.
    const below = ids.findIndex((id) => document.getElementById(id).getBoundingClientRect().bottom > 64);
    show(by > 0 ? Math.max(below, 0) : (below < 0 ? ids.length : below) - 1);
  };

  document.querySelectorAll("[data-match-step]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => step(Number(button.dataset.matchStep)));
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog")) return;
    if (event.key === "n") step(1);
    else if (event.key === "p") step(-1);
  });
  const follow = () => {
    const place = ids.indexOf(location.hash.slice(1));
    if (place >= 0) show(place);
  };
  addEventListener("hashchange", follow);
  follow();

  document.querySelectorAll(".like a").forEach((link) => {
    link.addEventListener("click", async (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      const line = link.closest(".like");
      event.preventDefault();
      const shown = line.nextElementSibling;
      if (shown?.classList.contains("fragment")) {
        shown.hidden = !shown.hidden;
        link.setAttribute("aria-expanded", String(!shown.hidden));
        return;
      }
      try {
        const answer = await fetch(link.href);
        if (!answer.ok) throw new Error(answer.statusText);
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fragment = document.importNode(page.querySelector("[data-fragment]"), true);
        fragment.className = "fragment";
        // Names of the other page may stand here already.
        fragment.querySelectorAll("[id]").forEach((named) => {
          fragment.querySelectorAll(`[aria-labelledby="${CSS.escape(named.id)}"]`).forEach((of) => of.removeAttribute("aria-labelledby"));
          named.removeAttribute("id");
        });
        line.after(fragment);
        link.setAttribute("aria-expanded", "true");
      } catch {
        location.assign(link.href);
      }
    });
  });
})();
