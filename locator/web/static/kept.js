// Keep on this device what its owner may want again: pages for when there is no network, saved
// places, the last searches. Nothing of it is ever sent. Without it, or where a browser refuses to
// keep anything, everything else works the same.
"use strict";

(() => {
  const MOST_PLACES = 50;
  const MOST_SEARCHES = 8;
  const MINUTE_MS = 60000;
  const SLOW = /(^|-)[23]g$/;
  const ROUND = [[13, 0], [14, 1], [15, 0]];

  const here = document.querySelector("[data-keeping]");
  const { root, base, worker, language, timezone } = here.dataset;
  const KEY = `kept${root}/`;
  const caching = "caches" in window;

  // What the device keeps ----------------------------------------------------------------------

  const read = () => {
    let found = {};
    try {
      found = JSON.parse(localStorage.getItem(KEY)) || {};
    } catch {
      // Refused, or not ours: as if nothing had been kept.
    }
    const list = (name) =>
      (Array.isArray(found[name]) ? found[name] : []).filter(
        (one) => one && typeof one.path === "string" && one.path.startsWith("/") && typeof one.label === "string",
      );
    return { places: list("places"), searches: list("searches") };
  };

  const write = (kept) => {
    try {
      localStorage.setItem(KEY, JSON.stringify(kept));
      return true;
    } catch {
      return false;
    }
  };

  const canKeep = () => {
    try {
      localStorage.setItem(`${KEY}?`, "1");
      localStorage.removeItem(`${KEY}?`);
      return true;
    } catch {
      return false;
    }
  };

  const first = (one, others, most) => [one, ...others.filter(({ path }) => path !== one.path)].slice(0, most);

  // Addresses are kept without their language: they lead to the page in that of today's reader.
  const pathOf = (address) => {
    const { pathname, search } = new URL(address, location.href);
    return (base && pathname.startsWith(`${base}/`) ? pathname.slice(base.length) : pathname) + search;
  };

  // When ---------------------------------------------------------------------------------------

  const clock = (ms) =>
    new Intl.DateTimeFormat(language, {
      timeZone: timezone,
      ...(Date.now() - ms > 12 * 60 * MINUTE_MS ? { weekday: "long", day: "numeric", month: "long" } : {}),
      hour: "2-digit",
      minute: "2-digit",
    }).format(ms);

  const ago = (ms) => {
    const minutes = Math.max(0, Math.round((Date.now() - ms) / MINUTE_MS));
    const said = new Intl.RelativeTimeFormat(language, { style: "short", numeric: minutes ? "always" : "auto" });
    if (!minutes) return said.format(0, "second");
    if (minutes < 60) return said.format(-minutes, "minute");
    const hours = Math.round(minutes / 60);
    return hours < 48 ? said.format(-hours, "hour") : said.format(-Math.round(hours / 24), "day");
  };

  const filled = (words, ms) => words.replace("{time}", clock(ms)).replace("{ago}", ago(ms));

  const sayHowOld = (note) => {
    const at = Number(document.documentElement.dataset.keptAt);
    if (!at || !note) return;
    const say = () => {
      note.textContent = filled(note.dataset.words, at);
    };
    note.hidden = false;
    say();
    setInterval(say, MINUTE_MS);
  };

  // What is shown of it -------------------------------------------------------------------------

  const entry = ({ address, label, more }) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = address;
    link.textContent = label;
    item.append(link);
    if (more) {
      const said = document.createElement("span");
      said.className = "soft";
      said.textContent = more;
      item.append(" ", said);
    }
    return item;
  };

  const answers = async () => {
    if (!caching || !(await caches.has(`answers${root}/`))) return [];
    const cache = await caches.open(`answers${root}/`);
    const found = await Promise.all((await cache.keys()).map(async (request) => [request.url, await cache.match(request)]));
    return found
      .map(([address, { headers }]) => [address, headers.get("X-Kept-Label"), Number(headers.get("X-Kept-At"))])
      .filter(([, label]) => label)
      .sort(([, , one], [, , other]) => other - one)
      .map(([address, label, at]) => ({ address, label: decodeURIComponent(label), more: filled(here.dataset.stored, at) }));
  };

  const fill = (section, name, entries) => {
    const part = section.querySelector(`[data-list="${name}"]`);
    if (!part) return false;
    part.querySelector("ul").replaceChildren(...entries.map(entry));
    part.hidden = !entries.length;
    return entries.length > 0;
  };

  const listOf = (found) => found.map(({ path, label, more }) => ({ address: base + path, label, more }));

  const show = async (section) => {
    const { places, searches } = read();
    const shown = [
      fill(section, "places", listOf(places)),
      fill(section, "searches", listOf(searches)),
      fill(section, "answers", section.querySelector('[data-list="answers"]') ? await answers().catch(() => []) : []),
    ];
    section.hidden = !shown.some(Boolean);
  };

  const forget = async () => {
    try {
      localStorage.removeItem(KEY);
      if (caching) await Promise.all(["answers", "tiles"].map((name) => caches.delete(`${name}${root}/`)));
    } catch {
      // Refused: then there is nothing.
    }
  };

  const onDevice = (section) => {
    const button = section.querySelector("[data-forget]");
    const state = document.querySelector("[data-forgotten]");
    show(section).catch(() => {});
    button.addEventListener("click", async () => {
      await forget();
      await show(section);
      state.textContent = button.dataset.done;
      state.focus();
    });
  };

  const saving = (button) => {
    if (!canKeep()) return;
    const path = pathOf(button.dataset.address);
    const state = document.createElement("p");
    state.setAttribute("role", "status");
    state.className = "saving-state";
    const words = button.querySelector("span") || button;
    const isSaved = () => read().places.some((one) => one.path === path);
    const reword = () => {
      words.textContent = isSaved() ? button.dataset.remove : button.dataset.save;
      button.classList.toggle("is-saved", isSaved());
    };
    (button.closest(".acts") || button).after(state);
    button.hidden = false;
    reword();
    button.addEventListener("click", () => {
      const kept = read();
      const { label, more } = button.dataset;
      const places = isSaved()
        ? kept.places.filter((one) => one.path !== path)
        : first({ path, label, more }, kept.places, MOST_PLACES);
      const done = write({ ...kept, places });
      reword();
      state.textContent = done ? (isSaved() ? button.dataset.saved : button.dataset.removed) : button.dataset.full;
    });
  };

  // What is kept for when there is no network ----------------------------------------------------

  const isSlow = () => {
    const line = navigator.connection || {};
    return line.saveData || SLOW.test(line.effectiveType || "");
  };

  // The ground round where somebody asked from: four tiles of each kind, nine of the usual one.
  const ground = () => {
    const block = document.querySelector("script[data-map]");
    const drawn = block ? JSON.parse(block.textContent).drawn : [];
    const config = (act) => (drawn.find(([name]) => name === act) || [])[1];
    const [at, tiles] = [config("origin"), config("basemap")];
    if (!at || !tiles) return [];
    return ROUND.flatMap(([z, wide]) => {
      const side = 2 ** z;
      const x = ((at.lon + 180) / 360) * side;
      const y = ((1 - Math.asinh(Math.tan((at.lat * Math.PI) / 180)) / Math.PI) / 2) * side;
      const near = (value) => (wide ? [-1, 0, 1] : [0, value % 1 < 0.5 ? -1 : 1]).map((step) => Math.floor(value) + step);
      return near(x).flatMap((column) =>
        near(y).map((row) => tiles.url.replace("{z}", z).replace("{x}", column).replace("{y}", row)));
    });
  };

  // This page, and the last search where somebody went on before the worker was there to keep it.
  const wanting = async () => {
    const { label } = here.dataset;
    const [last] = listOf(read().searches);
    const page = { address: location.pathname + location.search, label };
    const missed = last && last.address !== page.address && !(await caches.match(last.address, { ignoreVary: true }));
    return [...(missed ? [last] : []), ...(label ? [page] : [])];
  };

  const keepForOffline = async () => {
    const { serviceWorker } = navigator;
    const scope = worker.slice(0, worker.lastIndexOf("/") + 1);
    await serviceWorker.register(worker, { scope, updateViaCache: "none" });
    const { active } = await serviceWorker.ready;
    if (document.documentElement.dataset.keptAt) return;
    for (const answer of await wanting()) active.postMessage(answer);
    if (!isSlow()) active.postMessage({ ground: ground() });
  };

  const remember = ({ label, searched }) => {
    if (searched === undefined || document.documentElement.dataset.keptAt) return;
    const kept = read();
    write({ ...kept, searches: first({ path: pathOf(location.href), label }, kept.searches, MOST_SEARCHES) });
  };

  sayHowOld(document.querySelector("[data-how-old]"));
  remember(here.dataset);
  document.querySelectorAll("[data-on-device]").forEach(onDevice);
  document.querySelectorAll("button[data-save]").forEach(saving);
  // After all else: what makes pages work without a network the next time.
  const wanted = "urgent" in here.dataset || !(navigator.connection || {}).saveData;
  if ("serviceWorker" in navigator && wanted) {
    const begin = () => keepForOffline().catch(() => {});
    if (document.readyState === "complete") begin();
    else addEventListener("load", begin);
  }
})();
