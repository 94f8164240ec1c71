// Say that an answer is being worked out, where that takes longer than a moment.
"use strict";

(() => {
  const LATER_MS = 300;

  document.querySelectorAll("[data-busy]").forEach((element) => {
    const form = element instanceof HTMLFormElement;
    const button = form ? element.querySelector("[type=submit]") : element;
    // The empty region stands there from the start: only then is what comes into it read out.
    const state = document.createElement("span");
    state.className = "busy";
    state.setAttribute("role", "status");
    button.after(state);
    let timer = 0;

    const rest = () => {
      clearTimeout(timer);
      timer = 0;
      state.textContent = "";
      button.removeAttribute("aria-disabled");
    };

    element.addEventListener(form ? "submit" : "click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (button.getAttribute("aria-disabled")) {
        event.preventDefault();
        return;
      }
      timer = setTimeout(() => {
        state.textContent = element.dataset.busy;
        button.setAttribute("aria-disabled", "true");
      }, LATER_MS);
    });

    // "Back" may bring the page as it was left.
    window.addEventListener("pageshow", rest);
  });
})();
