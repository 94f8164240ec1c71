/* Let the page scroll over a map: two fingers move it, Ctrl and the wheel zoom it. */
(() => {
  "use strict";

  const { make } = locatorMap;
  const coarse = matchMedia("(pointer: coarse)");
  const HINT_MS = 1400;

  function gestures(map, state) {
    const container = map.getContainer();
    const { labels } = state;
    const hint = make("div", { class: "map-hint", "aria-hidden": "true" });
    let timer = null;
    const hide = () => hint.classList.remove("is-shown");
    const say = (text) => {
      hint.textContent = text;
      hint.classList.add("is-shown");
      clearTimeout(timer);
      timer = setTimeout(hide, HINT_MS);
    };
    container.append(hint);

    map.scrollWheelZoom.disable();
    if (coarse.matches) map.dragging.disable();
    container.addEventListener("wheel", (event) => {
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        map.scrollWheelZoom.enable();
      } else {
        map.scrollWheelZoom.disable();
        say(labels.wheel);
      }
    }, { capture: true, passive: false });

    const many = (event) => {
      if (event.touches.length > 1) {
        if (event.cancelable) event.preventDefault();
        state.moved = true;
      }
    };
    container.addEventListener("touchstart", many, { passive: false });
    container.addEventListener("touchmove", (event) => {
      many(event);
      if (event.touches.length === 1 && !map.dragging.enabled()) say(labels.two_fingers);
    }, { passive: false });
    container.addEventListener("touchend", hide);
  }

  Object.assign(locatorMap, { gestures });
})();
