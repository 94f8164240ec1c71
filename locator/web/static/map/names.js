/* Have the names of the base map written anew when the view, its tiles or its signs change. */
(() => {
  "use strict";

  const { obstacles, pause, show } = locatorMap;
  const VIEW_PAD = 0.2;

  function names(map, layer) {
    const canvas = L.DomUtil.create("canvas", "map-lettering leaflet-zoom-hide", map.createPane("names"));
    map.getPane("names").classList.add("map-names");
    map.getPane("names").setAttribute("aria-hidden", "true");
    let [waiting, busy] = [false, false];
    // One after the other: what comes meanwhile is written when the last ones stand.
    const soon = () => {
      waiting = true;
      if (!busy) requestAnimationFrame(begin);
      busy = true;
    };
    async function begin() {
      // Where the signs stand is asked when they have been laid out, not before.
      await pause(0);
      waiting = false;
      await write(map, layer, canvas).catch(() => {});
      busy = false;
      if (waiting) soon();
    }
    layer.unwritten = () => busy;
    layer.on("tileload load repaint", soon);
    map.on("moveend layeradd layerremove", soon);
  }

  async function write(map, layer, canvas) {
    const size = map.getSize();
    const pad = size.multiplyBy(VIEW_PAD).round();
    const corner = map.containerPointToLayerPoint([0, 0]).subtract(pad);
    const [wide, high] = [size.x + 2 * pad.x, size.y + 2 * pad.y];
    const ratio = Math.min(devicePixelRatio || 1, 3);
    const [zoom, origin] = [map.getZoom(), map.getPixelOrigin()];
    const { picture, written } = await layer.draw("write", {
      wide: Math.round(wide * ratio), high: Math.round(high * ratio), ratio, zoom, palette: layer.palette,
      tiles: layer.onShow().map(({ left, top, ...tile }) => ({ ...tile, left: left - corner.x, top: top - corner.y })),
      ...obstacles(map, corner, pad), family: getComputedStyle(map.getContainer()).fontFamily,
      areas: map.getContainer().classList.contains("has-areas"),
    });
    // Another view has other names, which are on their way.
    if (zoom !== map.getZoom() || !origin.equals(map.getPixelOrigin())) return;
    show(canvas, picture);
    Object.assign(canvas.style, { width: `${wide}px`, height: `${high}px` });
    L.DomUtil.setPosition(canvas, corner);
    layer.written = written;
  }

  Object.assign(locatorMap, { names });
})();
