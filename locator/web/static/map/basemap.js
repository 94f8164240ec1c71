/* Draw the base map: our own vector tiles, painted on canvas as sharp as the screen. */
(() => {
  "use strict";

  const { states, studio, show, report, fetchTile } = locatorMap;
  const SIZE = 512;
  const MOST_SIDE = 4096;  // of a picture that is drawn larger than its kind usually is
  const dark = matchMedia("(prefers-color-scheme: dark)");

  // Colours live in the style sheet, each with its dark twin.
  function colours(container, names) {
    const style = getComputedStyle(container);
    return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--map-${name}`).trim()]));
  }

  const BaseMap = L.GridLayer.extend({
    initialize(config) {
      const [west, south, east, north] = config.bounds;
      L.GridLayer.prototype.initialize.call(this, {
        tileSize: SIZE, minZoom: config.minZoom, maxZoom: config.maxZoom, keepBuffer: 1,
        maxNativeZoom: config.maxNativeZoom,
        bounds: [[south, west], [north, east]], className: "map-tiles",
      });
      this.config = config;
      this.pending = 0;
      this.made = 0;
      this.draw = studio(config);
    },

    onAdd(map) {
      this.palette = colours(map.getContainer(), this.config.colours);
      L.GridLayer.prototype.onAdd.call(this, map);
      this.on("tileunload", ({ tile }) => {
        tile.stop.abort();
        this.forget(tile);
      });
      map.on("zoomend", this.repaint, this);
      dark.addEventListener("change", () => {
        this.palette = colours(map.getContainer(), this.config.colours);
        this.repaint({ type: "theme" });
      });
    },

    createTile(coords, done) {
      const canvas = document.createElement("canvas");
      this.made += 1;
      Object.assign(canvas, { coords, key: this.made, stop: new AbortController(), read: false, painted: null });
      this.wait(1);
      this.getTile(canvas).then(() => {
        canvas.read = true;
        return this.paintTile(canvas);
      }).then(() => done(null, canvas)).catch((problem) => {
        if (canvas.stop.signal.aborted) this.forget(canvas);
        else this.failed();
        done(problem, canvas);
      }).finally(() => this.wait(-1));
      return canvas;
    },

    forget({ key }) {
      this.draw("forget", { key }).catch(() => {});
    },

    // Leaflet's own "load" does not come when a view is replaced by one that needs no new tile.
    wait(more) {
      this.pending += more;
      this.fire("pending");
    },

    // A tile's own zoom is one less than the map's: it is drawn twice as wide as its kind usually is.
    getTile({ coords: { x, y, z }, key, stop }) {
      const { url, carried } = this.config;
      const read = (buffer) => this.draw("read", { key, buffer });
      if (carried) return locatorMap.unpacked(carried[`${z - 1}/${x}/${y}`]).then(read);
      return fetchTile(L.Util.template(url, { x, y, z: z - 1 }), stop.signal, read);
    },

    failed() {
      const state = states.get(this._map);
      if (!state) return;
      state.failed.set("tiles", () => { report(state); this.redraw(); });
      report(state);
    },

    // Between two zooms a tile is drawn smaller or larger than it was made; it stays as sharp.
    async paintTile(canvas) {
      const zoom = this._map.getZoom();
      const clientPixels = SIZE * this._map.getZoomScale(zoom, canvas.coords.z);
      const side = Math.min(MOST_SIDE, Math.round(clientPixels * Math.min(devicePixelRatio || 1, 3)));
      const { palette } = this;
      canvas.painted = zoom;
      const { picture } = await this.draw("paint", { key: canvas.key, side, clientPixels, zoom, palette });
      // Meanwhile the view or the colours may have changed again.
      if (canvas.painted === zoom && palette === this.palette) show(canvas, picture);
    },

    repaint({ type }) {
      for (const { el, current } of Object.values(this._tiles || {})) {
        if (!el.read || !current || (type !== "theme" && el.painted === this._map.getZoom())) continue;
        this.wait(1);
        this.paintTile(el).catch(() => {}).finally(() => this.wait(-1));
      }
      this.fire("repaint");
    },

    // The tiles on show: where in the map's layers each begins, and how many pixels its side takes.
    onShow() {
      const map = this._map;
      const origin = map.getPixelOrigin();
      return Object.values(this._tiles).filter(({ el, current }) => current && el.read).map(({ el: { key, coords } }) => {
        const side = SIZE * map.getZoomScale(map.getZoom(), coords.z);
        return { key, coords, left: coords.x * side - origin.x, top: coords.y * side - origin.y, side };
      });
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
    locatorMap.names(map, layer);
    states.get(map).basemap = layer;
    return layer;
  }

  Object.assign(locatorMap, { basemap });
})();
