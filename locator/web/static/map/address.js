/* Keep position and chosen layers in the address: #map=zoom/lat/lon&layers=a,b */
(() => {
  "use strict";

  function remember(map, state) {
    map.on("moveend", () => state.moved && write(map, state));
    map.getContainer().addEventListener("locator:filter", () => write(map, state));
  }

  function remembered() {
    const found = { view: null, layers: null };
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

  function write(map, state) {
    const { lat, lng } = map.getCenter();
    const parts = [`map=${map.getZoom()}/${lat.toFixed(4)}/${lng.toFixed(4)}`];
    const shown = locatorMap.shownLayers(state);
    if (shown.length < state.symbols.size) parts.push(`layers=${shown.map(encodeURIComponent).join(",")}`);
    history.replaceState(history.state, "", `#${parts.join("&")}`);
  }

  Object.assign(locatorMap, { remembered, remember });
})();
