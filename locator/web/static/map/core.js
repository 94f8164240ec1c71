/* Hold what every part of a map needs: elements, words, the state of each map, and what it loads.

   The maps are drawn on Leaflet: our own data, no framework, nothing from another host. Each part
   does one act and adds it to `locatorMap`; locator/web/map/parts.py says which part needs which.
   Folium's elements (locator/web/map/elements.py) call stage, background, features, areas, lines and
   origin. Whatever people wrote is set as text, never as markup.

   For pages: `locatorMap.of(container)` gives a map and its state;
   `data-map-feature="<id>"` on an element of a list lights up a sign, `data-map-area="<id>"` shows
   an area; `locator:pick` (a click on the map; prevent it to take it over) and `locator:filter`
   (other layers are shown) are events of the container. */
(() => {
  "use strict";

  const { pause } = locatorMap;
  const SVG = "http://www.w3.org/2000/svg";
  const states = new Map();
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  function set(node, attributes) {
    for (const [name, value] of Object.entries(attributes)) {
      if (value === true) node.setAttribute(name, "");
      else if (value !== null && value !== undefined && value !== false) {
        node.setAttribute(name, String(value));
      }
    }
  }

  function filled(node, attributes, children) {
    set(node, attributes);
    node.append(...children);
    return node;
  }

  const make = (tag, attributes = {}, ...children) =>
    filled(document.createElement(tag), attributes, children);

  const draw = (tag, attributes = {}, ...children) =>
    filled(document.createElementNS(SVG, tag), attributes, children);

  const fill = (text, values) =>
    text.replace(/\{(\w+)\}/g, (all, name) => (name in values ? values[name] : all));

  // Made once, and only for numbers that are written otherwise in another language: a phone takes
  // a tenth of a second over it.
  let numbers = null;
  function number(value) {
    if (Number.isInteger(value) && Math.abs(value) < 1000) return String(value);
    numbers = numbers || new Intl.NumberFormat(document.documentElement.lang || "pl");
    return numbers.format(value);
  }

  const tell = (map, name, detail) =>
    map.getContainer().dispatchEvent(
      new CustomEvent(`locator:${name}`, { bubbles: true, cancelable: true, detail }),
    );

  async function fetchJson(url) {
    const response = await fetch(url, {
      headers: { Accept: "application/geo+json, application/json" },
      credentials: "same-origin",
    });
    if (!response.ok) throw new Error(`${response.status} ${url}`);
    return response.json();
  }

  // What fails is said on the map, with a button that tries again.
  // A source is an address, or what the page brought along.
  async function load(map, source, show) {
    const state = states.get(map);
    state.loading += 1;
    report(state);
    try {
      const data = await (typeof source === "string" ? fetchJson(source) : source);
      await map.begun;
      await pause(0);
      state.failed.delete(source);
      await show(data);
    } catch (error) {
      state.failed.set(source, () => load(map, source, show));
    } finally {
      state.loading -= 1;
      report(state);
    }
  }

  function report({ status, labels, loading, failed }) {
    status.replaceChildren();
    status.classList.toggle("is-loading", loading > 0);
    status.classList.toggle("is-failed", failed.size > 0 && loading === 0);
    if (loading > 0) status.append(labels.loading);
    else if (failed.size > 0) {
      const again = make("button", { type: "button", class: "map-button" }, labels.retry);
      again.addEventListener("click", () => {
        const retries = [...failed.values()];
        failed.clear();
        retries.forEach((retry) => retry());
      });
      status.append(labels.failed, " ", again);
    }
  }

  const shownLayers = ({ symbols }) =>
    [...symbols.values()].filter((symbol) => symbol.shown).map((symbol) => symbol.id);

  const of = (container) => {
    for (const [map, state] of states) if (map.getContainer() === container) return { map, ...state };
    return null;
  };

  Object.assign(locatorMap, { states, calm, set, make, draw, fill, number, tell, fetchJson, load, report, shownLayers, of });
})();
