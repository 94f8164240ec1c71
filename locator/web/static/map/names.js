/* Write the names of stops and streets on the ground when someone looks closely. */
(() => {
  "use strict";

  const { make, load } = locatorMap;
  const STOPS_ZOOM = 14;
  const STREET_NAMES_ZOOM = 15;
  const STOP_NAMES_ZOOM = 16;

  // Plain elements, not markers: there are hundreds, and they do nothing.
  function names(map, url) {
    let all = null;
    let asked = false;
    const shown = make("div", { class: "leaflet-zoom-hide" });
    map.getPane("names").append(shown);
    const update = () => {
      shown.replaceChildren();
      if (map.getZoom() < STOPS_ZOOM) return;
      if (all) write(map, shown, all);
      else if (!asked) {
        asked = true;
        load(map, url, (data) => { all = data; update(); });
      }
    };
    map.on("moveend", update);
    update();
  }

  function write(map, shown, all) {
    const zoom = map.getZoom();
    const view = map.getBounds().pad(0.1);
    const [west, south, east, north] = [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()];
    const taken = [];
    const draw = (places, kind, from) => {
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
    draw(all.stops, "stop", STOP_NAMES_ZOOM);
    draw(all.streets, "street", STREET_NAMES_ZOOM);
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

  Object.assign(locatorMap, { names });
})();
