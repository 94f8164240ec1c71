/* Write the names of the base map: the important ones first, none over another one or over a sign. */
(() => {
  "use strict";

  const { POINT, atPoint, alongLine, drawDot } = locatorMap;
  const SMALL_SIGN_PX = 10;
  // Groups of signs and marks of areas do not say how large they are.
  const OTHER_PX = 36;
  const SAME_PX = 260;
  const CELL_PX = 64;
  const VIEW_PAD = 0.2;
  const WALK_PX = 5;
  const CONTROL_PX = 4;

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
    controls(map, pad, pen);
    const offers = ranked(layer, corner, pen);
    for (const offer of offers) drawDot(offer, pen);
    for (const offer of offers) place(offer, pen);
    layer.written = pen.written;
  }

  // Nothing is written under a sign, under the pin of the start, or over a walk.
  function signs(map, corner, { room }) {
    const place = (latLng) => map.latLngToLayerPoint(latLng).subtract(corner);
    map.eachLayer((other) => {
      if (other instanceof L.Marker && other.getElement()) {
        const { x, y } = place(other.getLatLng());
        const { iconSize, iconAnchor } = other.options.icon.options;
        const small = other.getElement().classList.contains("is-small") && SMALL_SIGN_PX;
        const plain = small || ((!iconSize || !iconSize[0]) && OTHER_PX);
        const size = plain ? L.point(plain, plain) : L.point(iconSize);
        const tip = iconAnchor ? L.point(iconAnchor) : size.divideBy(2);
        room.add([x - tip.x, y - tip.y, x - tip.x + size.x, y - tip.y + size.y]);
      } else if (other instanceof L.Polyline && (other.options.className || "").startsWith("map-line ")) {
        const walks = other.getLatLngs();
        for (const walk of L.LineUtil.isFlat(walks) ? [walks] : walks) alongWalk(walk.map(place), room);
      }
    });
  }

  function alongWalk(points, room) {
    points.slice(1).forEach((to, i) => {
      const from = points[i];
      const steps = Math.max(1, Math.ceil(from.distanceTo(to) / (2 * WALK_PX)));
      for (let step = 0; step <= steps; step += 1) {
        const { x, y } = from.add(to.subtract(from).multiplyBy(step / steps));
        room.add([x - WALK_PX, y - WALK_PX, x + WALK_PX, y + WALK_PX]);
      }
    });
  }

  // Nor under the buttons and the scale, which stand on the map.
  function controls(map, pad, { room }) {
    const frame = map.getContainer().getBoundingClientRect();
    const [x, y] = [pad.x - frame.left, pad.y - frame.top];
    for (const control of map.getContainer().querySelectorAll(".leaflet-control")) {
      const { left, top, right, bottom, width } = control.getBoundingClientRect();
      if (width) room.add([left + x - CONTROL_PX, top + y - CONTROL_PX, right + x + CONTROL_PX, bottom + y + CONTROL_PX]);
    }
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
    if (near.some((other) => Math.hypot(other[0] - x, other[1] - y) < (look.apart ?? SAME_PX))) return;
    pen.context.font = `${look.style || ""} ${look.weight || 400} ${look.size}px ${pen.family}`;
    const done = offer.type === POINT ? atPoint(offer, pen) : alongLine(offer, pen);
    if (done) pen.names.set(key, [...near, [x, y]]);
  }

  Object.assign(locatorMap, { lettering });
})();
