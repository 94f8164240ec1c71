/* Draw the base map: our own vector tiles, painted on canvas as sharp as the screen. */
(() => {
  "use strict";

  const { states, vectorTile, paint, colours, report, pause, inTurn, TILE_UNITS } = locatorMap;
  const SIZE = 512;
  const TRIES = 6;
  const AGAIN_MS = 400;  // then twice as long each time: who has much to draw says 503
  const SETTLED_MS = 80;
  const dark = matchMedia("(prefers-color-scheme: dark)");

  const BaseMap = L.GridLayer.extend({
    initialize(config) {
      const [west, south, east, north] = config.bounds;
      L.GridLayer.prototype.initialize.call(this, {
        tileSize: SIZE, minZoom: config.minZoom, maxZoom: config.maxZoom, keepBuffer: 1,
        bounds: [[south, west], [north, east]], className: "map-tiles",
      });
      this.config = config;
      this.pending = 0;
    },

    onAdd(map) {
      this.palette = colours(map.getContainer(), this.config.colours);
      L.GridLayer.prototype.onAdd.call(this, map);
      this.on("tileunload", ({ tile }) => tile.stop.abort());
      map.on("zoomend", this.repaint, this);
      dark.addEventListener("change", () => {
        this.palette = colours(map.getContainer(), this.config.colours);
        this.repaint({ type: "theme" });
      });
    },

    createTile(coords, done) {
      const canvas = document.createElement("canvas");
      canvas.stop = new AbortController();
      canvas.coords = coords;
      this.wait(1);
      this.getTile(canvas).then((data) => {
        canvas.data = data;
        this.paintTile(canvas);
        done(null, canvas);
      }).catch((problem) => {
        if (problem.name !== "AbortError") this.failed();
        done(problem, canvas);
      }).finally(() => this.wait(-1));
      return canvas;
    },

    // Leaflet's own "load" does not come when a view is replaced by one that needs no new tile.
    wait(more) {
      this.pending += more;
      this.fire("pending");
    },

    // A view that is replaced at once, as the first one mostly is, is not asked for.
    async getTile(canvas) {
      await pause(SETTLED_MS);
      return inTurn(() => {
        canvas.stop.signal.throwIfAborted();
        return this.fetchTile(canvas, TRIES);
      });
    },

    // A tile's own zoom is one less than the map's: it is drawn twice as wide as its kind usually is.
    async fetchTile(canvas, tries) {
      const { x, y, z } = canvas.coords;
      const url = L.Util.template(this.config.url, { x, y, z: z - 1 });
      try {
        const response = await fetch(url, { credentials: "same-origin", signal: canvas.stop.signal });
        if (response.status === 404) return {};
        if (!response.ok) throw new Error(`${response.status} ${url}`);
        return vectorTile(await response.arrayBuffer());
      } catch (problem) {
        if (tries <= 1 || problem.name === "AbortError") throw problem;
        await pause(AGAIN_MS * 2 ** (TRIES - tries));
        return this.fetchTile(canvas, tries - 1);
      }
    },

    failed() {
      const state = states.get(this._map);
      if (!state) return;
      state.failed.set("tiles", () => { report(state); this.redraw(); });
      report(state);
    },

    // Between two zooms a tile is drawn smaller or larger than it was made; it stays as sharp.
    paintTile(canvas) {
      const zoom = this._map.getZoom();
      const scale = this._map.getZoomScale(zoom, canvas.coords.z);
      const side = Math.round(SIZE * scale * Math.min(devicePixelRatio || 1, 3));
      if (canvas.width !== side) canvas.width = canvas.height = side;
      canvas.clientPixels = SIZE * scale;
      canvas.painted = zoom;
      paint(canvas, canvas.data, { style: this.config.style, palette: this.palette, zoom, overlay: this.config.overlay });
    },

    repaint({ type }) {
      for (const { el, current } of Object.values(this._tiles || {})) {
        if (el.data && current && (type === "theme" || el.painted !== this._map.getZoom())) this.paintTile(el);
      }
      this.fire("repaint");
    },

    // The names that the tiles on show offer, where they belong in the map's layers.
    offers(take) {
      const map = this._map;
      const origin = map.getPixelOrigin();
      for (const { el, current } of Object.values(this._tiles)) {
        if (!current || !el.data || !el.data.names) continue;
        const { x, y, z } = el.coords;
        const scale = map.getZoomScale(map.getZoom(), z);
        const place = ([east, south]) => [
          (x * SIZE + (east * SIZE) / TILE_UNITS) * scale - origin.x,
          (y * SIZE + (south * SIZE) / TILE_UNITS) * scale - origin.y,
        ];
        for (const offer of el.data.names) take({ ...offer, points: offer.points.map(place) });
      }
    },
  });

  // The map says that it loads while tiles that are in view are on their way.
  function told(map, layer) {
    const state = states.get(map);
    let waits = false;
    const set = (now) => {
      if (waits === now) return;
      waits = now;
      state.loading += now ? 1 : -1;
      report(state);
    };
    layer.on("pending", () => set(layer.pending > 0));
  }

  function basemap(map, config) {
    const layer = new BaseMap(config);
    told(map, layer);
    layer.addTo(map);
    locatorMap.lettering(map, layer);
    states.get(map).basemap = layer;
    return layer;
  }

  Object.assign(locatorMap, { basemap });
})();
