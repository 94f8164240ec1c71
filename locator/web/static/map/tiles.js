/* Lay tiles of another host under everything, where the settings name some. */
(() => {
  "use strict";

  function tiles(map, { url, attribution, maxZoom }) {
    const text = document.createElement("i");
    text.textContent = attribution;
    L.tileLayer(url, { attribution: text.innerHTML, maxZoom }).addTo(map);
  }

  Object.assign(locatorMap, { tiles });
})();
