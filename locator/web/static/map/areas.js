/* Draw areas in shades, outline gaps with a pattern, and show one that the page asks for. */
(() => {
  "use strict";

  const { states, calm, make, load, inSlices, popup, describe, fromHere, goThere, shades, hatch } = locatorMap;

  function areas(map, config) {
    const state = states.get(map);
    const { classOf, explain } = shades(map, config);
    let drawn = [];
    map.getContainer().classList.add("has-areas");
    map.createPane("shade").classList.add("map-shade-pane");
    const marks = map.createPane("marks");
    marks.classList.add("map-marks");
    marks.setAttribute("aria-hidden", "true");

    load(map, config.url, (data) => inSlices(drawing(data)));

    function* drawing(data) {
      const gaps = part(data, "gap", () => ({ className: "map-gap" }));
      drawn = [part(data, "area", (feature) => ({ className: classOf(feature) })), gaps];
      for (const group of drawn) {
        for (const layer of group.getLayers()) {
          layer.addTo(map);
          if (group === gaps) hatch(map, layer.getElement());
          yield;
        }
      }
      for (const layer of gaps.getLayers()) {
        mark(layer);
        yield;
      }
      explain(data);
    }

    function part(data, kind, style) {
      return L.geoJSON(data, {
        pane: "shade",
        filter: (feature) => feature.geometry && feature.properties.kind === kind,
        style,
        onEachFeature: (feature, layer) => layer.on("click", (event) => {
          if (state.config.atOnce) {
            goThere(state, event.latlng);
            return;
          }
          const said = describe(feature.properties, { url: feature.properties.url });
          // Areas cover the whole city: what a click on the map offers is offered here, too.
          if (state.config.nearestUrl) said.append(fromHere(state, event.latlng));
          popup(map, event.latlng, said, null, feature.properties.name);
          L.DomEvent.stop(event);
        }),
      });
    }

    // The gaps' numbers, as in the table beside the map.
    function mark(layer) {
      const { mark: text } = layer.feature.properties;
      if (!text) return;
      L.marker(layer.getBounds().getCenter(), {
        pane: "marks", interactive: false, keyboard: false,
        icon: L.divIcon({ html: make("span", { class: "map-gap-mark" }, text), className: "map-name", iconSize: [0, 0] }),
      }).addTo(map);
    }

    document.addEventListener("click", (event) => {
      const opener = event.target.closest("[data-map-area]");
      const layer = opener && drawn.flatMap((group) => group.getLayers())
        .find((one) => String(one.feature.id) === opener.dataset.mapArea);
      if (!layer) return;
      event.preventDefault();
      state.moved = true;
      map.getContainer().scrollIntoView({ block: "center", behavior: calm.matches ? "auto" : "smooth" });
      map.fitBounds(layer.getBounds().pad(0.5), { maxZoom: 15, animate: false });
      const { properties } = layer.feature;
      popup(map, layer.getBounds().getCenter(), describe(properties), opener, properties.name);
    });
  }

  Object.assign(locatorMap, { areas });
})();
