// Answer without a network, with what was kept on this device: stand-ins for pages, their files,
// the last answers, and the map's tiles. `KEPT` is written ahead of this by the server: any other
// content is another version, which takes over when all that it needs is there.
"use strict";

const SHELL = `${KEPT.name} ${KEPT.version}`;
const ANSWERS = `answers${KEPT.root}/`;
const TILES = `tiles${KEPT.root}/`;
const MOST_ANSWERS = 10;
const MOST_TILES = 150;
const PATIENCE_MS = 8000;
const KEPT_AT = "X-Kept-At";
const KEPT_LABEL = "X-Kept-Label";
const LINKED = /(?:href|src)="([^"]+)"/g;

const below = (pathname) => pathname.slice(KEPT.root.length);
const isFile = (pathname) => /^\/(static|vendor|maps\/code)\//.test(below(pathname));
const isTile = (pathname) => /^\/tiles\/[^/]+\/\d+\/\d+\/\d+\.pbf$/.test(below(pathname));

const keepShell = async () => {
  const cache = await caches.open(SHELL);
  const anew = (address) => new Request(address, { cache: "reload" });
  await cache.addAll(KEPT.files.map(anew));
  // Last: a page is refused when the server has another version by now, and then nothing is kept.
  await cache.addAll([...Object.values(KEPT.pages), ...Object.values(KEPT.otherwise)].map(anew));
  await self.skipWaiting();
};

const dropOthers = async () => {
  for (const name of await caches.keys()) {
    if (name.startsWith(`${KEPT.name} `) && name !== SHELL) await caches.delete(name);
  }
  if (self.registration.navigationPreload) await self.registration.navigationPreload.enable();
  await self.clients.claim();
};

// A page says in its first element since when it has been kept.
const stamped = async (found) => {
  if (!found) return undefined;
  const { headers } = found;
  const at = headers.get(KEPT_AT) || Date.parse(headers.get("Date")) || "";
  const html = (await found.text()).replace("<html ", `<html data-kept-at="${at}" `);
  return new Response(html, { headers: plain(headers) });
};

const plain = (headers) => {
  const kept = new Headers(headers);
  for (const name of ["Content-Encoding", "Content-Length"]) kept.delete(name);
  return kept;
};

const find = async (name, address) => (await caches.open(name)).match(address, { ignoreVary: true });

const standIn = async ({ url }) => {
  const { pathname } = new URL(url);
  const address = KEPT.pages[pathname];
  return stamped(await (address ? find(SHELL, address) : find(ANSWERS, url)));
};

const otherwise = async ({ url }) => {
  const { pathname } = new URL(url);
  const start = Object.keys(KEPT.otherwise).find((prefix) => pathname.startsWith(prefix));
  return (await stamped(await find(SHELL, KEPT.otherwise[start]))) || Response.error();
};

const page = async (event) => {
  const { request } = event;
  const asked = (async () => (await event.preloadResponse) || fetch(request))();
  let timer = 0;
  const late = new Promise((give) => {
    timer = setTimeout(give, PATIENCE_MS);
  });
  const response = await Promise.race([asked, late]).catch(() => null);
  clearTimeout(timer);
  if (response && response.status < 500) return response;
  return (await standIn(request)) || asked.catch(() => otherwise(request));
};

const file = async (request) => (await caches.match(request, { ignoreVary: true })) || fetch(request);

const tile = async (event) => {
  const { request } = event;
  const found = await find(TILES, request);
  if (found) return found;
  // Ground that was never kept stays empty: nobody is told to try again where there is no network.
  if (!navigator.onLine) return new Response(null, { status: 404 });
  const response = await fetch(request);
  if (response.ok) event.waitUntil(keepTile(request, response.clone()).catch(() => {}));
  return response;
};

const keepTile = async (request, response) => {
  const cache = await caches.open(TILES);
  await cache.put(request, response);
  for (const old of (await cache.keys()).slice(0, -MOST_TILES)) await cache.delete(old);
};

// One by one, as nobody waits for them; a server that is busy is left alone.
const keepGround = async (addresses) => {
  for (const address of addresses) {
    if (await find(TILES, address)) continue;
    const response = await fetch(address);
    if (response.status >= 500) return;
    if (response.ok) await keepTile(address, response);
  }
};

// The last answers ---------------------------------------------------------------------------

const filesOf = (html) => {
  const links = [...html.matchAll(LINKED)].map(([, link]) => link.replaceAll("&amp;", "&"));
  const files = links.map((link) => new URL(link, location.origin));
  return files
    .filter(({ origin, pathname }) => origin === location.origin && isFile(pathname))
    .map(({ href }) => href);
};

// An answer is kept with its own files: another version of a script never meets it.
const keepAnswer = async ({ address, label }) => {
  const response = await fetch(address, { cache: "force-cache" });
  if (!response.ok) return;
  const cache = await caches.open(ANSWERS);
  const html = await response.text();
  await Promise.all(
    filesOf(html).map(async (link) => (await cache.match(link)) || cache.add(link)),
  );
  const headers = plain(response.headers);
  headers.set(KEPT_AT, Date.now());
  headers.set(KEPT_LABEL, encodeURIComponent(label));
  await cache.delete(address, { ignoreVary: true });
  await cache.put(address, new Response(html, { headers }));
  await dropOldAnswers(cache);
};

const dropOldAnswers = async (cache) => {
  const keys = await cache.keys();
  const pages = keys.filter(({ url }) => !isFile(new URL(url).pathname));
  for (const old of pages.slice(0, -MOST_ANSWERS)) await cache.delete(old);
  const kept = await Promise.all(
    pages.slice(-MOST_ANSWERS).map(async (request) => (await cache.match(request)).text()),
  );
  const used = new Set(kept.flatMap(filesOf));
  for (const request of keys) {
    if (isFile(new URL(request.url).pathname) && !used.has(request.url)) await cache.delete(request);
  }
};

// One after the other, so that none counts the files of another as left over.
let keeping = Promise.resolve();

self.addEventListener("install", (event) => event.waitUntil(keepShell()));
self.addEventListener("activate", (event) => event.waitUntil(dropOthers()));
self.addEventListener("message", (event) => {
  const { ground, ...answer } = event.data;
  // A device without room keeps nothing, and everything else works.
  if (ground) event.waitUntil(keepGround(ground).catch(() => {}));
  else {
    keeping = keeping.then(() => keepAnswer(answer)).catch(() => {});
    event.waitUntil(keeping);
  }
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (request.destination === "document") event.respondWith(page(event));
  } else if (isTile(pathname)) event.respondWith(tile(event));
  else if (isFile(pathname)) event.respondWith(file(request));
});
