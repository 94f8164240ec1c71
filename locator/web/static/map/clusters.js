/* Gather markers that stand close into clusters, drawn as a ring of the layers' shares. */
(() => {
  "use strict";

  const { states, calm, make, draw, fill, number } = locatorMap;

  function clusters(map, symbols) {
    const state = states.get(map);
    return L.markerClusterGroup({
      chunkedLoading: true, chunkInterval: 10, chunkDelay: 0, showCoverageOnHover: false,
      animate: !calm.matches, animateAddingMarkers: false, removeOutsideVisibleBounds: true,
      maxClusterRadius: (zoom) => (zoom < 11 ? 46 : zoom < 13 ? 60 : zoom < 15 ? 50 : zoom < 17 ? 34 : 18),
      spiderLegPolylineOptions: { className: "map-spider", weight: 1.5 },
      iconCreateFunction: (cluster) => iconOf(cluster, symbols, state.labels),
    }).on("clusterkeypress", (event) => {
      if (event.originalEvent.key !== "Enter") return;
      const cluster = event.layer;
      map.getContainer().focus({ preventScroll: true });
      if (map.getZoom() < map.getMaxZoom() && !inOnePlace(cluster)) {
        cluster.zoomToBounds({ padding: [24, 24] });
        return;
      }
      event.target.once("spiderfied", ({ markers }) => markers[0].getElement().focus({ preventScroll: true }));
      cluster.spiderfy();
    }).on("clusterclick", () => { state.moved = true; });
  }

  const inOnePlace = (cluster) =>
    new Set(cluster.getAllChildMarkers().map((marker) => String(marker.getLatLng()))).size === 1;

  function iconOf(cluster, symbols, labels) {
    const tally = new Map();
    const children = cluster.getAllChildMarkers();
    for (const child of children) {
      const id = child.feature.properties.layer;
      tally.set(id, (tally.get(id) || 0) + 1);
    }
    const parts = [...symbols.values()].filter((symbol) => tally.has(symbol.id))
      .map((symbol) => [symbol.colour, tally.get(symbol.id) / children.length]);
    return new ClusterIcon({
      parts, count: children.length, label: fill(labels.cluster, { count: number(children.length) }),
    });
  }

  const ClusterIcon = L.DivIcon.extend({
    options: { className: "map-cluster", iconSize: [44, 44] },
    createIcon() {
      const { parts, count, label } = this.options;
      const size = count < 10 ? 38 : count < 100 ? 44 : count < 1000 ? 50 : 56;
      this.options.iconSize = [size, size];
      const node = make("div", { "aria-label": label });
      node.append(ring(parts, count));
      this._setIconStyles(node, "icon");
      return node;
    },
  });

  // A ring whose arcs are the shares of the layers; the count stands in the middle as text.
  function ring(parts, count) {
    const around = 2 * Math.PI * 17;
    const drawn = draw("svg", { viewBox: "0 0 40 40", width: "100%", height: "100%", "aria-hidden": "true" },
      draw("circle", { class: "map-cluster-ground", cx: 20, cy: 20, r: 19.4 }));
    let start = 0;
    for (const [colour, share] of parts) {
      const length = Math.max(0.5, share * around - (parts.length > 1 ? 1 : 0));
      drawn.append(draw("circle", {
        cx: 20, cy: 20, r: 17, fill: "none", stroke: colour, "stroke-width": 4,
        "stroke-dasharray": `${length.toFixed(2)} ${(around - length).toFixed(2)}`,
        "stroke-dashoffset": (-start * around).toFixed(2), transform: "rotate(-90 20 20)",
      }));
      start += share;
    }
    drawn.append(draw("text", {
      class: "map-cluster-count", x: 20, y: 20.5, "text-anchor": "middle", "dominant-baseline": "central",
      "font-size": count < 1000 ? 13 : 10.5,
    }, number(count)));
    return drawn;
  }

  Object.assign(locatorMap, { clusters });
})();
