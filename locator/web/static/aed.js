// The emergency page: keep the list fresh. Without it the list stands.
"use strict";

(() => {
  const EVERY_MS = 10000;

  const keepFresh = (answer) => {
    const refresh = async () => {
      // Never pull the list away from under a finger, the keyboard or a selection.
      const held = answer.contains(document.activeElement) || String(getSelection() || "");
      if (document.visibilityState !== "visible" || held) return;
      try {
        const response = await fetch(answer.dataset.refresh, { credentials: "same-origin" });
        if (!response.ok) return;
        const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
        if (fresh.body.textContent === answer.textContent) return;
        answer.replaceChildren(...fresh.body.childNodes);
      } catch {
        // Offline: what is shown stays; its times are clock times.
      }
    };
    setInterval(refresh, EVERY_MS);
  };

  const answer = document.querySelector("[data-refresh]");
  if (answer) keepFresh(answer);
})();
