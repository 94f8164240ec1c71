/* Fetch what moves again and again; markers glide to where they are now, popups say what is new. */
(() => {
  "use strict";

  const { states, calm, fetchJson, reword } = locatorMap;
  const GLIDE_MS = 1200;

  function follow(layer) {
    setInterval(async () => {
      if (document.visibilityState !== "visible" || !layer.group) return;
      try {
        place(layer, await fetchJson(layer.config.url));
      } catch (error) {
        // What is drawn stays; the next time may succeed.
      }
    }, layer.config.refreshS * 1000);
  }

  function place(layer, data) {
    const here = new Set();
    for (const feature of data.features) {
      if (!feature.geometry) continue;
      here.add(String(feature.id));
      const known = layer.byId.get(String(feature.id));
      if (known) update(layer, known, feature);
    }
    for (const [id, marker] of layer.byId) if (!here.has(id)) drop(layer, id, marker);
    layer.take(data.features);
  }

  function update(layer, marker, feature) {
    const changed = JSON.stringify(marker.feature.properties) !== JSON.stringify(feature.properties);
    marker.feature = feature;
    if (changed) marker.setIcon(layer.iconOf(marker));
    const [lon, lat] = feature.geometry.coordinates;
    const { popup, opener } = states.get(layer.map);
    const open = opener === marker && layer.map.hasLayer(popup) ? popup : null;
    if (open && changed) reword(open, layer.said(feature), feature.properties.name);
    glide(marker, L.latLng(lat, lon), open);
  }

  function drop({ byId, byLayer, group }, id, marker) {
    byId.delete(id);
    const list = byLayer.get(marker.feature.properties.layer);
    list.splice(list.indexOf(marker), 1);
    group.removeLayer(marker);
  }

  // An open popup goes along with its marker.
  function glide(marker, to, popup) {
    const from = marker.getLatLng();
    if (from.equals(to)) return;
    const set = (place) => [marker, popup].forEach((one) => one && one.setLatLng(place));
    cancelAnimationFrame(marker.movement);
    if (calm.matches) {
      set(to);
      return;
    }
    const begun = performance.now();
    const step = (now) => {
      const share = Math.min(1, (now - begun) / GLIDE_MS);
      const eased = share * share * (3 - 2 * share);
      set([from.lat + (to.lat - from.lat) * eased, from.lng + (to.lng - from.lng) * eased]);
      if (share < 1) marker.movement = requestAnimationFrame(step);
    };
    marker.movement = requestAnimationFrame(step);
  }

  Object.assign(locatorMap, { follow });
})();
