/* Fetch a tile, a few at a time; what fails is asked for again. */
(() => {
  "use strict";

  const { pause, inTurn } = locatorMap;
  const TRIES = 6;
  const AGAIN_MS = 400;  // then twice as long each time: who has much to draw says 503
  const SETTLED_MS = 80;

  // A view that is replaced at once, as the first one mostly is, is not asked for.
  async function fetchTile(url, signal, take) {
    await pause(SETTLED_MS);
    return inTurn(() => {
      signal.throwIfAborted();
      return attempt(url, signal, take, TRIES);
    });
  }

  // Where there is no such tile, null is taken.
  async function attempt(url, signal, take, tries) {
    try {
      const response = await fetch(url, { credentials: "same-origin", signal });
      if (!response.ok && response.status !== 404) throw new Error(`${response.status} ${url}`);
      await take(response.ok ? await response.arrayBuffer() : null);
      signal.throwIfAborted();
    } catch (problem) {
      if (tries <= 1 || signal.aborted) throw problem;
      await pause(AGAIN_MS * 2 ** (TRIES - tries));
      await attempt(url, signal, take, tries - 1);
    }
  }

  Object.assign(locatorMap, { fetchTile });
})();
