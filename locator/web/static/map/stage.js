/* Set the stage of a map: borders, first view, controls, attribution, and the panel below. */
(() => {
  "use strict";

  const { states, calm, set, make } = locatorMap;
  const FAR_ZOOM = 11;
  const NAMES_ZOOM = 12.5;
  const NEAR_ZOOM = 14;
  const CLOSE_ZOOM = 15;

  // Fading tiles in costs a phone more than drawing them.
  L.Map.mergeOptions({ fadeAnimation: false });
  if (calm.matches) {
    L.Map.mergeOptions({
      zoomAnimation: false,
      markerZoomAnimation: false,
      inertia: false,
    });
    const { panBy } = L.Map.prototype;
    L.Map.include({
      panBy(offset, options) { return panBy.call(this, offset, { ...options, animate: false }); },
    });
  }

  function stage(map, config) {
    const container = map.getContainer();
    const bounds = L.latLngBounds([config.bounds[1], config.bounds[0]], [config.bounds[3], config.bounds[2]]);
    const state = {
      config, bounds, maxBounds: bounds.pad(0.25), labels: config.labels,
      panel: make("div", { class: "map-panel" }),
      status: make("div", { class: "map-status", role: "status" }),
      moved: false, loading: 0, failed: new Map(), fit: L.latLngBounds([]), symbols: new Map(), explained: new Set(),
      remembered: config.keepState ? locatorMap.remembered() : {},
    };
    states.set(map, state);
    set(container, { role: "group", "aria-label": config.label });
    container.append(state.status);
    const frame = container.closest(".map-frame") || container;
    frame.after(state.panel);
    frame.before(skip(state));

    map.setMaxBounds(state.maxBounds);
    map.options.maxBoundsViscosity = 0.8;
    controls(map, state);
    locatorMap.gestures(map, state);
    startView(map, state);
    tools(map, state);
    locatorMap.asking(map, state);
    locatorMap.popups(map, state);
    locatorMap.printing(map, state);
    if (config.keepState) locatorMap.remember(map, state);
    markZoom(map);
    map.on("zoomend", () => markZoom(map));
    map.on("dragstart", () => { state.moved = true; });
    if ("ResizeObserver" in window) {
      new ResizeObserver(() => map.invalidateSize({ animate: false, pan: false })).observe(container);
    }
  }

  // Every sign is a stop of the Tab key; whoever does not want them all passes by.
  function skip({ labels, panel }) {
    const button = make("button", { type: "button", class: "map-button map-skip" }, labels.skip);
    set(panel, { tabindex: -1 });
    button.addEventListener("click", () => panel.focus());
    return button;
  }

  function controls(map, state) {
    const { labels, config } = state;
    L.control.zoom({ zoomInTitle: labels.zoom_in, zoomOutTitle: labels.zoom_out }).addTo(map);
    L.control.scale({ imperial: false, position: "bottomright", maxWidth: 90 }).addTo(map);
    // Below the map, where it covers nothing.
    const credit = make("p", { class: "map-credit" }, make("span", {}, config.attribution));
    if (config.aboutUrl) credit.append(" ", make("a", { href: config.aboutUrl }, labels.about));
    state.panel.before(credit);
    map.on("layeradd", ({ layer }) => {
      const text = layer.getAttribution && layer.getAttribution();
      if (text) credit.prepend(make("span", {}, plainText(text)), " · ");
    });
  }

  // The attribution of tiles is escaped in the configuration; it is shown as the text it was.
  const plainText = (html) => new DOMParser().parseFromString(html, "text/html").body.textContent;

  function startView(map, state) {
    if (state.remembered.view) {
      state.moved = true;
      map.setView(...state.remembered.view, { animate: false });
    } else if (state.config.fitCity) {
      map.fitBounds(state.bounds, { animate: false, padding: [8, 8] });
    }
    map.setMinZoom(Math.max(1, Math.floor(map.getBoundsZoom(state.bounds)) - 1));
  }

  function tools(map, state) {
    const whole = make("button", { type: "button", class: "map-button" }, state.labels.whole_city);
    whole.addEventListener("click", () => {
      state.moved = true;
      map.fitBounds(state.bounds, { padding: [8, 8] });
    });
    state.tools = make("p", { class: "map-tools" }, whole);
    state.panel.append(state.tools);
  }

  function markZoom(map) {
    const zoom = map.getZoom();
    const { classList } = map.getContainer();
    classList.toggle("is-farthest", zoom < FAR_ZOOM);
    classList.toggle("is-far", zoom < NAMES_ZOOM);
    classList.toggle("is-near", zoom >= NEAR_ZOOM);
    classList.toggle("is-close", zoom >= CLOSE_ZOOM);
  }

  // Legends arrive when their data do, but stand in the order of the layers.
  function slot(state) {
    const place = make("div", { class: "map-slot" });
    state.panel.insertBefore(place, state.tools);
    return place;
  }

  // All that asks for it is shown, until somebody moves the map.
  function fitTo(map, bounds) {
    const state = states.get(map);
    if (!bounds.isValid() || state.moved) return;
    state.fit.extend(bounds);
    map.fitBounds(state.fit, {
      maxZoom: 16, animate: false, paddingTopLeft: [56, 32], paddingBottomRight: [24, 32],
    });
  }

  Object.assign(locatorMap, { stage, slot, fitTo });
})();
