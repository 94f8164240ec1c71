// The emergency page without a network: the AEDs that were kept, nearest first as the crow flies.
"use strict";

(() => {
  const OPEN_SHOWN = 5;
  const UNKNOWN_SHOWN = 4;
  const EARTH_M = 6371009;
  const EVERY_MS = 60000;

  const main = document.querySelector("[data-kept]");
  const kept = JSON.parse(main.querySelector("script").textContent);
  const { words } = kept;
  const asked = new URLSearchParams(location.search);
  const language = document.documentElement.lang;

  const clock = (ms) =>
    new Intl.DateTimeFormat(language, {
      timeZone: kept.timezone,
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
    }).format(ms);

  // What holds at a moment, and until when; unknown outside of the days that were kept.
  const hoursAt = (aed, ms) => {
    if (aed.outdoors) return { state: "o", until: Infinity };
    const minute = ms / 60000;
    if (aed.hours === null || minute < kept.begin || minute >= kept.end) return { state: "u" };
    const changes = kept.hours[aed.hours];
    const next = changes.findIndex(([from]) => from > minute);
    const [, state] = changes.at(next < 0 ? -1 : next - 1);
    return { state, until: next < 0 ? Infinity : changes[next][0] * 60000 };
  };

  const seen = (aed, [lat, lon], now) => {
    const north = ((aed.lat - lat) * Math.PI) / 180;
    const east = (((aed.lon - lon) * Math.PI) / 180) * Math.cos((lat * Math.PI) / 180);
    const m = EARTH_M * Math.hypot(north, east);
    const eighth = Math.round(Math.atan2(east, north) / (Math.PI / 4) + 8) % 8;
    const hours = hoursAt(aed, now);
    // The way is longer than the straight line: it has to be open for twice the time of that.
    const there = now + ((2 * m) / kept.pace_m_s) * 1000;
    if (hours.state === "o" && hours.until <= there) hours.state = hoursAt(aed, there).state === "u" ? "u" : "c";
    const soon = hours.until <= there + kept.closing_soon_s * 1000;
    const rank = m * (aed.asked_for || soon ? kept.less_sure : 1);
    return { aed, m, rank, direction: m < 15 ? "" : kept.directions[eighth], ...hours };
  };

  const make = (tag, className, ...inside) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...inside);
    return element;
  };

  const metres = (m) =>
    m < 995
      ? words.m.replace("{n}", Math.max(1, Math.round(m / 10)) * 10)
      : words.km.replace("{n}", (m / 1000).toLocaleString(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 }));

  const hoursChip = ({ aed, state, until }) => {
    if (state === "u") return ["unknown", aed.unknown];
    if (aed.outdoors) return ["good", words.outdoors];
    return ["good", until === Infinity ? words.always : words.until.replace("{time}", clock(until))];
  };

  const item = (one) => {
    const { aed, m, state, direction } = one;
    const chips = [hoursChip(one), aed.access];
    if (state === "u" && aed.because) chips.unshift([aed.likely ? "plain" : "attention", aed.because]);
    const way = make("a", "", words.way);
    way.href = `geo:${aed.lat},${aed.lon}?q=${aed.lat},${aed.lon}`;
    const calls = (aed.phones || []).map(([shown, dial]) => {
      const call = make("a", "nowrap", shown);
      call.href = `tel:${dial}`;
      return call;
    });
    const links = [way, ...calls].flatMap((link, i) => (i ? [" · ", link] : [link]));
    const name = make("h3", "", aed.name);
    name.lang = kept.language;
    const note = make("span", "", aed.note ? ` · ${aed.note}` : "");
    note.lang = kept.language;
    return make(
      "li",
      "result aed-option",
      make("p", "walk", make("b", "", metres(m)), " ", make("span", "", direction)),
      make(
        "div",
        "result-body",
        name,
        make("p", "", aed.where || "", note),
        make("ul", "chips", ...chips.map(([kind, label]) => make("li", `chip chip-${kind}`, label))),
        make("p", "small", ...links),
      ),
    );
  };

  const fill = (name, found) => {
    const section = main.querySelector(`[data-list="${name}"]`);
    section.querySelector("ul").replaceChildren(...found.map(item));
    section.querySelector("p").hidden = name === "open" && found.length > 0;
    section.hidden = name !== "open" && !found.length;
  };

  // The map is drawn after this: from here it has the place and what is listed. The ground is what
  // was kept of it.
  const map = ([lat, lon], listed) => {
    const block = main.querySelector("script[data-map]");
    const told = JSON.parse(block.textContent);
    for (const [act, config] of told.drawn) {
      if (act === "origin") {
        Object.assign(config, { lat, lon, label: config.label.replace("{place}", `${lat}, ${lon}`) });
      } else if (act === "features") {
        const layer = config.symbols[0].id;
        config.data.features = listed.map(({ aed, m, state, direction }, place) => ({
          type: "Feature",
          id: place,
          geometry: { type: "Point", coordinates: [aed.lon, aed.lat] },
          properties: {
            layer,
            name: aed.name,
            mark: state === "o" ? String(place + 1) : "?",
            lines: [`${metres(m)} ${direction}`.trim(), aed.where].filter(Boolean),
          },
        }));
      }
    }
    block.textContent = JSON.stringify(told);
  };

  const show = (place) => {
    const found = kept.aeds.map((aed) => seen(aed, place, Date.now()));
    const near = (state, key) => found.filter((one) => one.state === state).sort((a, b) => a[key] - b[key]);
    const open = near("o", "rank").slice(0, OPEN_SHOWN);
    const furthest = open.length === OPEN_SHOWN ? Math.max(...open.map((one) => one.m)) : Infinity;
    const unknown = near("u", "m").filter((one) => one.m <= furthest).slice(0, UNKNOWN_SHOWN);
    fill("open", open);
    fill("unknown", unknown);
    main.querySelector("[data-here]").textContent = place.map((degrees) => degrees.toFixed(5)).join(", ");
    main.querySelector("[data-answer]").hidden = false;
    return [...open, ...unknown];
  };

  const minute = Date.now() / 60000;
  main.querySelector("[data-ended]").hidden = minute >= kept.begin && minute < kept.end;
  main.querySelector("[data-typed]").hidden = !asked.get("q");
  for (const link of document.querySelectorAll(".languages a")) link.href += location.search;
  const place = ["lat", "lon"].map((name) => (asked.get(name) ? Number(asked.get(name)) : NaN));
  if (place.every(Number.isFinite)) {
    map(place, show(place));
    setInterval(show, EVERY_MS, place);
  } else {
    main.querySelector("[data-ground]").remove();
  }
})();
