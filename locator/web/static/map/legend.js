/* Explain the signs of a map below it, and filter by layer. */
(() => {
  "use strict";

  const { states, make, fill, number, picture, slot } = locatorMap;

  function legend(layer) {
    const { labels, explained } = states.get(layer.map);
    const place = slot(states.get(layer.map));
    // What another layer of the map explains is not explained again.
    const symbols = [...layer.symbols.values()].filter(({ id }) => !explained.has(id));
    symbols.forEach(({ id }) => explained.add(id));
    const counters = new Map();
    const boxes = new Map();

    function explain(data) {
      const items = make("div", { class: "map-legend-items" });
      for (const symbol of symbols) items.append(item(symbol));
      const many = symbols.length > 1;
      const whole = make(many ? "fieldset" : "div", { class: "map-legend" });
      if (many) whole.append(make("legend", {}, labels.legend));
      whole.append(items);
      if (many) whole.append(all());
      const said = notes(data);
      if (said.childElementCount) whole.append(said);
      if (symbols.length || said.childElementCount) place.replaceChildren(whole);
    }

    function item(symbol) {
      const counter = make("span", { class: "map-legend-count" });
      counters.set(symbol.id, counter);
      const body = [picture(symbol, {}, 24), make("span", {}, symbol.name), counter];
      if (symbols.length === 1) return make("p", { class: "map-legend-item" }, ...body);
      const box = make("input", { type: "checkbox", name: "map-layer", value: symbol.id });
      box.checked = symbol.shown;
      box.addEventListener("change", () => layer.show(symbol.id, box.checked));
      boxes.set(symbol.id, box);
      return make("label", { class: "map-legend-item" }, box, ...body);
    }

    function all() {
      const tools = make("p", { class: "map-legend-tools" });
      for (const [text, on] of [[labels.show_all, true], [labels.show_none, false]]) {
        const button = make("button", { type: "button", class: "map-button" }, text);
        button.addEventListener("click", () => {
          for (const [id, box] of boxes) {
            box.checked = on;
            layer.show(id, on);
          }
        });
        tools.append(button);
      }
      return tools;
    }

    function notes(data) {
      const list = make("ul", { class: "map-legend-notes" });
      const any = (flag) => data.features.some((feature) => feature.properties[flag]);
      const [sample] = layer.symbols.values();
      if (any("hollow")) list.append(make("li", {}, picture(sample, { hollow: true }, 20), labels.hollow));
      if (any("dashed")) list.append(make("li", {}, picture(sample, { dashed: true }, 20), labels.dashed));
      if (any("maybe")) list.append(make("li", {}, picture(sample, { maybe: true }, 20), labels.maybe));
      if (data.unlocated) list.append(make("li", {}, fill(labels.unlocated, { count: number(data.unlocated) })));
      return list;
    }

    function count() {
      for (const [id, counter] of counters) counter.textContent = number(layer.byLayer.get(id).length);
    }

    return { explain, count };
  }

  Object.assign(locatorMap, { legend });
})();
