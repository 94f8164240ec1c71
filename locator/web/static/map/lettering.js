/* Write the names of the base map: the important ones first, none over another one or over a sign.

   A generator, which pauses after each name. */
(() => {
  "use strict";

  const { POINT, TILE_UNITS, atPoint, alongLine, drawDot } = locatorMap;
  const SAME_PX = 260;
  const CELL_PX = 64;
  const WALK_PX = 5;

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

  // `tiles` are read ones, each with where it begins and how many pixels its side takes.
  function* letter(context, tiles, { ratio, boxes, walks, style, overlay, zoom, palette, family, areas }) {
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const pen = {
      context, style, overlay, zoom, palette, family, areas, room: taken(), written: [], names: new Map(),
    };
    boxes.forEach(pen.room.add);
    for (const walk of walks) alongWalk(walk, pen.room);
    const offers = ranked(tiles, pen);
    for (const offer of offers) drawDot(offer, pen);
    for (const offer of offers) {
      place(offer, pen);
      yield;
    }
    return pen.written;
  }

  function alongWalk(points, room) {
    points.slice(1).forEach(([toX, toY], i) => {
      const [fromX, fromY] = points[i];
      const steps = Math.max(1, Math.ceil(Math.hypot(toX - fromX, toY - fromY) / (2 * WALK_PX)));
      for (let step = 0; step <= steps; step += 1) {
        const [x, y] = [fromX + ((toX - fromX) * step) / steps, fromY + ((toY - fromY) * step) / steps];
        room.add([x - WALK_PX, y - WALK_PX, x + WALK_PX, y + WALK_PX]);
      }
    });
  }

  function ranked(tiles, { style, overlay, zoom }) {
    const offers = [];
    for (const { names, left, top, side } of tiles) {
      const scale = side / TILE_UNITS;
      for (const offer of names) {
        const look = style.names[offer.kind];
        if (!look || zoom < look.from || zoom > look.to || (overlay && offer.kind !== "district")) continue;
        const points = offer.points.map(([east, south]) => [left + east * scale, top + south * scale]);
        offers.push({ ...offer, look, points, order: offers.length });
      }
    }
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

  Object.assign(locatorMap, { letter });
})();
