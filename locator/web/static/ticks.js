// Narrow a long list of ticks while typing. Without it the list is simply long.
"use strict";

(() => {
  const folded = (text) =>
    text
      .toLowerCase()
      .replaceAll("ł", "l")
      .normalize("NFKD")
      .replace(/\p{M}/gu, "");

  document.querySelectorAll("[data-tick-filter]").forEach((filter) => {
    const input = filter.querySelector("input");
    const state = filter.querySelector("[data-count]");
    const rows = [...filter.nextElementSibling.children].map((row) => ({
      row,
      text: folded(row.textContent),
      tick: row.querySelector("input"),
    }));

    const apply = () => {
      const wanted = folded(input.value).split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const { row, text, tick } of rows) {
        // What is ticked stays in sight: it is sent along.
        const fits = tick.checked || wanted.every((word) => text.includes(word));
        row.hidden = !fits;
        shown += fits ? 1 : 0;
      }
      state.textContent = wanted.length
        ? state.dataset.count.replace("{shown}", String(shown)).replace("{total}", String(rows.length))
        : "";
    };

    filter.hidden = false;
    input.addEventListener("input", apply);
    // "Enter" here means "look for it", not "show the change".
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
    window.addEventListener("pageshow", () => {
      if (input.value) apply();
    });
  });
})();
