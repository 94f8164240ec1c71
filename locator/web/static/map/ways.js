/* Link from a popup to what shows the way: the same as locator/web/words/routes.py gives the lists. */
(() => {
  "use strict";

  const { make } = locatorMap;

  function ways({ labels, config }, [lon, lat]) {
    const written = ([x, y]) => `${y.toFixed(5)},${x.toFixed(5)}`;
    const to = written([lon, lat]);
    const from = config.start ? written(config.start) : "";
    const query = (values) => String(new URLSearchParams(values));
    const osm = { engine: "fossgis_osrm_foot", route: `${from};${to}` };
    const google = { api: "1", destination: to, travelmode: "walking", ...(from && { origin: from }) };
    const apple = { daddr: to, dirflg: "w", ...(from && { saddr: from }) };
    const links = [
      ["OpenStreetMap", `https://www.openstreetmap.org/directions?${query(osm)}`],
      ["Google Maps", `https://www.google.com/maps/dir/?${query(google)}`],
      ["Apple Maps", `https://maps.apple.com/?${query(apple)}`],
      [labels.another_app, `geo:${to}?q=${to}`],
    ].map(([name, href]) => make("a", { href, rel: "noreferrer noopener" }, name));
    return make("p", { class: "map-popup-ways" }, labels.route,
      ...links.flatMap((link, i) => [i ? " · " : " ", link]));
  }

  Object.assign(locatorMap, { ways });
})();
