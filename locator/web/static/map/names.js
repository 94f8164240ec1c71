/* Write the names of stops and streets on the ground when someone looks closely. */
(() => {
  "use strict";

  const { make, load } = locatorMap;
  const NAMES_ZOOM = 13;
  const DOTS_ZOOM = 14;
  const STREETS_ZOOM = 14;
  // From here on the names of the districts are not written any more.
  const CLOSE_ZOOM = 15;
  // From afar only a few names are written, the best known ones first: so much room each wants.
  const apart = (zoom) => (zoom < 14 ? 60 : zoom < 15 ? 40 : zoom < 16 ? 16 : 0);

  // Plain elements, not markers: there are hundreds, and they do nothing.
  function names(map, url, districts) {
    let all = null;
    let asked = false;
    const shown = make("div", { class: "leaflet-zoom-hide" });
    map.getPane("names").append(shown);
    const update = () => {
      shown.replaceChildren();
      if (map.getZoom() < NAMES_ZOOM) return;
      if (all) write(map, shown, all, districts);
      else if (!asked) {
        asked = true;
        load(map, url, (data) => { all = data; update(); });
      }
    };
    map.on("moveend", update);
    update();
  }

  function write(map, shown, all, districts) {
    const zoom = map.getZoom();
    const view = map.getBounds().pad(0.1);
    const [west, south, east, north] = [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()];
    const taken = [];
    if (zoom < CLOSE_ZOOM) districts.forEach(({ name, label }) => room(taken, map.latLngToLayerPoint([label[1], label[0]]), name, 0));
    const draw = (places, kind) => {
      for (const [name, lon, lat] of places) {
        if (lon < west || lon > east || lat < south || lat > north) continue;
        const point = map.latLngToLayerPoint([lat, lon]);
        const named = room(taken, kind === "stop" ? point.add([0, 14]) : point, name, apart(zoom));
        if (!named && (kind === "street" || zoom < DOTS_ZOOM)) continue;
        const node = make("span", { class: `map-${kind}` });
        if (named) node.append(make("span", { class: "map-place-name" }, name));
        L.DomUtil.setPosition(node, point);
        shown.append(node);
      }
    };
    draw(all.stops, "stop");
    if (zoom >= STREETS_ZOOM) draw(all.streets, "street");
  }

  // A name that would cover another one, or repeat one nearby, is left out; a stop's dot stays.
  function room(taken, { x, y }, name, space) {
    const width = Math.min(136, 7 * name.length) / 2;
    const height = 8 + 7 * Math.ceil(name.length / 19);
    const free = taken.every((other) => {
      const [across, down] = [Math.abs(other.x - x), Math.abs(other.y - y)];
      if (other.name === name && across + down < 300) return false;
      return across > other.width + width + space || down > height + 8 + space;
    });
    if (free) taken.push({ x, y, width, name });
    return free;
  }

  Object.assign(locatorMap, { names });
})();
