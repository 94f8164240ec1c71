/* Fit a map to the paper while it is printed, and put it back afterwards. */
(() => {
  "use strict";

  const paper = matchMedia("print");

  // Both are listened to: not every browser has both, and the second one changes nothing.
  function printing(map, state) {
    let before = null;

    function begin() {
      if (before) return;
      map.stop();
      before = { center: map.getCenter(), zoom: map.getZoom(), maxBounds: map.options.maxBounds };
      const seen = map.getBounds();
      resize("add");
      map.setMaxBounds(null);
      if (state.moved) map.fitBounds(seen, { animate: false });
      else show(state);
    }

    function show({ fit, bounds, config }) {
      if (fit.isValid()) map.fitBounds(fit, { maxZoom: 16, animate: false, padding: [32, 32] });
      else if (config.fitCity) map.fitBounds(bounds, { animate: false, padding: [8, 8] });
      else map.setView(before.center, before.zoom, { animate: false });
    }

    function end() {
      if (!before) return;
      const { center, zoom, maxBounds } = before;
      before = null;
      resize("remove");
      map.setView(center, zoom, { animate: false });
      map.setMaxBounds(maxBounds);
    }

    // The paper's layout comes later than the event: the size of the map is set by a class.
    function resize(change) {
      map.getContainer().classList[change]("is-printing");
      map.invalidateSize({ animate: false, pan: false });
    }

    window.addEventListener("beforeprint", begin);
    window.addEventListener("afterprint", end);
    paper.addEventListener("change", () => (paper.matches ? begin() : end()));
  }

  Object.assign(locatorMap, { printing });
})();
