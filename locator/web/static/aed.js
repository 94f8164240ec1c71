// The emergency page: keep the list fresh, and load the map after the list. Without it the list stands.
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

  const lazyMap = (section) => {
    const { styles, scripts } = JSON.parse(section.dataset.lazyMap);
    const load = () => {
      section.hidden = false;
      for (const href of styles) {
        const link = document.createElement("link");
        link.rel = "stylesheet";
        link.href = href;
        document.head.append(link);
      }
      for (const src of scripts) {
        const script = document.createElement("script");
        script.src = src;
        script.async = false;
        document.head.append(script);
      }
    };
    const line = navigator.connection || {};
    if (!line.saveData && !/(^|-)[23]g$/.test(line.effectiveType || "")) {
      load();
      return;
    }
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = section.dataset.show;
    button.addEventListener("click", () => {
      button.remove();
      load();
    });
    section.before(button);
  };

  const answer = document.querySelector("[data-refresh]");
  if (answer) keepFresh(answer);
  const map = document.querySelector("[data-lazy-map]");
  if (map) lazyMap(map);
})();
