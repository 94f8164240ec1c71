/* Read a vector tile: each layer's features as paths ready to draw, names as lists of points.

   A generator: it pauses after each feature, so that whoever reads on the page's own thread can. */
(() => {
  "use strict";

  const [POINT, , POLYGON] = [1, 2, 3];
  const utf8 = new TextDecoder();

  // Just so much of protocol buffers as tiles use: whole numbers, and fields with a length.
  function reader(bytes) {
    let at = 0;
    const number = () => {
      let [value, factor, byte] = [0, 1, 0];
      do {
        byte = bytes[at];
        at += 1;
        value += (byte & 127) * factor;
        factor *= 128;
      } while (byte > 127);
      return value;
    };
    return { more: () => at < bytes.length, number, part: () => {
      const length = number();
      at += length;
      return bytes.subarray(at - length, at);
    } };
  }

  // Calls `take[tag]` with each field: a part of the bytes, or a number.
  function fields(bytes, take) {
    const source = reader(bytes);
    while (source.more()) {
      const key = source.number();
      const value = (key & 7) === 2 ? source.part() : source.number();
      if (take[key >> 3]) take[key >> 3](value);
    }
  }

  function* vectorTile(buffer) {
    const layers = [];
    fields(new Uint8Array(buffer), { 3: (bytes) => {
      const layer = { name: "", features: [], keys: [], values: [] };
      fields(bytes, {
        1: (text) => { layer.name = utf8.decode(text); },
        2: (feature) => layer.features.push(feature),
        3: (text) => layer.keys.push(utf8.decode(text)),
        4: (value) => fields(value, { 1: (text) => layer.values.push(utf8.decode(text)), 5: (whole) => layer.values.push(whole) }),
      });
      layers.push(layer);
    } });
    const tile = {};
    for (const layer of layers) {
      tile[layer.name] = [];
      for (const feature of layer.features) {
        tile[layer.name].push(featureOf(feature, layer));
        yield;
      }
    }
    return tile;
  }

  function featureOf(bytes, { name, keys, values }) {
    const found = {};
    let [type, geometry] = [0, null];
    fields(bytes, {
      2: (tags) => { for (const source = reader(tags); source.more();) found[keys[source.number()]] = values[source.number()]; },
      3: (value) => { type = value; },
      4: (value) => { geometry = value; },
    });
    return name === "names" ? { ...found, type, points: pointsOf(geometry) } : { ...found, type, path: pathOf(geometry, type) };
  }

  const signed = (value) => (value % 2 ? -(value + 1) / 2 : value / 2);

  // Commands: 1 moves, 2 draws lines, 7 closes the ring; each for so many steps.
  function walk(bytes, move, line, close) {
    const source = reader(bytes);
    let [x, y] = [0, 0];
    while (source.more()) {
      const command = source.number();
      const act = command & 7;
      if (act === 7) close();
      else for (let steps = command >> 3; steps > 0; steps -= 1) {
        x += signed(source.number());
        y += signed(source.number());
        (act === 1 ? move : line)(x, y);
      }
    }
  }

  function pathOf(bytes, type) {
    const path = new Path2D();
    walk(bytes, (x, y) => path.moveTo(x, y), (x, y) => path.lineTo(x, y), () => { if (type === POLYGON) path.closePath(); });
    return path;
  }

  function pointsOf(bytes) {
    const points = [];
    const add = (x, y) => points.push([x, y]);
    walk(bytes, add, add, () => {});
    return points;
  }

  Object.assign(locatorMap, { vectorTile, POINT });
})();
