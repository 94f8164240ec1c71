/* Draw the quiet ground under everything: districts with their names, and the river. */
(() => {
  "use strict";

  const { make, load } = locatorMap;
  const RIVER_WIDTH_M = 75;
  const LETTER_PX = 6.5;

  function background(map, config) {
    map.createPane("ground").classList.add("map-ground");
    map.createPane("river").classList.add("map-river-pane");
    const words = map.createPane("names");
    words.classList.add("map-names");
    words.setAttribute("aria-hidden", "true");
    const quiet = { pane: "ground", interactive: false };
    const districts = [];
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
      for (const { properties } of data.features) if (properties.label) districts.push(districtName(map, properties));
      districts.forEach(({ fit }) => fit(map.getZoom()));
    });
    map.on("zoomend", () => {
      if (river) river.setStyle({ weight: riverWeight(map) });
      districts.forEach(({ fit }) => fit(map.getZoom()));
    });
    if (config.namesUrl) locatorMap.names(map, config.namesUrl, districts);
  }

  function riverWeight(map) {
    const metresPerPixel = (156543 * Math.cos((map.getCenter().lat * Math.PI) / 180)) / 2 ** map.getZoom();
    return Math.min(48, Math.max(3, RIVER_WIDTH_M / metresPerPixel));
  }

  // Seen from afar a district has its numeral, and its name only where that has room.
  function districtName(map, { roman, name, label, room }) {
    const text = make("span", { class: "map-district-name" },
      make("b", {}, roman), make("span", {}, name));
    const width = LETTER_PX * Math.max(...name.split(/[ -]/).map((word) => word.length));
    L.marker([label[1], label[0]], {
      pane: "names", interactive: false, keyboard: false,
      icon: L.divIcon({ html: text, className: "map-name", iconSize: [0, 0] }),
    }).addTo(map);
    const fit = (zoom) => text.classList.toggle("has-room", (2 * room * 256 * 2 ** zoom) / 360 >= width);
    return { name, label, fit };
  }

  Object.assign(locatorMap, { background });
})();
