/* Open popups of text, take the focus into them and give it back. */
(() => {
  "use strict";

  const { states, set, make } = locatorMap;

  function popups(map, state) {
    map.getContainer().addEventListener("keydown", (event) => {
      if (event.key === "Escape" && state.popup && map.hasLayer(state.popup)) {
        map.closePopup(state.popup);
        event.stopPropagation();
      }
    });
    map.on("popupclose", () => giveFocusBack(map, state));
  }

  function popup(map, latlng, content, opener, label) {
    const state = states.get(map);
    if (state.popup) {
      state.opener = null;
      map.closePopup(state.popup);
    }
    state.popup = L.popup({
      maxWidth: 280, minWidth: 160, autoPanPaddingTopLeft: [24, 24], autoPanPaddingBottomRight: [24, 72], className: "map-popup-frame",
      closeOnEscapeKey: false, offset: opener && opener.getElement ? [0, -6] : [0, 2],
    });
    state.popup.setLatLng(latlng).setContent(content).openOn(map);
    const node = state.popup.getElement();
    const close = node.querySelector(".leaflet-popup-close-button");
    if (close) set(close, { "aria-label": state.labels.close });
    set(node, { role: "dialog", "aria-label": label });
    state.opener = opener;
    const target = content.querySelector("a") || close;
    if (target) target.focus({ preventScroll: true });
  }

  function giveFocusBack(map, state) {
    const inside = state.popup && state.popup.getElement() && state.popup.getElement().contains(document.activeElement);
    if (!inside && document.activeElement !== document.body) return;
    const { opener } = state;
    const icon = opener && (opener.getElement ? opener.getElement() : opener);
    (icon || map.getContainer()).focus({ preventScroll: true });
  }

  // `kind` is what stands below the name: the sign and the name of a layer.
  function describe(properties, { url, kind } = {}) {
    const content = make("div", { class: "map-popup" });
    const name = properties.name || "";
    content.append(make("p", { class: "map-popup-name" }, url ? make("a", { href: url }, name) : name));
    if (kind) content.append(make("p", { class: "map-popup-layer" }, ...kind));
    for (const line of properties.lines || []) content.append(make("p", {}, String(line)));
    return content;
  }

  Object.assign(locatorMap, { popups, popup, describe });
})();
