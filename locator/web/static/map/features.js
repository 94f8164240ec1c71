/* Draw facilities as markers that open popups. */
(() => {
  "use strict";

  const { states, load, inSlices, tell, popup, describe, fitTo, shownLayers, picture, FeatureIcon } = locatorMap;
  const MANY = 500;

  function features(map, config) {
    const state = states.get(map);
    const byId = new Map();
    const byLayer = new Map();
    const symbols = new Map(config.symbols.map((symbol) => [symbol.id, { ...symbol }]));
    const hidden = new Set(config.hidden || []);
    for (const [id, symbol] of symbols) {
      symbol.shown = state.remembered.layers ? state.remembered.layers.has(id) : !hidden.has(id);
      state.symbols.set(id, symbol);
      byLayer.set(id, []);
    }
    const layer = { map, config, byId, byLayer, symbols, take, show, iconOf, said, group: null, lit: null };
    const legend = config.legend ? locatorMap.legend(layer) : null;

    async function begin(data) {
      layer.group = groupFor(data.features.length).on("click keypress", open);
      map.addLayer(layer.group);
      if (legend) legend.explain(data);
      await take(data.features);
      const markers = [...byId.values()];
      if (config.fit) fitTo(map, L.latLngBounds(markers.map((marker) => marker.getLatLng())));
      if (config.spread) locatorMap.spreading(map, markers);
      else if (config.crowded && !layer.group.refreshClusters) locatorMap.crowding(map, markers, config);
    }

    function groupFor(count) {
      const clustered = !config.refreshS && config.clusterAbove !== undefined && count > config.clusterAbove;
      return clustered ? locatorMap.clusters(map, symbols) : L.featureGroup();
    }

    // Take in what is new; what is known stays as it is.
    async function take(all) {
      await inSlices(adding(all));
      if (legend) legend.count();
    }

    function* adding(all) {
      const clustered = [];
      for (const feature of all) {
        const { layer: of } = feature.properties;
        if (!feature.geometry || !symbols.has(of) || byId.has(String(feature.id))) continue;
        const marker = markerOf(feature);
        byId.set(String(feature.id), marker);
        byLayer.get(of).push(marker);
        // Clusters take many at once, in slices of their own.
        if (layer.group.addLayers) clustered.push(marker);
        else if (symbols.get(of).shown) layer.group.addLayer(marker);
        yield;
      }
      if (clustered.length) add(clustered.filter(({ feature }) => symbols.get(feature.properties.layer).shown));
    }

    function markerOf(feature) {
      const [lon, lat] = feature.geometry.coordinates;
      const marker = L.marker([lat, lon], { riseOnHover: true });
      marker.feature = feature;
      return marker.setIcon(iconOf(marker));
    }

    function iconOf(marker) {
      const { properties, id } = marker.feature;
      const symbol = symbols.get(properties.layer);
      return new FeatureIcon({
        symbol, look: properties, className: config.small ? "map-marker is-small" : "map-marker",
        lit: () => layer.lit === String(id),
        label: [properties.mark, properties.name, symbol.name].filter(Boolean).join(", "),
      });
    }

    function open(event) {
      if (event.type === "keypress" && event.originalEvent.key !== "Enter") return;
      const marker = event.layer || event.propagatedFrom;
      if (!marker || !marker.feature) return;
      popup(map, marker.getLatLng(), said(marker.feature), marker, marker.feature.properties.name);
    }

    function said({ properties, geometry, id }) {
      const symbol = symbols.get(properties.layer);
      const url = properties.url
        || (config.facilityUrl ? config.facilityUrl.replace("__id__", encodeURIComponent(id)) : null);
      const content = describe(properties, { url, kind: [picture(symbol, {}, 18), symbol.name] });
      // What moves will not be there any more.
      if (!properties.moves && !config.refreshS) content.append(locatorMap.ways(state, geometry.coordinates));
      return content;
    }

    function add(markers) {
      if (layer.group.addLayers) layer.group.addLayers(markers);
      else markers.forEach((marker) => layer.group.addLayer(marker));
    }

    // Out of clusters one by one is slow for thousands: then all go and the rest come back.
    function remove(markers) {
      if (layer.group.removeLayers && markers.length > MANY) {
        layer.group.clearLayers();
        add([...byLayer].flatMap(([id, list]) => (symbols.get(id).shown ? list : [])));
      } else if (layer.group.removeLayers) layer.group.removeLayers(markers);
      else markers.forEach((marker) => layer.group.removeLayer(marker));
    }

    function show(id, on) {
      const symbol = symbols.get(id);
      if (symbol.shown === on) return;
      symbol.shown = on;
      if (layer.group) {
        if (on) add(byLayer.get(id));
        else remove(byLayer.get(id));
      }
      state.moved = true;
      tell(map, "filter", { layers: shownLayers(state) });
    }

    if (config.listed) locatorMap.lighting(layer);
    load(map, config.data || config.url, begin);
    if (config.refreshS) locatorMap.follow(layer);
    return layer;
  }

  Object.assign(locatorMap, { features });
})();
