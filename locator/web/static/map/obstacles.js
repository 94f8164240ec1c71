/* Say where on a map no name may be written: under signs, the start, walks, buttons and the scale. */
(() => {
  "use strict";

  const SMALL_SIGN_PX = 10;
  // Groups of signs and marks of areas do not say how large they are.
  const OTHER_PX = 36;
  const CONTROL_PX = 4;

  // Boxes and lines, from a corner of the map's layers on, which lies so far outside of what is seen.
  function obstacles(map, corner, pad) {
    const boxes = [];
    const walks = [];
    signs(map, corner, boxes, walks);
    controls(map, pad, boxes);
    return { boxes, walks };
  }

  // Nothing is written under a sign, under the pin of the start, or over a walk.
  function signs(map, corner, boxes, walks) {
    const place = (latLng) => map.latLngToLayerPoint(latLng).subtract(corner);
    map.eachLayer((other) => {
      if (other instanceof L.Marker && other.getElement()) {
        const { x, y } = place(other.getLatLng());
        const { iconSize, iconAnchor } = other.options.icon.options;
        const small = other.getElement().classList.contains("is-small") && SMALL_SIGN_PX;
        const plain = small || ((!iconSize || !iconSize[0]) && OTHER_PX);
        const size = plain ? L.point(plain, plain) : L.point(iconSize);
        const tip = iconAnchor ? L.point(iconAnchor) : size.divideBy(2);
        boxes.push([x - tip.x, y - tip.y, x - tip.x + size.x, y - tip.y + size.y]);
      } else if (other instanceof L.Polyline && (other.options.className || "").startsWith("map-line ")) {
        const lines = other.getLatLngs();
        for (const line of L.LineUtil.isFlat(lines) ? [lines] : lines) {
          walks.push(line.map(place).map(({ x, y }) => [x, y]));
        }
      }
    });
  }

  // Nor under the buttons and the scale, which stand on the map.
  function controls(map, pad, boxes) {
    const frame = map.getContainer().getBoundingClientRect();
    const [x, y] = [pad.x - frame.left, pad.y - frame.top];
    for (const control of map.getContainer().querySelectorAll(".leaflet-control")) {
      const { left, top, right, bottom, width } = control.getBoundingClientRect();
      if (width) boxes.push([left + x - CONTROL_PX, top + y - CONTROL_PX, right + x + CONTROL_PX, bottom + y + CONTROL_PX]);
    }
  }

  Object.assign(locatorMap, { obstacles });
})();
