/* Draw walks, with an edge that keeps them apart from the ground. */
(() => {
  "use strict";

  const { states, make, draw, load, fitTo, slot } = locatorMap;

  function lines(map, config) {
    const place = slot(states.get(map));
    const group = (data, style) => L.geoJSON(data, {
      interactive: false,
      filter: (feature) => feature.geometry,
      style,
    });

    load(map, config.data || config.url, (data) => {
      const drawn = L.featureGroup([
        group(data, () => ({ className: "map-line-edge" })),
        group(data, ({ properties }) => ({ className: `map-line is-${properties.kind}` })),
      ]).addTo(map);
      if (config.legend) explain(data);
      if (config.fit) fitTo(map, drawn.getBounds());
    });

    function explain(data) {
      const kinds = new Set(data.features.map((feature) => feature.properties.kind));
      const list = make("ul", { class: "map-legend-notes" });
      for (const [kind, text] of Object.entries(config.legend)) {
        if (!kinds.has(kind)) continue;
        list.append(make("li", {}, draw("svg", { width: 34, height: 12, viewBox: "0 0 34 12", "aria-hidden": "true" },
          draw("path", { class: `map-line is-${kind}`, d: "M2 6h30" })), text));
      }
      place.replaceChildren(list);
    }
  }

  Object.assign(locatorMap, { lines });
})();
