// Search with suggestions (an ARIA combobox) and "use my position". Without it the forms work all the same.
"use strict";

(() => {
  const DELAY_MS = 140;
  const SHORTEST = 2;

  const option = (place, index, kinds) => {
    const item = document.createElement("li");
    item.id = `suggestion-${index}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    const label = document.createElement("span");
    label.textContent = place.label;
    const kind = document.createElement("span");
    kind.className = "kind";
    kind.textContent = kinds[place.kind] || "";
    item.append(label, kind);
    return item;
  };

  const combobox = (field) => {
    const input = field.querySelector("input");
    const kinds = JSON.parse(field.dataset.kinds || "{}");
    const words = JSON.parse(field.dataset.words || "{}");
    const list = document.createElement("ul");
    list.className = "suggestions";
    list.id = "suggestions";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", field.dataset.label);
    const state = document.createElement("p");
    state.className = "visually-hidden";
    state.setAttribute("role", "status");
    field.append(list, state);
    for (const [name, value] of [
      ["role", "combobox"],
      ["aria-expanded", "false"],
      ["aria-controls", list.id],
      ["aria-autocomplete", "list"],
      ["autocomplete", "off"],
    ]) {
      input.setAttribute(name, value);
    }

    let places = [];
    let chosen = -1;
    let timer = 0;
    let running = null;
    let asked = input.value.trim();

    const close = () => {
      list.hidden = true;
      chosen = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };

    const mark = (index) => {
      chosen = index;
      [...list.children].forEach((item, i) => {
        item.setAttribute("aria-selected", String(i === index));
      });
      if (index < 0) {
        input.removeAttribute("aria-activedescendant");
        return;
      }
      input.setAttribute("aria-activedescendant", list.children[index].id);
      list.children[index].scrollIntoView({ block: "nearest" });
    };

    const show = (found) => {
      places = found;
      list.replaceChildren(...found.map((place, i) => option(place, i, kinds)));
      state.textContent = found.length
        ? field.dataset.count.replace("{count}", String(found.length))
        : field.dataset.none;
      chosen = -1;
      input.removeAttribute("aria-activedescendant");
      list.hidden = found.length === 0;
      input.setAttribute("aria-expanded", String(found.length > 0));
    };

    const take = (index) => {
      const { label, kind } = places[index];
      if (kind === "need") {
        close();
        input.form.requestSubmit();
        return;
      }
      const first = places.findIndex((place) => place.label === label);
      // A stop and a street of one name: the gazetteer is told which of them was meant.
      input.value = first < index && words[kind] ? `${words[kind]} ${label}` : label;
      asked = input.value;
      close();
    };

    const ask = async () => {
      const typed = input.value.trim();
      if (typed === asked) return;
      asked = typed;
      if (running) running.abort();
      if (typed.length < SHORTEST) {
        close();
        return;
      }
      running = new AbortController();
      try {
        const address = `${field.dataset.search}?q=${encodeURIComponent(typed)}`;
        const response = await fetch(address, { signal: running.signal });
        if (!response.ok) {
          close();
          return;
        }
        const answer = await response.json();
        // A form that asks for a place alone offers none.
        const needs = (field.dataset.needs ? answer.needs : []).map(({ name }) => ({
          label: field.dataset.needs.replace("{need}", name),
          kind: "need",
        }));
        const found = [...needs, ...answer.places];
        if (document.activeElement === input && input.value.trim() === typed) show(found);
      } catch {
        // Aborted or offline: the form still searches.
      }
    };

    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, DELAY_MS);
    });

    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        // Nor may an answer that is still on its way open the list again.
        clearTimeout(timer);
        if (running) running.abort();
        close();
        return;
      }
      if (event.key === "Enter" && chosen >= 0) {
        event.preventDefault();
        take(chosen);
        return;
      }
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      if (list.hidden) {
        if (!places.length) return;
        list.hidden = false;
        input.setAttribute("aria-expanded", "true");
      }
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      // One position beyond the ends is the text field itself.
      const size = places.length + 1;
      mark(((chosen + 1 + step + size) % size) - 1);
    });

    // The pointer must not take the focus from the field before the click is heard.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const item = event.target.closest("li");
      if (item) take([...list.children].indexOf(item));
    });
    input.addEventListener("blur", close);
    input.form.addEventListener("submit", () => {
      clearTimeout(timer);
      if (running) running.abort();
      close();
    });
  };

  const position = (button) => {
    const form = button.form;
    const state = form.querySelector("[data-position-state]");
    if (!("geolocation" in navigator)) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      state.textContent = button.dataset.asking;
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          const wanted = new URLSearchParams(new FormData(form));
          wanted.delete("q");
          wanted.set("lat", coords.latitude.toFixed(5));
          wanted.set("lon", coords.longitude.toFixed(5));
          wanted.delete("accuracy_m");
          // Elsewhere than in an emergency only a vague position is worth a word.
          if ("accuracy" in form.dataset || coords.accuracy > 100) wanted.set("accuracy_m", Math.ceil(coords.accuracy));
          state.textContent = "";
          location.assign(`${form.action}?${wanted}`);
        },
        (error) => {
          const denied = error.code === error.PERMISSION_DENIED;
          state.textContent = denied ? button.dataset.denied : button.dataset.failed;
        },
        { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
      );
    });
  };

  document.querySelectorAll("[data-search]").forEach(combobox);
  document.querySelectorAll("[data-position]").forEach(position);
})();
