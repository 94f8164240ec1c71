/* Move signs that would cover one another, or the start, a little apart; a line leads back. */
(() => {
  "use strict";

  const { states } = locatorMap;
  // Two signs of 32 px leave 24 px of each for the finger, even cornerwise.
  const APART_PX = 40;
  const ROUNDS = 80;
  // The pin of the start: a head above the place that it points to.
  const PIN_UP_PX = 20;
  const PIN_PX = 46;
  const HALF_PX = 18;

  // All signs of a map together, whatever layer they are of.
  function spreading(map, markers) {
    const state = states.get(map);
    if (!state.spread) {
      state.spread = { home: new Map(), lines: L.layerGroup().addTo(map) };
      map.on("zoomend", () => spread(map, state));
    }
    for (const marker of markers) state.spread.home.set(marker, marker.getLatLng());
    spread(map, state);
  }

  function spread(map, { spread: { home, lines }, origin }) {
    const shown = [...home.keys()].filter((marker) => map.hasLayer(marker));
    const at = shown.map((marker) => map.latLngToLayerPoint(home.get(marker)));
    const points = at.map((point) => point.clone());
    const pin = origin && map.latLngToLayerPoint(origin.getLatLng()).subtract([0, PIN_UP_PX]);
    const corner = buttonsOf(map);
    for (let round = 0; round < ROUNDS && settle(points, pin, corner); round += 1);
    lines.clearLayers();
    shown.forEach((marker, i) => {
      const moved = points[i].distanceTo(at[i]) > 1;
      marker.setLatLng(moved ? map.layerPointToLatLng(points[i]) : home.get(marker));
      if (moved) lines.addLayer(L.polyline([home.get(marker), marker.getLatLng()], { className: "map-leader", interactive: false }));
    });
  }

  // The corner that the buttons take, with room for half a sign; in the coordinates of the signs.
  function buttonsOf(map) {
    const { offsetWidth, offsetHeight } = map.getContainer().querySelector(".leaflet-top.leaflet-left");
    return {
      start: map.containerPointToLayerPoint([0, 0]),
      end: map.containerPointToLayerPoint([offsetWidth + HALF_PX, offsetHeight + HALF_PX]),
    };
  }

  // One round: whoever is too near to another gives way by half. True while anybody had to.
  function settle(points, pin, corner) {
    let moved = false;
    const part = (one, other, least, share, i) => {
      const away = one.subtract(other);
      // Of signs at one place each goes its own way.
      if (away.x === 0 && away.y === 0) Object.assign(away, { x: Math.cos(2.4 * i), y: Math.sin(2.4 * i) });
      const length = Math.hypot(away.x, away.y);
      if (length >= least - 0.5) return;
      moved = true;
      const step = away.multiplyBy(((least - length) * share) / length);
      one._add(step);
      if (share < 1) other._subtract(step);
    };
    points.forEach((one, i) => {
      for (let j = 0; j < i; j += 1) part(one, points[j], APART_PX, 0.5, i);
      if (pin) part(one, pin, PIN_PX, 1, i);
      const [right, down] = [corner.end.x - one.x, corner.end.y - one.y];
      const seen = one.x > corner.start.x && one.y > corner.start.y;
      if (seen && right > 0.5 && down > 0.5) {
        moved = true;
        one._add(right < down ? L.point(right, 0) : L.point(0, down));
      }
    });
    return moved;
  }

  Object.assign(locatorMap, { spreading });
})();
