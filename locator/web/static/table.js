// Sort a table in place, and say when one is wider than the screen. Without it the links in the
// heading ask the server.
"use strict";

(() => {
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });

  const compare = (a, b) => {
    const x = Number(a);
    const y = Number(b);
    const numbers = a !== "" && b !== "" && !Number.isNaN(x) && !Number.isNaN(y);
    return numbers ? x - y : collator.compare(a, b);
  };

  const missing = (value) => value === "" || value === "nan" || value === "None" || value === "inf";

  document.querySelectorAll("table[data-sortable]").forEach((table) => {
    const heads = [...table.tHead.rows[0].cells];
    const body = table.tBodies[0];
    const value = (row, column) => {
      const cell = row.cells[column];
      return cell.dataset.value ?? cell.textContent.trim();
    };

    table.tHead.addEventListener("click", (event) => {
      const link = event.target.closest("a.sort");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const head = link.closest("th");
      const column = heads.indexOf(head);
      const descending = head.getAttribute("aria-sort") === "ascending";
      const rows = [...body.rows].sort((a, b) => {
        const x = value(a, column);
        const y = value(b, column);
        // What is not known stays at the end either way.
        if (missing(x) || missing(y)) return Number(missing(x)) - Number(missing(y));
        return descending ? compare(y, x) : compare(x, y);
      });
      body.append(...rows);
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      const address = new URL(link.href);
      address.searchParams.set("order", descending ? "desc" : "asc");
      history.replaceState(null, "", address);
    });
  });

  const watched = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      target.previousElementSibling.hidden = target.scrollWidth <= target.clientWidth;
    }
  });
  document.querySelectorAll(".wide-hint + *").forEach((frame) => watched.observe(frame));
})();
