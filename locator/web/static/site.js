// What every page has: lists that drop down close by Escape or a click elsewhere, "Share", a word
// and a bar while the next page is on its way, and a map that waits until the answer stands.
"use strict";

(() => {
  const dropped = () => document.querySelectorAll("details[data-drop][open]");

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const details of dropped()) {
      const inside = details.contains(document.activeElement);
      details.open = false;
      if (inside) details.querySelector("summary").focus();
    }
  });

  document.addEventListener("click", ({ target }) => {
    for (const details of dropped()) {
      if (!details.contains(target)) details.open = false;
    }
  });

  // Whoever tabs on out of a list that covers the page would not see where they are.
  document.addEventListener("focusin", ({ target }) => {
    for (const details of dropped()) {
      if (!details.contains(target)) details.open = false;
    }
  });

  // The device's own list of ways to share, else the clipboard; else it stays a plain link.
  const share = async (link, said) => {
    try {
      if (navigator.share) {
        await navigator.share({ title: link.dataset.title, url: link.href });
        return;
      }
      await navigator.clipboard.writeText(link.href);
      const before = said.textContent;
      said.textContent = link.dataset.done;
      setTimeout(() => { said.textContent = before; }, 4000);
    } catch (error) {
      // Whoever changes their mind has not met with a fault.
      if (error.name !== "AbortError") location.assign(link.href);
    }
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-share]");
    if (!link || !(navigator.share || navigator.clipboard)) return;
    event.preventDefault();
    share(link, link.querySelector("[aria-live]"));
  });

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }

  // The next page may take seconds to count. Whatever stays on this one, a file or another tab,
  // says nothing. What counts for long (`data-busy`: in which words) is not asked for twice.
  const UNDER_WAY_MS = 700;
  const bar = document.querySelector("[data-under-way]");
  let [timer, pressed] = [0, null];

  const rest = () => {
    clearTimeout(timer);
    bar.textContent = "";
    if (pressed) pressed.removeAttribute("aria-disabled");
  };

  const leaving = (event, element, button) => {
    const { busy } = element.dataset;
    if (busy && bar.textContent) {
      event.preventDefault();
      return;
    }
    rest();
    pressed = busy && button;
    timer = setTimeout(() => {
      bar.textContent = busy || bar.dataset.underWay;
      if (pressed) pressed.setAttribute("aria-disabled", "true");
    }, UNDER_WAY_MS);
  };

  const isPage = ({ origin, pathname, search }) => origin === location.origin
    && !pathname.split("/").pop().includes(".")
    && (pathname !== location.pathname || search !== location.search);

  // On the window, after all who may take a click over.
  addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const plain = link && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (plain && !event.defaultPrevented && !link.target && !link.hasAttribute("download") && isPage(link)) leaving(event, link, link);
  });

  addEventListener("submit", (event) => {
    const form = event.target;
    if (!event.defaultPrevented && !form.target) leaving(event, form, event.submitter);
  });

  // "Back" may bring the page as it was left, and an answer may have been a file.
  addEventListener("pageshow", rest);
  addEventListener("keydown", ({ key }) => { if (key === "Escape") rest(); });

  // The files of the map stand in a template, from where nothing is loaded until they are copied.
  const loadMap = (section) => {
    const files = [...section.querySelector("template").content.children].map((file) => {
      const copy = document.importNode(file);
      copy.async = false;
      return copy;
    });
    files[files.length - 1].addEventListener("load", () => section.removeAttribute("data-later-map"));
    document.head.append(...files);
  };

  // Nothing of the map comes before the answer can be used. Who pays for each byte, or would wait
  // long for them, asks for it.
  const laterMap = (section) => {
    const line = navigator.connection || {};
    if (!line.saveData && !/(^|-)2g$/.test(line.effectiveType || "")) {
      const load = () => loadMap(section);
      if (document.readyState === "complete") load();
      else addEventListener("load", load);
      return;
    }
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button map-ask";
    button.textContent = section.dataset.show;
    button.addEventListener("click", () => {
      button.remove();
      loadMap(section);
      section.focus();
    });
    section.querySelector(".map-frame").append(button);
  };

  const map = document.querySelector("[data-later-map]");
  if (map) laterMap(map);
})();
