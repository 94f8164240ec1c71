/* Write the names of the base map: the important ones first, none over another one or over a sign. */
(() => {
  "use strict";

  const { POINT, atPoint, alongLine } = locatorMap;
  const SIGN_PX = 15;
  const SMALL_SIGN_PX = 5;
  const SAME_PX = 260;
  const CELL_PX = 64;
  const VIEW_PAD = 0.2;

  // Boxes of what is written, in cells, so that few are compared.
  function taken() {
    const cells = new Map();
    const around = ([left, top, right, bottom], visit) => {
      for (let column = Math.floor(left / CELL_PX); column <= Math.floor(right / CELL_PX); column += 1) {
        for (let row = Math.floor(top / CELL_PX); row <= Math.floor(bottom / CELL_PX); row += 1) {
          if (visit(`${column},${row}`) === false) return false;
        }
      }
      return true;
    };
    const apart = (one, two) => one[2] <= two[0] || two[2] <= one[0] || one[3] <= two[1] || two[3] <= one[1];
    return {
      free: (box) => around(box, (cell) => (cells.get(cell) || []).every((other) => apart(box, other))),
      add: (box) => around(box, (cell) => { cells.set(cell, [...(cells.get(cell) || []), box]); }),
    };
  }

  function lettering(map, layer) {
    const canvas = L.DomUtil.create("canvas", "map-lettering leaflet-zoom-hide", map.createPane("names"));
    map.getPane("names").classList.add("map-names");
    map.getPane("names").setAttribute("aria-hidden", "true");
    let waiting = 0;
    const soon = () => {
      if (!waiting) waiting = requestAnimationFrame(() => { waiting = 0; write(map, layer, canvas); });
    };
    layer.on("tileload load repaint", soon);
    map.on("moveend layeradd layerremove", soon);
  }

  function write(map, layer, canvas) {
    const size = map.getSize();
    const pad = size.multiplyBy(VIEW_PAD).round();
    const corner = map.containerPointToLayerPoint([0, 0]).subtract(pad);
    const [wide, high] = [size.x + 2 * pad.x, size.y + 2 * pad.y];
    const ratio = Math.min(devicePixelRatio || 1, 3);
    canvas.width = Math.round(wide * ratio);
    canvas.height = Math.round(high * ratio);
    canvas.style.width = `${wide}px`;
    canvas.style.height = `${high}px`;
    L.DomUtil.setPosition(canvas, corner);
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const { config } = layer;
    const pen = {
      context, config, room: taken(), written: [], names: new Map(), zoom: map.getZoom(),
      palette: layer.palette, family: getComputedStyle(map.getContainer()).fontFamily,
      areas: map.getContainer().classList.contains("has-areas"),
    };
    signs(map, corner, pen);
    for (const offer of ranked(layer, corner, pen)) place(offer, pen);
    layer.written = pen.written;
  }

  // Nothing is written under a sign.
  function signs(map, corner, { room }) {
    map.eachLayer((other) => {
      if (!(other instanceof L.Marker) || !other.getElement()) return;
      const { x, y } = map.latLngToLayerPoint(other.getLatLng()).subtract(corner);
      const half = other.getElement().classList.contains("is-small") ? SMALL_SIGN_PX : SIGN_PX;
      room.add([x - half, y - half, x + half, y + half]);
    });
  }

  function ranked(layer, corner, { config, zoom }) {
    const offers = [];
    layer.offers((offer) => {
      const look = config.style.names[offer.kind];
      if (!look || zoom < look.from || zoom > look.to || (config.overlay && offer.kind !== "district")) return;
      const points = offer.points.map(([x, y]) => [x - corner.x, y - corner.y]);
      offers.push({ ...offer, look, points, order: offers.length });
    });
    return offers.sort((one, two) => one.look.rank - two.look.rank || one.order - two.order);
  }

  function place(offer, pen) {
    const { look, name, points } = offer;
    const [x, y] = points[Math.floor(points.length / 2)];
    const key = `${offer.kind} ${name}`;
    const near = pen.names.get(key) || [];
    if (near.some((other) => Math.hypot(other[0] - x, other[1] - y) < (look.apart || SAME_PX))) return;
    pen.context.font = `${look.style || ""} ${look.weight || 400} ${look.size}px ${pen.family}`;
    const done = offer.type === POINT ? atPoint(offer, pen) : alongLine(offer, pen);
    if (done) pen.names.set(key, [...near, [x, y]]);
  }

  Object.assign(locatorMap, { lettering });
})();
