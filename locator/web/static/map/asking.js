/* Ask for the nearest from here: by a click, or from the middle of the map. */
(() => {
  "use strict";

  const { make, draw, tell, popup, shownLayers } = locatorMap;

  function asking(map, state) {
    const { config, labels } = state;
    map.on("click", (event) => {
      const { lat, lng } = event.latlng;
      const open = tell(map, "pick", { lat, lon: lng });
      if (!open || !config.nearestUrl) return;
      if (config.atOnce) {
        goThere(state, event.latlng);
        return;
      }
      popup(map, event.latlng, make("div", { class: "map-popup" }, fromHere(state, event.latlng)), null, labels.point);
    });
    if (config.nearestUrl) fromTheMiddle(map, state);
  }

  function fromTheMiddle(map, state) {
    const container = map.getContainer();
    const link = make("a", { class: "map-button map-centre-link", href: state.config.nearestUrl });
    link.append(draw("svg", { viewBox: "0 0 20 20", width: 20, height: 20, "aria-hidden": "true" },
      draw("path", { d: "M10 1v6M10 13v6M1 10h6M13 10h6", class: "map-cross" })), state.labels.nearest_centre);
    const aim = () => { link.href = nearestFrom(state, map.getCenter()); };
    map.on("moveend", aim);
    container.addEventListener("locator:filter", aim);
    map.whenReady(aim);
    container.append(make("div", { class: "map-crosshair", "aria-hidden": "true" }));
    for (const [on, off] of [["focus", "blur"], ["pointerenter", "pointerleave"]]) {
      link.addEventListener(on, () => container.classList.add("is-aiming"));
      link.addEventListener(off, () => container.classList.remove("is-aiming"));
    }
    state.tools.prepend(link);
  }

  // As if the link in the panel were followed, so that what listens to that one knows of it.
  function goThere(state, latlng) {
    const link = make("a", { href: nearestFrom(state, latlng), hidden: "" });
    state.panel.append(link);
    link.click();
  }

  const fromHere = (state, latlng) =>
    make("a", { href: nearestFrom(state, latlng), class: "map-action" }, state.labels.nearest_here);

  function nearestFrom(state, { lat, lng }) {
    const target = new URL(state.config.nearestUrl, location.href);
    target.searchParams.set("lat", lat.toFixed(5));
    target.searchParams.set("lon", lng.toFixed(5));
    target.searchParams.delete("q");
    const shown = shownLayers(state);
    if (shown.length && shown.length < state.symbols.size) {
      target.searchParams.delete("layer");
      for (const id of shown) target.searchParams.append("layer", id);
    }
    return target.pathname + target.search;
  }

  Object.assign(locatorMap, { asking, fromHere, goThere });
})();
