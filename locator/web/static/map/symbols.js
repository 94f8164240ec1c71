/* Draw the sign of a layer: a shape and a glyph, so that colour never stands alone. */
(() => {
  "use strict";

  const { make, draw } = locatorMap;

  function picture(symbol, { mark, hollow, dashed, maybe } = {}, size = 32) {
    const text = mark || symbol.glyph;
    const pale = hollow || maybe;
    return draw("svg", {
      class: `map-sign${pale ? " is-hollow" : ""}${maybe ? " is-maybe" : ""}`,
      viewBox: "-2 -2 36 36", width: size, height: size, "aria-hidden": "true",
    },
      dashed ? ring(symbol) : "",
      draw("path", { class: "map-sign-edge", d: symbol.path }),
      draw("path", { class: "map-sign-body", d: symbol.path, fill: pale ? "#ffffff" : symbol.colour, stroke: symbol.colour }),
      draw("text", {
        x: 16, y: symbol.glyphY, "text-anchor": "middle", "dominant-baseline": "central",
        "font-size": text.length < 2 ? 15 : text.length < 3 ? 12.5 : 10, "font-weight": 700,
        fill: pale ? "#16181d" : symbol.ink,
      }, text));
  }

  // The style sheet makes its colour lighter where the land is dark.
  function ring({ path, colour }) {
    const about = draw("path", { class: "map-sign-about", d: path });
    about.style.setProperty("--sign", colour);
    return about;
  }

  const FeatureIcon = L.DivIcon.extend({
    options: { className: "map-marker", iconSize: [32, 32] },
    createIcon() {
      const node = make("div", { "aria-label": this.options.label });
      node.append(picture(this.options.symbol, this.options.look, this.options.iconSize[0]));
      this._setIconStyles(node, "icon");
      if (this.options.lit()) node.classList.add("is-lit");
      return node;
    },
  });

  Object.assign(locatorMap, { picture, FeatureIcon });
})();
