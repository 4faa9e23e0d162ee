// Keys that all pages have, buttons that copy, and menus that close.
"use strict";
(() => {
  const isTyping = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  const hits = () => [...document.querySelectorAll("#hits > .hit")];

  // Goes to the result so many places on, and says which one is here.
  const step = (by) => {
    const all = hits();
    if (!all.length) return;
    const at = all.findIndex((hit) => hit.classList.contains("here"));
    const to = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
    all.forEach((hit) => hit.classList.remove("here"));
    all[to].classList.add("here");
    all[to].querySelector("a.open").focus({ preventScroll: true });
    all[to].scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const dialog = document.getElementById("keys");
    if (event.key === "Escape") {
      const menu = document.querySelector("details.menu[open]");
      if (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      } else if (isTyping(event.target)) {
        event.target.blur();
      }
      return;
    }
    if (isTyping(event.target) || dialog.open) return;
    const back = document.querySelector("a[rel=up]");
    const box = document.querySelector("#q, .two input");
    if (event.key === "/" && box) {
      box.focus();
      box.select();
    } else if (event.key === "?") dialog.showModal();
    else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "u" && back) back.click();
    else if (event.key === "Enter" && event.target === document.body) document.querySelector(".hit.here a.open")?.click();
    else return;
    event.preventDefault();
  });

  document.addEventListener("focusin", (event) => {
    const hit = event.target.closest?.("#hits > .hit");
    if (hit) hits().forEach((other) => other.classList.toggle("here", other === hit));
  });

  document.addEventListener("click", async (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    const button = event.target.closest?.("[data-copy]");
    if (!button) return;
    const from = document.getElementById(button.dataset.copy);
    const before = (button.dataset.label ??= button.textContent);
    try {
      await navigator.clipboard.writeText(from.textContent);
      button.textContent = "Copied";
    } catch {
      // Without a clipboard the text is at least chosen, to be copied by hand.
      getSelection().selectAllChildren(from);
      button.textContent = "Chosen: copy it";
    }
    setTimeout(() => (button.textContent = before), 2000);
  });

  const ready = () => document.querySelectorAll("[data-copy]").forEach((button) => (button.hidden = false));
  document.addEventListener("pages:shown", ready);
  ready();
})();
