/* Paint a tile: land, water, houses, streets by class, rails, borders, in the colours of the style.

   Widths are given for whole zooms in pixels and are drawn as wide between two zooms too. Painting is
   a generator that pauses after each feature. */
(() => {
  "use strict";

  const LEVELS = ["tunnel", "ground", "bridge"];
  const TILE_UNITS = 2048;

  // The width at a zoom, from a list of widths at the zooms from `first` on.
  function widthAt(widths, first, zoom) {
    const place = Math.min(Math.max(zoom - first, 0), widths.length - 1);
    const low = Math.floor(place);
    const high = Math.min(low + 1, widths.length - 1);
    return widths[low] + (widths[high] - widths[low]) * (place - low);
  }

  function* paint(canvas, tile, { style, palette, zoom, overlay, clientPixels }) {
    const context = canvas.getContext("2d");
    const scale = canvas.width / TILE_UNITS;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (!overlay) {
      context.fillStyle = palette.land;
      context.fillRect(0, 0, canvas.width, canvas.height);
    }
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.lineJoin = "round";
    // Units of the tile that make one pixel of the page.
    const pixel = TILE_UNITS / clientPixels;
    const brush = { context, pixel, style, palette, zoom, width: (widths) => widthAt(widths, style.first, zoom) };
    if (!overlay) {
      yield* land(brush, tile.land || []);
      yield* waters(brush, tile.lines || []);
      yield* houses(brush, tile.buildings || []);
      yield* ways(brush, tile.streets || [], tile.lines || []);
    }
    yield* borders(brush, tile.borders || [], overlay);
  }

  function* land({ context, palette }, features) {
    for (const { kind, path } of features) {
      context.fillStyle = palette[kind];
      context.fill(path);
      yield;
    }
  }

  function stroke({ context, pixel }, path, colour, width, { dash = [], cap = "round" } = {}) {
    if (width <= 0) return;
    context.strokeStyle = colour;
    context.lineWidth = width * pixel;
    context.lineCap = cap;
    context.setLineDash(dash.map((part) => part * pixel));
    context.stroke(path);
  }

  function* waters(brush, features) {
    for (const { kind, path } of features) {
      const widths = brush.style.waters[kind];
      if (widths) stroke(brush, path, brush.palette.water, brush.width(widths));
      yield;
    }
  }

  function* houses(brush, features) {
    for (const { path } of features) {
      brush.context.fillStyle = brush.palette.building;
      brush.context.fill(path);
      stroke(brush, path, brush.palette["building-edge"], 0.8);
      yield;
    }
  }

  function* ways(brush, streets, lines) {
    for (const level of LEVELS) {
      const here = streets.filter((street) => (street.level || "ground") === level);
      if (level === "bridge") rails(brush, lines);
      for (const draw of [edge, surface]) {
        for (const { class: of, path } of here) {
          draw(brush, of, path, level);
          yield;
        }
      }
    }
  }

  function edge(brush, of, path, level) {
    const { widths, plain } = brush.style.streets[of];
    const width = brush.width(widths);
    if (plain || width < brush.style.edgeFrom) return;
    const bridge = level === "bridge";
    stroke(brush, path, brush.palette[bridge ? "bridge-edge" : "street-edge"], width + (bridge ? 2.4 : 1.6), {
      cap: level === "ground" ? "round" : "butt", dash: level === "tunnel" ? [3, 3] : [],
    });
  }

  function surface(brush, of, path, level) {
    const { widths, colour, dash } = brush.style.streets[of];
    const { context, zoom } = brush;
    context.globalAlpha = level === "tunnel" ? 0.55 : 1;
    // Where a street is too thin for an edge it needs a colour that is seen without one.
    const thin = brush.width(widths) < brush.style.edgeFrom && brush.palette[`${colour}-thin`];
    stroke(brush, path, thin || brush.palette[colour], brush.width(widths), {
      dash: dash && zoom > 14 ? dash : [], cap: dash || level !== "ground" ? "butt" : "round",
    });
    context.globalAlpha = 1;
  }

  function rails(brush, features) {
    for (const { kind, path } of features) {
      const widths = brush.style.rails[kind];
      if (!widths) continue;
      const width = brush.width(widths);
      stroke(brush, path, brush.palette[kind === "tram" ? "tram" : "rail"], width);
      if (kind !== "tram" && brush.zoom >= 15) {
        stroke(brush, path, brush.palette["rail-gap"], width * 0.55, { dash: [7, 7], cap: "butt" });
      }
    }
  }

  function* borders(brush, features, overlay) {
    for (const { kind, path } of features) {
      const city = kind === "city";
      const width = brush.zoom < 12 ? 0.9 : 1.2;
      stroke(brush, path, brush.palette.boundary, city || overlay ? width + 0.7 : width, {
        dash: city || brush.zoom < 11.5 ? [] : [6, 4], cap: "butt",
      });
      yield;
    }
  }

  Object.assign(locatorMap, { paint, TILE_UNITS });
})();
