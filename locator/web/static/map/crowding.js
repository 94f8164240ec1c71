/* Let only those signs be buttons that have room for a finger. The others are seen and can be
   clicked, and become buttons when one zooms in; the lists beside a map name them all. */
(() => {
  "use strict";

  const { states, set } = locatorMap;
  // As wide as a sign: of two that are buttons neither covers the other.
  const ROOM_PX = 32;

  // Signs with numbers or letters come before small marks, whatever layer was there first.
  function crowding(map, markers, { small }) {
    const state = states.get(map);
    if (!state.crowd) {
      state.crowd = { large: [], small: [] };
      let due = false;
      map.on("zoomend layeradd layerremove", () => {
        if (due) return;
        due = true;
        requestAnimationFrame(() => {
          due = false;
          share(map, [...state.crowd.large, ...state.crowd.small]);
        });
      });
    }
    state.crowd[small ? "small" : "large"].push(...markers);
    share(map, [...state.crowd.large, ...state.crowd.small]);
  }

  function share(map, markers) {
    const taken = new Map();
    const cell = (column, row) => taken.get(`${column},${row}`) || [];
    const near = ({ x, y }, column, row) => [-1, 0, 1].some((aside) => [-1, 0, 1].some((below) =>
      cell(column + aside, row + below).some((other) => Math.abs(other.x - x) < ROOM_PX && Math.abs(other.y - y) < ROOM_PX)));
    for (const marker of markers) {
      const node = map.hasLayer(marker) && marker.getElement();
      if (!node) continue;
      const point = map.latLngToLayerPoint(marker.getLatLng());
      const [column, row] = [Math.floor(point.x / ROOM_PX), Math.floor(point.y / ROOM_PX)];
      const free = node === document.activeElement || !near(point, column, row);
      if (free) taken.set(`${column},${row}`, [...cell(column, row), point]);
      if (free !== node.hasAttribute("tabindex")) press(node, free);
    }
  }

  function press(node, may) {
    if (may) {
      set(node, { tabindex: 0, role: "button" });
      node.removeAttribute("aria-hidden");
    } else {
      set(node, { "aria-hidden": "true" });
      node.removeAttribute("tabindex");
      node.removeAttribute("role");
    }
  }

  Object.assign(locatorMap, { crowding });
})();
