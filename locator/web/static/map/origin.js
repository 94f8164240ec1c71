/* Mark where a walk starts. */
(() => {
  "use strict";

  const { states, make, draw, popup, describe, fitTo } = locatorMap;
  const PIN = "M16 31C11 24.5 5.5 18.6 5.5 12a10.5 10.5 0 0 1 21 0c0 6.6-5.5 12.500-10.5 19z";

  const PinIcon = L.DivIcon.extend({
    options: { className: "map-origin", iconSize: [38, 38], iconAnchor: [19, 37] },
    createIcon() {
      const icon = make("div", { "aria-label": this.options.label },
        draw("svg", { viewBox: "0 0 32 32", width: 38, height: 38, "aria-hidden": "true" },
          draw("path", { class: "map-pin", d: PIN }), draw("circle", { class: "map-pin-eye", cx: 16, cy: 12, r: 4 })));
      this._setIconStyles(icon, "icon");
      return icon;
    },
  });

  function origin(map, config) {
    const marker = L.marker([config.lat, config.lon], {
      icon: new PinIcon({ label: config.label }), zIndexOffset: 500,
    }).addTo(map);
    states.get(map).origin = marker;
    marker.on("click keypress", (event) => {
      if (event.type === "keypress" && event.originalEvent.key !== "Enter") return;
      popup(map, marker.getLatLng(), describe({ name: config.label }), marker, config.label);
    });
    fitTo(map, L.latLngBounds([marker.getLatLng()]));
  }

  Object.assign(locatorMap, { origin });
})();
