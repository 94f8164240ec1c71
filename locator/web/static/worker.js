// Answer /aed without a network, with what was kept at a visit. `KEPT` is written ahead of this by
// the server: any other content is another version. What somebody asks from is never kept.
"use strict";

const CACHE = `${KEPT.name} ${KEPT.version}`;
const PATIENCE_MS = 8000;

const keep = async () => {
  const cache = await caches.open(CACHE);
  const anew = (address) => new Request(address, { cache: "reload" });
  await cache.addAll(KEPT.files.map(anew));
  // Last: a page is refused when the server has another version by now, and then nothing is kept.
  await cache.addAll(Object.values(KEPT.pages).map(anew));
  await self.skipWaiting();
};

const dropOthers = async () => {
  for (const name of await caches.keys()) {
    if (name.startsWith(`${KEPT.name} `) && name !== CACHE) await caches.delete(name);
  }
  await self.clients.claim();
};

const kept = async (address) => (await caches.open(CACHE)).match(address);

const page = async (request, address) => {
  let timer = 0;
  const late = new Promise((_, refuse) => {
    timer = setTimeout(refuse, PATIENCE_MS);
  });
  try {
    const response = await Promise.race([fetch(request), late]);
    if (response.status < 500) return response;
  } catch {
    // No network, or as good as none.
  } finally {
    clearTimeout(timer);
  }
  return (await kept(address)) || fetch(request);
};

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(dropOthers()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, search } = new URL(request.url);
  if (request.mode === "navigate" && KEPT.pages[pathname]) {
    event.respondWith(page(request, KEPT.pages[pathname]));
  } else if (KEPT.files.includes(pathname + search)) {
    event.respondWith(kept(request).then((found) => found || fetch(request)));
  }
});
