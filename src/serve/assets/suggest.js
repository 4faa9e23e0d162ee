// Completions in the search box: fields, values of a field, case numbers and saved searches, as a combobox that screen
// readers know.
"use strict";
(() => {
  let number = 0;

  const begin = (input) => {
    const list = document.createElement("ul");
    list.className = "options";
    list.id = `options-${++number}`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Completions");
    list.hidden = true;
    input.parentElement.append(list);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", list.id);
    let waiting;
    let asked;
    let at = -1;

    const options = () => [...list.children];
    const close = () => {
      list.hidden = true;
      list.replaceChildren();
      at = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const choose = (place) => {
      at = place;
      options().forEach((option, i) => option.setAttribute("aria-selected", String(i === at)));
      if (at < 0) return input.removeAttribute("aria-activedescendant");
      input.setAttribute("aria-activedescendant", options()[at].id);
      options()[at].scrollIntoView({ block: "nearest" });
    };
    const take = (option) => {
      const { from, to, text } = option.dataset;
      const behind = input.value.slice(Number(to));
      // A name with a colon wants its value next, anything else the next word.
      const end = text.endsWith(":") || text.endsWith("/") || behind.startsWith(" ") ? "" : " ";
      input.setRangeText(text + end, Number(from), Number(to), "end");
      close();
      input.focus();
      if (text.endsWith(":")) ask();
    };

    const ask = async () => {
      const caret = input.selectionStart;
      const before = input.value.slice(0, caret);
      asked?.abort();
      if (!before.trim() || /\s$/.test(before)) return close();
      asked = new AbortController();
      try {
        const answer = await fetch(`/api/suggest?${new URLSearchParams({ q: before })}`, { signal: asked.signal });
        if (!answer.ok) return close();
        const found = await answer.json();
        if (document.activeElement !== input || input.value.slice(0, input.selectionStart) !== before) return;
        show(found, before);
      } catch (error) {
        if (error.name !== "AbortError") close();
      }
    };

    const show = (found, before) => {
      // The server counts characters, a browser halves of some of them.
      const start = [...before].slice(0, found.from).join("").length;
      const typed = before.slice(start);
      const all = found.completions.filter((option) => option.text !== typed).slice(0, 12);
      if (!all.length) return close();
      list.replaceChildren(
        ...all.map((option, i) => {
          const item = document.createElement("li");
          item.id = `${list.id}-${i}`;
          item.setAttribute("role", "option");
          item.setAttribute("aria-selected", "false");
          Object.assign(item.dataset, { text: option.text, from: start, to: before.length });
          item.append(option.text);
          if (option.about) {
            const about = document.createElement("span");
            about.textContent = option.about;
            item.append(about);
          }
          return item;
        }),
      );
      list.hidden = false;
      at = -1;
      input.setAttribute("aria-expanded", "true");
    };

    input.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(ask, 120);
    });
    input.addEventListener("keydown", (event) => {
      if (list.hidden) {
        if (event.key === "ArrowDown") ask();
        return;
      }
      const all = options().length;
      if (event.key === "ArrowDown") choose((at + 1) % all);
      else if (event.key === "ArrowUp") choose((at + all) % (all + 1) === all ? -1 : (at + all) % (all + 1));
      else if ((event.key === "Enter" || event.key === "Tab") && at >= 0) take(options()[at]);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
    });
    input.addEventListener("blur", () => setTimeout(close, 120));
    input.form?.addEventListener("submit", () => {
      clearTimeout(waiting);
      asked?.abort();
      close();
    });
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) take(option);
    });
  };

  document.querySelectorAll("#q, [data-suggest]").forEach(begin);
})();
