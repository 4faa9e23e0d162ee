// The histogram of dates: a span is chosen by dragging over it, or by two handles that keys move.
"use strict";
(() => {
  const begin = (brush) => {
    brush.classList.add("live");
    const bins = [...brush.querySelectorAll("[data-bin]")];
    const field = (name) => document.querySelector(`#live input[name=${name}]`);
    const [from, to] = [field("from"), field("to")];
    const drawing = brush.querySelector("svg");
    const chosen = bins.filter((bin) => bin.classList.contains("in"));
    const last = bins.length - 1;
    let span = chosen.length ? [bins.indexOf(chosen[0]), bins.indexOf(chosen[chosen.length - 1])] : [0, last];
    let waiting;

    const told = brush.parentElement.querySelector(".told");

    const handle = (i) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "handle";
      button.id = i ? "handle-to" : "handle-from";
      button.setAttribute("role", "slider");
      button.setAttribute("aria-label", i ? "Decided to" : "Decided from");
      button.setAttribute("aria-valuemin", 0);
      button.setAttribute("aria-valuemax", last);
      brush.append(button);
      return button;
    };
    const handles = [handle(0), handle(1)];

    const draw = (isMoving) => {
      const isAll = span[0] === 0 && span[1] === last;
      bins.forEach((bin, i) => bin.classList.toggle("in", (!isAll || isMoving) && i >= span[0] && i <= span[1]));
      handles.forEach((button, i) => {
        const at = bins[span[i]];
        button.style.left = `${((span[i] + i) / bins.length) * 100}%`;
        button.setAttribute("aria-valuenow", span[i]);
        button.setAttribute("aria-valuetext", at.dataset.label);
      });
      const [first, end] = span.map((i) => bins[i].dataset.label);
      told.textContent = isMoving ? (first === end ? first : `${first} to ${end}`) : "";
    };

    // What was chosen goes the way of what is typed.
    const take = () => {
      clearTimeout(waiting);
      from.value = span[0] === 0 && span[1] === last ? "" : bins[span[0]].dataset.bin;
      to.value = span[0] === 0 && span[1] === last ? "" : bins[span[1]].dataset.bin;
      to.dispatchEvent(new Event("change", { bubbles: true }));
    };

    const at = (event) => {
      const box = drawing.getBoundingClientRect();
      const place = Math.floor(((event.clientX - box.left) / box.width) * bins.length);
      return Math.min(Math.max(place, 0), last);
    };

    brush.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      const held = handles.indexOf(event.target);
      // A handle moves its own end, anything else begins anew.
      const anchor = held < 0 ? at(event) : span[1 - held];
      if (held < 0) span = [anchor, anchor];
      brush.setPointerCapture(event.pointerId);
      draw(true);
      const move = (event) => {
        const here = at(event);
        span = [Math.min(anchor, here), Math.max(anchor, here)];
        draw(true);
      };
      const end = (event) => {
        brush.removeEventListener("pointermove", move);
        if (event.type === "pointerup") take();
      };
      brush.addEventListener("pointermove", move);
      brush.addEventListener("pointerup", end, { once: true });
      brush.addEventListener("pointercancel", end, { once: true });
      if (held < 0) event.preventDefault();
    });

    handles.forEach((button, i) => {
      button.addEventListener("keydown", (event) => {
        const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10, Home: -last, End: last };
        if (event.key === "Enter") {
          event.preventDefault();
          take();
          return;
        }
        const step = steps[event.key];
        if (!step) return;
        event.preventDefault();
        const [low, high] = i ? [span[0], last] : [0, span[1]];
        span[i] = Math.min(Math.max(span[i] + step, low), high);
        draw(true);
        clearTimeout(waiting);
        waiting = setTimeout(take, 900);
      });
    });
    draw(false);
  };

  const ready = () => document.querySelectorAll("[data-brush]:not(.live)").forEach(begin);
  document.addEventListener("pages:shown", ready);
  ready();
})();
