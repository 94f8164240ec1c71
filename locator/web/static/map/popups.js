/* Open popups of text, take the focus into them and give it back. */
(() => {
  "use strict";

  const { states, set, make } = locatorMap;
  const NARROW_PX = 480;
  const BUTTONS_PX = 64;
  // What a popup has round its text: close button, padding, the tip below.
  const MARGINS_PX = [62, 62];

  function popups(map, state) {
    map.getContainer().addEventListener("keydown", (event) => {
      if (event.key === "Escape" && state.popup && map.hasLayer(state.popup)) {
        map.closePopup(state.popup);
        event.stopPropagation();
      }
    });
    map.on("popupclose", () => closed(map, state));
  }

  function popup(map, latlng, content, opener, label) {
    const state = states.get(map);
    if (state.popup) {
      state.opener = null;
      map.closePopup(state.popup);
    }
    const room = roomFor(map);
    // A sign that has just taken the focus may still be on its way into the map.
    map.stop();
    state.popup = L.popup({
      className: "map-popup-frame", autoPan: false, closeOnEscapeKey: false,
      minWidth: Math.min(160, room.width), maxWidth: room.width, maxHeight: room.height,
      offset: opener && opener.getElement ? [0, -6] : [0, 2],
    });
    state.popup.setLatLng(latlng).setContent(content).openOn(map);
    const node = state.popup.getElement();
    const close = node.querySelector(".leaflet-popup-close-button");
    set(close, { "aria-label": state.labels.close });
    set(node, { role: "dialog", "aria-label": label });
    state.opener = opener;
    // At the border of the city a popup needs ground that is out of bounds otherwise.
    map.setMaxBounds(null);
    map.getContainer().classList.toggle("is-covered", room.narrow);
    bringIntoView(map, node, room);
    (content.querySelector("a") || close).focus({ preventScroll: true });
  }

  // A popup takes what the map has; on a narrow one it covers the buttons, which are hidden then.
  function roomFor(map) {
    const { x, y } = map.getSize();
    const narrow = x < NARROW_PX;
    const [left, right, top, bottom] = narrow ? [6, 6, 6, 6] : [BUTTONS_PX, 16, 16, 16];
    return {
      narrow, left, right, top, bottom,
      width: Math.min(280, x - left - right - MARGINS_PX[0]), height: y - top - bottom - MARGINS_PX[1],
    };
  }

  function bringIntoView(map, node, { left, right, top, bottom }) {
    const container = map.getContainer();
    // A sign at the edge that takes the focus scrolls the container before Leaflet sets it right.
    container.scrollTo(0, 0);
    const box = node.getBoundingClientRect();
    const frame = container.getBoundingClientRect();
    const across = Math.min(0, box.left - frame.left - left) || Math.max(0, box.right - frame.right + right);
    const down = Math.min(0, box.top - frame.top - top) || Math.max(0, box.bottom - frame.bottom + bottom);
    if (across || down) map.panBy([across, down]);
  }

  function closed(map, state) {
    map.getContainer().classList.remove("is-covered");
    map.setMaxBounds(state.maxBounds);
    giveFocusBack(map, state);
  }

  function giveFocusBack(map, state) {
    const inside = state.popup && state.popup.getElement() && state.popup.getElement().contains(document.activeElement);
    if (!inside && document.activeElement !== document.body) return;
    const { opener } = state;
    const icon = opener && (opener.getElement ? opener.getElement() : opener);
    // A sign among many is no button; see crowding.
    (icon && icon.tabIndex >= 0 ? icon : map.getContainer()).focus({ preventScroll: true });
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

  // New words stand where the old ones stood: what has the focus, a link or the close button, stays.
  function reword(popup, said, label) {
    const [old, fresh] = [popup.getContent(), said].map(({ children }) => [...children]);
    fresh.forEach((line, index) => {
      if (index >= old.length) popup.getContent().append(line);
      else if (!line.matches(".map-popup-layer")) reread(old[index], line);
    });
    old.slice(fresh.length).forEach((line) => line.remove());
    set(popup.getElement(), { "aria-label": label });
  }

  function reread(line, fresh) {
    const [at, by] = [line, fresh].map((one) => one.querySelector("a") || one);
    if (at.textContent !== by.textContent) at.textContent = by.textContent;
    if (at.href && by.href) at.href = by.href;
  }

  Object.assign(locatorMap, { popups, popup, describe, reword });
})();
