// Narrow a long list of ticks while typing, and take ticks that were not sent yet along with a
// click on the map. Without it the list is simply long, and the map knows what was sent.
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

  document.addEventListener("click", (event) => {
    const link = event.target.closest("#map-side a[href]");
    const form = document.querySelector("form[data-busy]");
    if (!link || !form) return;
    const target = new URL(link.href);
    if (target.pathname !== new URL(form.action).pathname || !target.searchParams.has("lat")) return;
    const given = [...new FormData(form)].filter(([name, value]) => value && !/^(site|of|of_.*)$/.test(name));
    const kept = new URLSearchParams(given);
    for (const name of ["lat", "lon"]) kept.set(name, target.searchParams.get(name));
    link.href = `${target.pathname}?${kept}`;
  });
})();
