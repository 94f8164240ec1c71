/* Draw the locator's maps on Leaflet: our own data, no framework, nothing from another host.

   Folium's elements (locator/maps/elements.py) call the functions of `locatorMap`. Whatever people
   wrote is set as text, never as markup. A page can reach a map's layers by
   `locatorMap.of(container)`, mark a feature with `data-map-feature="<id>"` on any element of the
   list beside it, show an area by `data-map-area="<id>"`, and listen to the events `locator:loaded`, `locator:pick` and `locator:filter`
   on the map's container. Every layer has `refresh(url)`: draw what is at that address instead. */
(() => {
  "use strict";

  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const coarse = matchMedia("(pointer: coarse)");
  if (calm.matches) {
    L.Map.mergeOptions({
      zoomAnimation: false,
      fadeAnimation: false,
      markerZoomAnimation: false,
      inertia: false,
    });
  }

  const SVG = "http://www.w3.org/2000/svg";
  const RIVER_WIDTH_M = 75;
  const NAMES_ZOOM = 12.5;
  const NEAR_ZOOM = 14;
  const STOPS_ZOOM = 14;
  const STOP_NAMES_ZOOM = 16;
  const STREET_NAMES_ZOOM = 15;
  const MOVE_MS = 1200;
  const MANY = 500;
  // Which of the seven shades are used for so many classes, evenly apart in lightness.
  const STEPS = {
    sequential: { 1: [3], 2: [1, 4], 3: [0, 3, 5], 4: [0, 2, 3, 5], 5: [0, 2, 3, 4, 5], 6: [0, 1, 2, 3, 4, 5], 7: [0, 1, 2, 3, 4, 5, 6] },
    diverging: { 1: [3], 2: [1, 5], 3: [1, 3, 5], 4: [0, 1, 5, 6], 5: [0, 1, 3, 5, 6], 6: [0, 1, 2, 4, 5, 6], 7: [0, 1, 2, 3, 4, 5, 6] },
  };
  const states = new WeakMap();

  /* Small helpers ---------------------------------------------------------- */

  function make(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    set(node, attributes);
    node.append(...children);
    return node;
  }

  function draw(tag, attributes = {}, ...children) {
    const node = document.createElementNS(SVG, tag);
    set(node, attributes);
    node.append(...children);
    return node;
  }

  function set(node, attributes) {
    for (const [name, value] of Object.entries(attributes)) {
      if (value === true) node.setAttribute(name, "");
      else if (value !== null && value !== undefined && value !== false) {
        node.setAttribute(name, String(value));
      }
    }
  }

  const fill = (text, values) =>
    text.replace(/\{(\w+)\}/g, (all, name) => (name in values ? values[name] : all));

  const number = (value) => new Intl.NumberFormat(document.documentElement.lang || "pl").format(value);

  async function fetchJson(url) {
    const response = await fetch(url, {
      headers: { Accept: "application/geo+json, application/json" },
      credentials: "same-origin",
    });
    if (!response.ok) throw new Error(`${response.status} ${url}`);
    return response.json();
  }

  /* The stage: what every map has ------------------------------------------ */

  function stage(map, config) {
    const container = map.getContainer();
    const bounds = L.latLngBounds([config.bounds[1], config.bounds[0]], [config.bounds[3], config.bounds[2]]);
    const panel = make("div", { class: "map-panel" });
    const status = make("div", { class: "map-status", role: "status" });
    const hint = make("div", { class: "map-hint", "aria-hidden": "true" });
    const state = {
      config, labels: config.labels, bounds, panel, status, hint,
      moved: false, loading: 0, failed: new Map(), fit: L.latLngBounds([]), layers: [], areas: [], lines: [],
      symbols: new Map(), hash: readHash(config), opener: null,
    };
    states.set(map, state);
    set(container, { role: "group", "aria-label": config.label });
    container.append(status, hint);
    const frame = container.closest(".map-frame") || container;
    frame.after(panel);
    frame.before(skip(state));

    const around = bounds.pad(0.25);
    map.setMaxBounds(around);
    map.options.maxBoundsViscosity = 0.8;
    controls(map, state);
    gestures(map, state);
    startView(map, state);
    tools(map, state);
    pick(map, state);
    markZoom(map);
    map.on("zoomend", () => markZoom(map));
    map.on("dragstart", () => { state.moved = true; });
    container.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && state.popup && map.hasLayer(state.popup)) {
        map.closePopup(state.popup);
        event.stopPropagation();
      }
    });
    map.on("popupclose", () => giveFocusBack(map, state));
    if (config.keepState) map.on("moveend", () => state.moved && writeHash(map, state));
    if ("ResizeObserver" in window) {
      new ResizeObserver(() => map.invalidateSize({ animate: false, pan: false })).observe(container);
    }
    listLinks(map, state);
  }

  // Every sign is a stop of the Tab key; whoever does not want them all passes by.
  function skip({ labels, panel }) {
    const button = make("button", { type: "button", class: "map-button map-skip" }, labels.skip);
    set(panel, { tabindex: -1 });
    button.addEventListener("click", () => panel.focus());
    return button;
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

  function startView(map, state) {
    if (state.hash.view) {
      state.moved = true;
      map.setView(...state.hash.view, { animate: false });
    } else if (state.config.fitCity) {
      map.fitBounds(state.bounds, { animate: false, padding: [8, 8] });
    }
    map.setMinZoom(Math.max(1, Math.floor(map.getBoundsZoom(state.bounds)) - 1));
  }

  function controls(map, state) {
    const { labels, config } = state;
    L.control.zoom({ zoomInTitle: labels.zoom_in, zoomOutTitle: labels.zoom_out }).addTo(map);
    const credit = L.control({ position: "bottomright" });
    credit.onAdd = () => {
      const node = make("div", { class: "map-credit" }, make("span", {}, config.attribution));
      if (config.aboutUrl) node.append(" ", make("a", { href: config.aboutUrl }, labels.about));
      L.DomEvent.disableClickPropagation(node);
      state.credit = node;
      return node;
    };
    credit.addTo(map);
    L.control.scale({ imperial: false, position: "bottomright", maxWidth: 90 }).addTo(map);
    map.on("layeradd", ({ layer }) => {
      const text = layer.getAttribution && layer.getAttribution();
      if (text) state.credit.prepend(make("span", {}, plainText(text)), " · ");
    });
  }

  // The attribution of tiles is escaped in the configuration; it is shown as the text it was.
  const plainText = (html) => new DOMParser().parseFromString(html, "text/html").body.textContent;

  function markZoom(map) {
    const zoom = map.getZoom();
    const container = map.getContainer();
    container.classList.toggle("is-far", zoom < NAMES_ZOOM);
    container.classList.toggle("is-near", zoom >= NEAR_ZOOM);
    container.classList.toggle("is-close", zoom >= STREET_NAMES_ZOOM);
  }

  /* Moving the map must not trap the page: two fingers, or Ctrl and the wheel. */
  function gestures(map, state) {
    const container = map.getContainer();
    const { labels } = state;
    map.scrollWheelZoom.disable();
    if (coarse.matches) map.dragging.disable();
    container.addEventListener("wheel", (event) => {
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        map.scrollWheelZoom.enable();
      } else {
        map.scrollWheelZoom.disable();
        showHint(state, labels.wheel);
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
      if (event.touches.length === 1 && !map.dragging.enabled()) showHint(state, labels.two_fingers);
    }, { passive: false });
    container.addEventListener("touchend", () => hideHint(state));
  }

  function showHint(state, text) {
    state.hint.textContent = text;
    state.hint.classList.add("is-shown");
    clearTimeout(state.hintTimer);
    state.hintTimer = setTimeout(() => hideHint(state), 1400);
  }

  function hideHint(state) {
    state.hint.classList.remove("is-shown");
  }

  /* Loading, failing, fitting ----------------------------------------------- */

  async function load(map, url, show) {
    const state = states.get(map);
    state.loading += 1;
    report(map, state);
    try {
      const data = await fetchJson(url);
      state.failed.delete(url);
      await show(data);
    } catch (error) {
      state.failed.set(url, () => load(map, url, show));
    } finally {
      state.loading -= 1;
      report(map, state);
    }
  }

  function report(map, state) {
    const { status, labels } = state;
    status.replaceChildren();
    status.classList.toggle("is-loading", state.loading > 0);
    status.classList.toggle("is-failed", state.failed.size > 0 && state.loading === 0);
    if (state.loading > 0) status.append(labels.loading);
    else if (state.failed.size > 0) {
      const again = make("button", { type: "button", class: "map-button" }, labels.retry);
      again.addEventListener("click", () => {
        const retries = [...state.failed.values()];
        state.failed.clear();
        retries.forEach((retry) => retry());
      });
      status.append(labels.failed, " ", again);
    } else {
      tell(map, "loaded", {});
    }
  }

  // Legends arrive when their data do, but stand in the order of the layers.
  function slot(state) {
    const place = make("div", { class: "map-slot" });
    state.panel.insertBefore(place, state.tools);
    return place;
  }

  const tell = (map, name, detail) =>
    map.getContainer().dispatchEvent(
      new CustomEvent(`locator:${name}`, { bubbles: true, cancelable: true, detail }),
    );

  function fitTo(map, bounds) {
    const state = states.get(map);
    if (!bounds.isValid() || state.moved) return;
    state.fit.extend(bounds);
    map.fitBounds(state.fit.pad(0.08), { maxZoom: 16, animate: false, padding: [24, 24] });
  }

  /* State in the address: #map=zoom/lat/lon&layers=a,b ------------------------ */

  function readHash(config) {
    const found = { view: null, layers: null };
    if (!config.keepState) return found;
    const parameters = new URLSearchParams(location.hash.slice(1));
    const [zoom, lat, lon] = (parameters.get("map") || "").split("/").map(Number);
    if ([zoom, lat, lon].every(Number.isFinite) && Math.abs(lat) <= 85 && Math.abs(lon) <= 180) {
      found.view = [[lat, lon], Math.min(Math.max(zoom, 1), 18)];
    }
    if (parameters.has("layers")) {
      found.layers = new Set(parameters.get("layers").split(",").filter(Boolean));
    }
    return found;
  }

  function writeHash(map, state) {
    if (!state.config.keepState) return;
    const { lat, lng } = map.getCenter();
    const parts = [`map=${map.getZoom()}/${lat.toFixed(4)}/${lng.toFixed(4)}`];
    const shown = shownLayers(state);
    if (shown.length < state.symbols.size) parts.push(`layers=${shown.map(encodeURIComponent).join(",")}`);
    history.replaceState(history.state, "", `#${parts.join("&")}`);
  }

  const shownLayers = (state) =>
    [...state.symbols.values()].filter((symbol) => symbol.shown).map((symbol) => symbol.id);

  /* "Find the nearest from here": by a click, or from the middle of the map ----- */

  function pick(map, state) {
    const { config, labels } = state;
    map.on("click", (event) => {
      const { lat, lng } = event.latlng;
      const open = tell(map, "pick", { lat, lon: lng });
      if (!open || !config.nearestUrl) return;
      popup(map, event.latlng, make("div", { class: "map-popup" }, fromHere(state, event.latlng)), null, labels.point);
    });
    if (!config.nearestUrl) return;
    const link = make("a", { class: "map-button map-centre-link", href: config.nearestUrl });
    link.append(draw("svg", { viewBox: "0 0 20 20", width: 20, height: 20, "aria-hidden": "true" },
      draw("path", { d: "M10 1v6M10 13v6M1 10h6M13 10h6", class: "map-cross" })), labels.nearest_centre);
    const aim = () => { link.href = nearestFrom(state, map.getCenter()); };
    map.on("moveend", aim);
    map.getContainer().addEventListener("locator:filter", aim);
    map.whenReady(aim);
    map.getContainer().append(make("div", { class: "map-crosshair", "aria-hidden": "true" }));
    for (const [on, off] of [["focus", "blur"], ["pointerenter", "pointerleave"]]) {
      link.addEventListener(on, () => map.getContainer().classList.add("is-aiming"));
      link.addEventListener(off, () => map.getContainer().classList.remove("is-aiming"));
    }
    state.tools.prepend(link);
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

  /* Popups: text only -------------------------------------------------------- */

  function popup(map, latlng, content, opener, label) {
    const state = states.get(map);
    if (state.popup) {
      state.opener = null;
      map.closePopup(state.popup);
    }
    state.popup = L.popup({
      maxWidth: 280, minWidth: 160, autoPanPaddingTopLeft: [24, 24], autoPanPaddingBottomRight: [24, 72], className: "map-popup-frame",
      closeOnEscapeKey: false, offset: opener && opener.getElement ? [0, -6] : [0, 2],
    });
    state.popup.setLatLng(latlng).setContent(content).openOn(map);
    const node = state.popup.getElement();
    const close = node.querySelector(".leaflet-popup-close-button");
    if (close) set(close, { "aria-label": state.labels.close });
    set(node, { role: "dialog", "aria-label": label });
    state.opener = opener;
    const target = content.querySelector("a") || close;
    if (target) target.focus({ preventScroll: true });
  }

  function giveFocusBack(map, state) {
    const inside = state.popup && state.popup.getElement() && state.popup.getElement().contains(document.activeElement);
    if (!inside && document.activeElement !== document.body) return;
    const { opener } = state;
    const icon = opener && (opener.getElement ? opener.getElement() : opener);
    (icon || map.getContainer()).focus({ preventScroll: true });
  }

  function describe(properties, { url, symbol } = {}) {
    const content = make("div", { class: "map-popup" });
    const name = properties.name || "";
    content.append(make("p", { class: "map-popup-name" }, url ? make("a", { href: url }, name) : name));
    if (symbol) content.append(make("p", { class: "map-popup-layer" }, picture(symbol, {}, 18), symbol.name));
    for (const line of properties.lines || []) content.append(make("p", {}, String(line)));
    return content;
  }

  /* Background: districts, river, names ---------------------------------------- */

  function background(map, config) {
    const ground = map.createPane("ground");
    ground.classList.add("map-ground");
    map.createPane("river").classList.add("map-river-pane");
    const words = map.createPane("names");
    words.classList.add("map-names");
    words.setAttribute("aria-hidden", "true");
    const quiet = { pane: "ground", interactive: false };
    let river = null;
    load(map, config.url, (data) => {
      L.geoJSON(data, {
        ...quiet,
        filter: (feature) => feature.properties.kind === "district",
        style: () => ({ className: config.tiled ? "map-district is-tiled" : "map-district" }),
      }).addTo(map);
      river = L.geoJSON(data, {
        ...quiet, pane: "river",
        filter: (feature) => feature.properties.kind === "river",
        style: () => ({ className: "map-river", weight: riverWeight(map) }),
      });
      if (!config.tiled) river.addTo(map);
      for (const { properties } of data.features) if (properties.label) districtName(map, properties);
    });
    map.on("zoomend", () => river && river.setStyle({ weight: riverWeight(map) }));
    if (config.namesUrl) names(map, config.namesUrl);
    return { map };
  }

  function riverWeight(map) {
    const metresPerPixel = (156543 * Math.cos((map.getCenter().lat * Math.PI) / 180)) / 2 ** map.getZoom();
    return Math.min(48, Math.max(3, RIVER_WIDTH_M / metresPerPixel));
  }

  function districtName(map, { roman, name, label }) {
    const text = make("span", { class: "map-district-name" },
      make("b", {}, roman), make("span", {}, name));
    L.marker([label[1], label[0]], {
      pane: "names", interactive: false, keyboard: false,
      icon: L.divIcon({ html: text, className: "map-name", iconSize: [0, 0] }),
    }).addTo(map);
  }

  // Plain elements, not markers: there are hundreds, and they do nothing.
  function names(map, url) {
    let all = null;
    let asked = false;
    const shown = make("div", { class: "leaflet-zoom-hide" });
    map.getPane("names").append(shown);
    const update = () => {
      const zoom = map.getZoom();
      shown.replaceChildren();
      if (zoom < STOPS_ZOOM) return;
      if (!all) {
        if (!asked) {
          asked = true;
          load(map, url, (data) => { all = data; update(); });
        }
        return;
      }
      const view = map.getBounds().pad(0.1);
      const [west, south, east, north] = [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()];
      const taken = [];
      const write = (places, kind, from) => {
        for (const [name, lon, lat] of places) {
          if (lon < west || lon > east || lat < south || lat > north) continue;
          if (zoom < from && kind === "street") return;
          const point = map.latLngToLayerPoint([lat, lon]);
          const named = zoom >= from && room(taken, kind === "stop" ? point.add([0, 14]) : point, name);
          if (!named && kind === "street") continue;
          const node = make("span", { class: `map-${kind}` });
          if (named) node.append(make("span", { class: "map-place-name" }, name));
          L.DomUtil.setPosition(node, point);
          shown.append(node);
        }
      };
      write(all.stops, "stop", STOP_NAMES_ZOOM);
      write(all.streets, "street", STREET_NAMES_ZOOM);
    };
    map.on("moveend", update);
    update();
  }

  // A name that would cover another one, or repeat one nearby, is left out; a stop's dot stays.
  function room(taken, { x, y }, name) {
    const width = Math.min(136, 7 * name.length) / 2;
    const height = 8 + 7 * Math.ceil(name.length / 19);
    const free = taken.every((other) => {
      const [across, down] = [Math.abs(other.x - x), Math.abs(other.y - y)];
      if (other.name === name && across + down < 300) return false;
      return across > other.width + width || down > height + 8;
    });
    if (free) taken.push({ x, y, width, name });
    return free;
  }

  /* Symbols -------------------------------------------------------------------- */

  function picture(symbol, { mark, hollow, dashed } = {}, size = 32) {
    const text = mark || symbol.glyph;
    return draw("svg", {
      class: hollow ? "map-sign is-hollow" : "map-sign",
      viewBox: "-2 -2 36 36", width: size, height: size, "aria-hidden": "true",
    },
      dashed ? draw("path", { class: "map-sign-about", d: symbol.path, stroke: symbol.colour }) : "",
      draw("path", { class: "map-sign-edge", d: symbol.path }),
      draw("path", { class: "map-sign-body", d: symbol.path, fill: hollow ? "#ffffff" : symbol.colour, stroke: symbol.colour }),
      draw("text", {
        x: 16, y: symbol.glyphY, "text-anchor": "middle", "dominant-baseline": "central",
        "font-size": text.length < 2 ? 15 : text.length < 3 ? 12.5 : 10, "font-weight": 700,
        fill: hollow ? "#16181d" : symbol.ink,
      }, text));
  }

  const FeatureIcon = L.DivIcon.extend({
    options: { className: "map-marker", iconSize: [32, 32] },
    createIcon() {
      const node = make("div", { "aria-label": this.options.label });
      node.append(picture(this.options.symbol, this.options.look, this.options.iconSize[0]));
      this._setIconStyles(node, "icon");
      if (this.options.lit && this.options.lit()) node.classList.add("is-lit");
      return node;
    },
  });

  const ClusterIcon = L.DivIcon.extend({
    options: { className: "map-cluster", iconSize: [44, 44] },
    createIcon() {
      const { parts, count, label } = this.options;
      const size = count < 10 ? 38 : count < 100 ? 44 : count < 1000 ? 50 : 56;
      this.options.iconSize = [size, size];
      const node = make("div", { "aria-label": label });
      node.append(ring(parts, count));
      this._setIconStyles(node, "icon");
      return node;
    },
  });

  // A ring whose arcs are the shares of the layers; the count stands in the middle as text.
  function ring(parts, count) {
    const around = 2 * Math.PI * 17;
    const drawn = draw("svg", { viewBox: "0 0 40 40", width: "100%", height: "100%", "aria-hidden": "true" },
      draw("circle", { class: "map-cluster-ground", cx: 20, cy: 20, r: 19.4 }));
    let start = 0;
    for (const [colour, share] of parts) {
      const length = Math.max(0.5, share * around - (parts.length > 1 ? 1 : 0));
      drawn.append(draw("circle", {
        cx: 20, cy: 20, r: 17, fill: "none", stroke: colour, "stroke-width": 4,
        "stroke-dasharray": `${length.toFixed(2)} ${(around - length).toFixed(2)}`,
        "stroke-dashoffset": (-start * around).toFixed(2), transform: "rotate(-90 20 20)",
      }));
      start += share;
    }
    drawn.append(draw("text", {
      class: "map-cluster-count", x: 20, y: 20.5, "text-anchor": "middle", "dominant-baseline": "central",
      "font-size": count < 1000 ? 13 : 10.5,
    }, number(count)));
    return drawn;
  }

  /* Features: markers, clusters, legend, refresh ---------------------------------- */

  function features(map, config) {
    const state = states.get(map);
    const byId = new Map();
    const byLayer = new Map();
    const symbols = new Map(config.symbols.map((symbol) => [symbol.id, { ...symbol }]));
    const hidden = new Set(config.hidden || []);
    for (const [id, symbol] of symbols) {
      symbol.shown = state.hash.layers ? state.hash.layers.has(id) : !hidden.has(id);
      state.symbols.set(id, symbol);
      byLayer.set(id, []);
    }
    const api = { map, byId, refresh, show, group: null, lit: null };
    const legendPlace = slot(state);
    state.layers.push(api);

    function refresh(url = config.url) {
      config.url = url;
      return load(map, url, place);
    }

    function place(data) {
      const seen = new Set();
      const added = [];
      for (const feature of data.features) {
        if (!feature.geometry || !symbols.has(feature.properties.layer)) continue;
        const id = String(feature.id);
        const latlng = [feature.geometry.coordinates[1], feature.geometry.coordinates[0]];
        seen.add(id);
        const known = byId.get(id);
        if (known) {
          update(known, feature, latlng);
          continue;
        }
        const marker = markerOf(feature, latlng);
        byId.set(id, marker);
        byLayer.get(feature.properties.layer).push(marker);
        added.push(marker);
      }
      for (const [id, marker] of byId) if (!seen.has(id)) drop(id, marker);
      if (!api.group) {
        api.group = groupFor(data.features.length);
        map.addLayer(api.group);
        legend(data);
      }
      add(added.filter((marker) => symbols.get(marker.feature.properties.layer).shown));
      counts();
      if (config.fit) fitTo(map, L.latLngBounds([...byId.values()].map((marker) => marker.getLatLng())));
    }

    function markerOf(feature, latlng) {
      const marker = L.marker(latlng, { riseOnHover: true });
      marker.feature = feature;
      marker.setIcon(iconOf(marker));
      return marker;
    }

    function iconOf(marker) {
      const { properties, id } = marker.feature;
      const symbol = symbols.get(properties.layer);
      return new FeatureIcon({
        symbol, look: properties, className: config.small ? "map-marker is-small" : "map-marker",
        lit: () => api.lit === String(id),
        label: [properties.mark, properties.name, symbol.name].filter(Boolean).join(", "),
      });
    }

    function update(marker, feature, latlng) {
      const changed = JSON.stringify(marker.feature.properties) !== JSON.stringify(feature.properties);
      marker.feature = feature;
      if (changed) marker.setIcon(iconOf(marker));
      move(marker, L.latLng(latlng));
    }

    function drop(id, marker) {
      byId.delete(id);
      const list = byLayer.get(marker.feature.properties.layer);
      list.splice(list.indexOf(marker), 1);
      api.group.removeLayer(marker);
    }

    function groupFor(count) {
      if (config.refreshS || config.clusterAbove === undefined || count <= config.clusterAbove) {
        return L.featureGroup().on("click keypress", open);
      }
      return L.markerClusterGroup({
        chunkedLoading: true, chunkInterval: 60, chunkDelay: 16, showCoverageOnHover: false,
        animate: !calm.matches, animateAddingMarkers: false, removeOutsideVisibleBounds: true,
        maxClusterRadius: (zoom) => (zoom < 13 ? 68 : zoom < 15 ? 50 : zoom < 17 ? 34 : 18),
        spiderLegPolylineOptions: { className: "map-spider", weight: 1.5 },
        iconCreateFunction: clusterIcon,
      }).on("click keypress", open).on("clusterkeypress", (event) => {
        if (event.originalEvent.key !== "Enter") return;
        const cluster = event.layer;
        if (map.getZoom() >= map.getMaxZoom()) cluster.spiderfy();
        else cluster.zoomToBounds({ padding: [24, 24] });
        map.getContainer().focus({ preventScroll: true });
      }).on("clusterclick", () => { state.moved = true; });
    }

    function clusterIcon(cluster) {
      const tally = new Map();
      const children = cluster.getAllChildMarkers();
      for (const child of children) {
        const id = child.feature.properties.layer;
        tally.set(id, (tally.get(id) || 0) + 1);
      }
      const parts = [...symbols.values()].filter((symbol) => tally.has(symbol.id))
        .map((symbol) => [symbol.colour, tally.get(symbol.id) / children.length]);
      return new ClusterIcon({
        parts, count: children.length, label: fill(state.labels.cluster, { count: number(children.length) }),
      });
    }

    function open(event) {
      if (event.type === "keypress" && event.originalEvent.key !== "Enter") return;
      const marker = event.layer || event.propagatedFrom;
      if (!marker || !marker.feature) return;
      const { properties, id } = marker.feature;
      const url = properties.url
        || (config.facilityUrl ? config.facilityUrl.replace("__id__", encodeURIComponent(id)) : null);
      popup(map, marker.getLatLng(), describe(properties, { url, symbol: symbols.get(properties.layer) }),
        marker, properties.name);
    }

    function add(markers) {
      if (api.group.addLayers) api.group.addLayers(markers);
      else markers.forEach((marker) => api.group.addLayer(marker));
    }

    // Out of clusters one by one is slow for thousands: then all go and the rest come back.
    function remove(markers) {
      if (api.group.removeLayers && markers.length > MANY) {
        api.group.clearLayers();
        add([...byLayer].flatMap(([id, list]) => (symbols.get(id).shown ? list : [])));
      } else if (api.group.removeLayers) api.group.removeLayers(markers);
      else markers.forEach((marker) => api.group.removeLayer(marker));
    }

    function show(id, on) {
      const symbol = symbols.get(id);
      if (!symbol || symbol.shown === on) return;
      symbol.shown = on;
      if (api.group) {
        if (on) add(byLayer.get(id));
        else remove(byLayer.get(id));
      }
      if (symbol.box) symbol.box.checked = on;
      state.moved = true;
      writeHash(map, state);
      tell(map, "filter", { layers: shownLayers(state) });
    }

    function legend(data) {
      if (!config.legend) return;
      const { labels } = state;
      const list = make("div", { class: "map-legend-items" });
      for (const symbol of symbols.values()) {
        symbol.counter = make("span", { class: "map-legend-count" });
        const body = [picture(symbol, {}, 24), make("span", {}, symbol.name), symbol.counter];
        if (symbols.size === 1) {
          list.append(make("p", { class: "map-legend-item" }, ...body));
          continue;
        }
        symbol.box = make("input", { type: "checkbox", name: "map-layer", value: symbol.id });
        symbol.box.checked = symbol.shown;
        symbol.box.addEventListener("change", () => show(symbol.id, symbol.box.checked));
        list.append(make("label", { class: "map-legend-item" }, symbol.box, ...body));
      }
      const set_ = make(symbols.size > 1 ? "fieldset" : "div", { class: "map-legend" });
      if (symbols.size > 1) {
        set_.append(make("legend", {}, labels.legend));
        const tools = make("p", { class: "map-legend-tools" });
        for (const [text, on] of [[labels.show_all, true], [labels.show_none, false]]) {
          const button = make("button", { type: "button", class: "map-button" }, text);
          button.addEventListener("click", () => [...symbols.keys()].forEach((id) => show(id, on)));
          tools.append(button);
        }
        set_.append(list, tools);
      } else set_.append(list);
      const notes = make("ul", { class: "map-legend-notes" });
      const any = (flag) => data.features.some((feature) => feature.properties[flag]);
      const sample = symbols.values().next().value;
      if (any("hollow")) notes.append(make("li", {}, picture(sample, { hollow: true }, 20), labels.hollow));
      if (any("dashed")) notes.append(make("li", {}, picture(sample, { dashed: true }, 20), labels.dashed));
      if (data.unlocated) notes.append(make("li", {}, fill(labels.unlocated, { count: number(data.unlocated) })));
      if (notes.childElementCount) set_.append(notes);
      legendPlace.replaceChildren(set_);
    }

    function counts() {
      for (const [id, symbol] of symbols) {
        if (symbol.counter) symbol.counter.textContent = number(byLayer.get(id).length);
      }
    }

    refresh();
    if (config.refreshS) {
      setInterval(() => document.visibilityState === "visible" && quietly(map, config.url, place), config.refreshS * 1000);
    }
    return api;
  }

  // A refresh that fails leaves what is drawn; the next one may succeed.
  async function quietly(map, url, show) {
    try {
      show(await fetchJson(url));
      tell(map, "refreshed", { url });
    } catch (error) {
      tell(map, "stale", { url });
    }
  }

  function move(marker, to) {
    const from = marker.getLatLng();
    if (from.equals(to)) return;
    cancelAnimationFrame(marker.movement);
    if (calm.matches || document.visibilityState !== "visible") {
      marker.setLatLng(to);
      return;
    }
    const begun = performance.now();
    const step = (now) => {
      const share = Math.min(1, (now - begun) / MOVE_MS);
      const eased = share * share * (3 - 2 * share);
      marker.setLatLng([from.lat + (to.lat - from.lat) * eased, from.lng + (to.lng - from.lng) * eased]);
      if (share < 1) marker.movement = requestAnimationFrame(step);
    };
    marker.movement = requestAnimationFrame(step);
  }

  /* The list beside the map lights up its marker ------------------------------------ */

  function listLinks(map, state) {
    const light = (event) => {
      const item = event.target.closest && event.target.closest("[data-map-feature]");
      const id = item ? item.dataset.mapFeature : null;
      for (const layer of state.layers) {
        if (layer.lit === id) continue;
        for (const known of [layer.lit, id]) {
          const marker = known && layer.byId.get(known);
          const node = marker && marker.getElement();
          if (node) node.classList.toggle("is-lit", known === id);
        }
        layer.lit = id;
      }
    };
    document.addEventListener("pointerover", light);
    document.addEventListener("focusin", light);
  }

  /* Areas: shaded districts, gaps ------------------------------------------------- */

  function areas(map, config) {
    const state = states.get(map);
    const classOf = (value) => {
      if (value === null || value === undefined) return "none";
      const found = config.breaks.findIndex((upper) => value < upper);
      return found < 0 ? config.breaks.length : found;
    };
    const steps = STEPS[config.scale][config.classLabels.length];
    const shade = (index) => (index === "none" ? "map-area is-none" : `map-area is-${config.scale} step-${steps[index]}`);
    const api = { map, refresh };
    const place = slot(state);
    state.areas.push(api);
    let drawn = [];
    map.getContainer().classList.add("has-areas");
    if (!map.getPane("shade")) map.createPane("shade").classList.add("map-shade-pane");

    function refresh(url = config.url) {
      return load(map, url, (data) => {
        drawn.forEach((layer) => layer.remove());
        drawn = [
          part(data, "area", ({ properties }) => ({ className: shade(classOf(properties[config.value])) })),
          part(data, "gap", () => ({ className: "map-gap" })),
        ];
        drawn.forEach((layer) => layer.addTo(map));
        hatch(map, drawn[1]);
        drawn.push(marks(data));
        legend(data);
      });
    }

    // The gaps' numbers, as in the table beside the map.
    function marks(data) {
      const group = L.layerGroup().addTo(map);
      drawn[1].eachLayer((layer) => {
        const { mark } = layer.feature.properties;
        if (!mark) return;
        L.marker(layer.getBounds().getCenter(), {
          pane: "names", interactive: false, keyboard: false,
          icon: L.divIcon({ html: make("span", { class: "map-gap-mark" }, mark), className: "map-name", iconSize: [0, 0] }),
        }).addTo(group);
      });
      return group;
    }

    document.addEventListener("click", (event) => {
      const opener = event.target.closest("[data-map-area]");
      const layer = opener && drawn.slice(0, 2).flatMap((group) => group.getLayers())
        .find((one) => String(one.feature.id) === opener.dataset.mapArea);
      if (!layer) return;
      event.preventDefault();
      state.moved = true;
      map.getContainer().scrollIntoView({ block: "center", behavior: calm.matches ? "auto" : "smooth" });
      map.fitBounds(layer.getBounds().pad(0.5), { maxZoom: 15 });
      const { properties } = layer.feature;
      popup(map, layer.getBounds().getCenter(), describe(properties, {}), opener, properties.name);
    });

    function part(data, kind, style) {
      return L.geoJSON(data, {
        pane: "shade",
        filter: (feature) => feature.geometry && feature.properties.kind === kind,
        style,
        onEachFeature: (feature, layer) => layer.on("click", (event) => {
          const said = describe(feature.properties, { url: feature.properties.url });
          // Areas cover the whole city: what a click on the map offers is offered here, too.
          if (state.config.nearestUrl) said.append(fromHere(state, event.latlng));
          popup(map, event.latlng, said, null, feature.properties.name);
          L.DomEvent.stop(event);
        }),
      });
    }

    function legend(data) {
      const values = data.features.filter((feature) => feature.properties.kind === "area")
        .map((feature) => classOf(feature.properties[config.value]));
      const tally = (index) => values.filter((value) => value === index).length;
      const list = make("ul", { class: "map-scale" });
      const item = (className, text, many) => list.append(make("li", {},
        draw("svg", { width: 28, height: 18, viewBox: "0 0 28 18", "aria-hidden": "true" },
          draw("rect", { class: className, x: 1, y: 1, width: 26, height: 16, rx: 3 })),
        make("span", {}, text), many === null ? "" : make("span", { class: "map-legend-count" }, number(many))));
      config.classLabels.forEach((text, index) => item(shade(index), text, tally(index)));
      if (tally("none")) item(shade("none"), state.labels.no_data, tally("none"));
      if (config.gapLabel) {
        item("map-gap", config.gapLabel, data.features.filter((feature) => feature.properties.kind === "gap").length);
        hatchFill(map, list.lastElementChild.querySelector("rect"));
      }
      const node = make("div", { class: "map-legend" },
        make("p", { class: "map-legend-title" }, config.title), list);
      place.replaceChildren(node);
    }

    refresh();
    return api;
  }

  // Gaps are told by a pattern, not by colour; the pattern lives beside the legend.
  function hatch(map, group) {
    group.eachLayer((layer) => layer.getElement() && hatchFill(map, layer.getElement()));
    group.on("add", () => hatch(map, group));
  }

  function hatchFill(map, node) {
    const id = `${map.getContainer().id}-hatch`;
    if (!document.getElementById(id)) {
      map.getContainer().append(draw("svg", { class: "map-defs", width: 0, height: 0, "aria-hidden": "true" },
        draw("defs", {}, draw("pattern", { id, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
          draw("rect", { class: "map-hatch-ground", width: 7, height: 7 }),
          draw("path", { class: "map-hatch-line", d: "M3.5 0v7" })))));
    }
    set(node, { fill: `url(#${id})`, "fill-opacity": 1 });
  }

  /* Lines: walks, isochrones --------------------------------------------------------- */

  function lines(map, config) {
    const state = states.get(map);
    const api = { map, refresh };
    const place = slot(state);
    state.lines.push(api);
    let drawn = null;

    function refresh(url = config.url) {
      return load(map, url, (data) => {
        if (drawn) drawn.remove();
        const classes = ({ properties }) => `map-line is-${properties.kind} step-${properties.step || 0}`;
        const edge = L.geoJSON(data, {
          interactive: false,
          filter: (feature) => feature.geometry && feature.properties.kind.startsWith("walk"),
          style: () => ({ className: "map-line-edge" }),
        });
        const body = L.geoJSON(data, {
          interactive: false,
          filter: (feature) => feature.geometry,
          style: (feature) => ({ className: classes(feature) }),
        });
        drawn = L.featureGroup([edge, body]).addTo(map);
        legend(data);
        if (config.fit) fitTo(map, drawn.getBounds());
      });
    }

    function legend(data) {
      if (!config.legend) return;
      const kinds = new Set(data.features.map((feature) => feature.properties.kind));
      const list = make("ul", { class: "map-legend-notes" });
      for (const [kind, text] of Object.entries(config.legend)) {
        if (!kinds.has(kind)) continue;
        list.append(make("li", {}, draw("svg", { width: 34, height: 12, viewBox: "0 0 34 12", "aria-hidden": "true" },
          draw("path", { class: `map-line is-${kind} step-0`, d: "M2 6h30" })), text));
      }
      place.replaceChildren(list);
    }

    refresh();
    return api;
  }

  /* The origin ------------------------------------------------------------------------ */

  const PIN = "M16 31C11 24.5 5.5 18.6 5.5 12a10.5 10.5 0 0 1 21 0c0 6.6-5.5 12.500-10.5 19z";

  function origin(map, config) {
    const node = draw("svg", { viewBox: "0 0 32 32", width: 38, height: 38, "aria-hidden": "true" },
      draw("path", { class: "map-pin", d: PIN }), draw("circle", { class: "map-pin-eye", cx: 16, cy: 12, r: 4 }));
    const Icon = L.DivIcon.extend({
      createIcon() {
        const icon = make("div", { "aria-label": config.label });
        icon.append(node);
        this._setIconStyles(icon, "icon");
        return icon;
      },
    });
    const marker = L.marker([config.lat, config.lon], {
      icon: new Icon({ className: "map-origin", iconSize: [38, 38], iconAnchor: [19, 37] }), zIndexOffset: 500,
    }).addTo(map);
    const open = (event) => {
      if (event.type === "keypress" && event.originalEvent.key !== "Enter") return;
      popup(map, marker.getLatLng(), describe({ name: config.label }), marker, config.label);
    };
    marker.on("click keypress", open);
    fitTo(map, L.latLngBounds([marker.getLatLng()]));
    return marker;
  }

  const of = (container) => {
    for (const map of maps) if (map.getContainer() === container) return { map, ...states.get(map) };
    return null;
  };
  const maps = new Set();
  const begin = (map, config) => { maps.add(map); stage(map, config); };

  window.locatorMap = Object.freeze({ stage: begin, background, features, areas, lines, origin, of });
})();
