// Copy a text at a press. Without it the text can be selected and copied by hand.
"use strict";

document.querySelectorAll("[data-copy]").forEach((button) => {
  const field = document.getElementById(button.dataset.copy);
  const state = button.parentElement.querySelector("[data-copy-state]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      state.textContent = button.dataset.done;
    } catch {
      state.textContent = button.dataset.failed;
    }
  });
});
