/* Draw walks, with an edge that keeps them apart from the ground. */
(() => {
  "use strict";

  const { states, make, draw, load, fitTo, slot } = locatorMap;

  function lines(map, config) {
    const place = slot(states.get(map));
    const walks = config.steps.map((steps) => walked(steps, config.scale));

    load(map, walks, () => {
      const drawn = L.featureGroup([group("map-line-edge"), group(`map-line is-${config.kind}`)]).addTo(map);
      if (config.legend) explain();
      if (config.fit) fitTo(map, drawn.getBounds());
    });

    function group(className) {
      return L.featureGroup(walks.map((walk) => L.polyline(walk, { interactive: false, className })));
    }

    function explain() {
      const list = make("ul", { class: "map-legend-notes" });
      for (const [kind, text] of Object.entries(config.legend)) {
        if (kind !== config.kind || walks.length === 0) continue;
        list.append(make("li", {}, draw("svg", { width: 34, height: 12, viewBox: "0 0 34 12", "aria-hidden": "true" },
          draw("path", { class: `map-line is-${kind}`, d: "M2 6h30" })), text));
      }
      place.replaceChildren(list);
    }
  }

  // Each point is told by how far, east and north, it lies from the one before.
  function walked(steps, scale) {
    const points = [];
    let [lon, lat] = [0, 0];
    for (let at = 0; at < steps.length; at += 2) {
      lon += steps[at];
      lat += steps[at + 1];
      points.push([lat / scale, lon / scale]);
    }
    return points;
  }

  Object.assign(locatorMap, { lines });
})();
