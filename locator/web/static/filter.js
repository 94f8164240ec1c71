// Filter a list while typing. Without it the form asks the server.
"use strict";

(() => {
  const folded = (text) =>
    text
      .toLowerCase()
      .replaceAll("ł", "l")
      .normalize("NFKD")
      .replace(/\p{M}/gu, "");

  document.querySelectorAll("form[data-filter]").forEach((form) => {
    const rows = [...document.getElementById(form.dataset.filter).children];
    const state = document.querySelector("[data-filter-state]");
    const selects = [...form.querySelectorAll("select")];
    const words = form.querySelector("input[type=search]");
    // A list that the server has filtered already must be asked for again in full.
    const preset = new URLSearchParams(location.search);
    const filtered = ["q", "open", "district", "unit", "status", "precision"].some((name) => preset.get(name));

    const apply = () => {
      const wanted = folded(words.value).split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const row of rows) {
        const fits =
          wanted.every((word) => row.dataset.text.includes(word)) &&
          selects.every((select) => !select.value || row.dataset[select.name] === select.value);
        row.hidden = !fits;
        shown += fits ? 1 : 0;
      }
      state.textContent = form.dataset.count
        .replace("{shown}", String(shown))
        .replace("{total}", String(rows.length));
      const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
      history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
    };

    if (filtered) return;
    form.querySelector("[data-filter-submit]").hidden = true;
    form.addEventListener("input", apply);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      apply();
    });
    // After "back" the browser may have kept what was typed.
    window.addEventListener("pageshow", () => {
      if (words.value || selects.some((select) => select.value)) apply();
    });
  });
})();
