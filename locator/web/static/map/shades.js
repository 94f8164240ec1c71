/* Tell the shades of areas: classes of a value, the pattern of gaps, and their legend. */
(() => {
  "use strict";

  const { states, set, make, draw, number, slot } = locatorMap;
  // Which of the seven shades are used for so many classes, evenly apart in lightness.
  const STEPS = {
    sequential: { 1: [3], 2: [1, 4], 3: [0, 3, 5], 4: [0, 2, 3, 5], 5: [0, 2, 3, 4, 5], 6: [0, 1, 2, 3, 4, 5], 7: [0, 1, 2, 3, 4, 5, 6] },
    diverging: { 1: [3], 2: [1, 5], 3: [1, 3, 5], 4: [0, 1, 5, 6], 5: [0, 1, 3, 5, 6], 6: [0, 1, 2, 4, 5, 6], 7: [0, 1, 2, 3, 4, 5, 6] },
  };

  function shades(map, config) {
    const { labels } = states.get(map);
    const place = slot(states.get(map));
    const steps = STEPS[config.scale][config.classLabels.length];

    function classOf({ properties }) {
      const value = properties[config.value];
      if (value === null || value === undefined) return "none";
      const found = config.breaks.findIndex((upper) => value < upper);
      return found < 0 ? config.breaks.length : found;
    }

    const shade = (index) =>
      (index === "none" ? "map-area is-none" : `map-area is-${config.scale} step-${steps[index]}`);

    function item(className, text, many) {
      return make("li", {},
        draw("svg", { width: 28, height: 18, viewBox: "0 0 28 18", "aria-hidden": "true" },
          draw("rect", { class: className, x: 1, y: 1, width: 26, height: 16, rx: 3 })),
        make("span", {}, text), make("span", { class: "map-legend-count" }, number(many)));
    }

    function explain({ features }) {
      const areas = features.filter((feature) => feature.properties.kind === "area");
      const tally = (index) => areas.filter((area) => classOf(area) === index).length;
      const list = make("ul", { class: "map-scale" });
      config.classLabels.forEach((text, index) => list.append(item(shade(index), text, tally(index))));
      if (tally("none")) list.append(item(shade("none"), labels.no_data, tally("none")));
      if (config.gapLabel) {
        const gap = item("map-gap", config.gapLabel, features.length - areas.length);
        hatch(map, gap.querySelector("rect"));
        list.append(gap);
      }
      place.replaceChildren(make("div", { class: "map-legend" },
        make("p", { class: "map-legend-title" }, config.title), list));
    }

    return { classOf: (feature) => shade(classOf(feature)), explain };
  }

  // Gaps are told by a pattern, not by colour; the pattern lives in the map's container.
  function hatch(map, node) {
    const id = `${map.getContainer().id}-hatch`;
    if (!document.getElementById(id)) {
      map.getContainer().append(draw("svg", { class: "map-defs", width: 0, height: 0, "aria-hidden": "true" },
        draw("defs", {}, draw("pattern", { id, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
          draw("rect", { class: "map-hatch-ground", width: 7, height: 7 }),
          draw("path", { class: "map-hatch-line", d: "M3.5 0v7" })))));
    }
    set(node, { fill: `url(#${id})`, "fill-opacity": 1 });
  }

  Object.assign(locatorMap, { shades, hatch });
})();
