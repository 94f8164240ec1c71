/* Light up a sign while its entry in the list beside the map is pointed at or has the focus. */
(() => {
  "use strict";

  function lighting(layer) {
    const light = (event) => {
      const item = event.target.closest && event.target.closest("[data-map-feature]");
      const id = item ? item.dataset.mapFeature : null;
      if (layer.lit === id) return;
      for (const known of [layer.lit, id]) {
        const marker = known && layer.byId.get(known);
        const node = marker && marker.getElement();
        if (node) node.classList.toggle("is-lit", known === id);
      }
      layer.lit = id;
    };
    document.addEventListener("pointerover", light);
    document.addEventListener("focusin", light);
  }

  Object.assign(locatorMap, { lighting });
})();
