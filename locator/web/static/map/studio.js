/* Draw tiles and their names in a worker, which runs this very file; where there is none, in slices
   on the page's own thread. */
(() => {
  "use strict";

  const { vectorTile, paint, letter, inSlices, atOnce } = locatorMap;
  const inWorker = typeof document === "undefined";
  const address = inWorker ? "" : document.currentScript.src;
  const mayWork = address !== "" && "Worker" in window && "OffscreenCanvas" in window
    && Boolean(new OffscreenCanvas(1, 1).getContext("2d"));

  function blank(wide, high) {
    return inWorker ? new OffscreenCanvas(wide, high) : Object.assign(document.createElement("canvas"), { width: wide, height: high });
  }

  // What is read is kept by its key until it is forgotten. What is drawn leaves as a picture.
  function acts({ style, overlay }) {
    const read = new Map();
    return {
      * read({ key, buffer }) {
        read.set(key, buffer ? yield* vectorTile(buffer) : {});
        return {};
      },
      * paint({ key, side, ...look }) {
        const canvas = blank(side, side);
        yield* paint(canvas, read.get(key) || {}, { ...look, style, overlay });
        return { canvas };
      },
      * write({ tiles, wide, high, ...look }) {
        const canvas = blank(wide, high);
        const names = tiles.map(({ key, ...place }) => ({ ...place, names: (read.get(key) || {}).names || [] }));
        const written = yield* letter(canvas.getContext("2d"), names, { ...look, style, overlay });
        return { canvas, written };
      },
      * forget({ key }) {
        read.delete(key);
        return {};
      },
    };
  }

  async function finished({ canvas, ...answer }) {
    if (canvas) answer.picture = inWorker ? canvas.transferToImageBitmap() : await createImageBitmap(canvas);
    return answer;
  }

  // Whether the page itself is written in a typeface: it is not fetched for the map alone.
  const isThere = (font) => font && [...document.fonts].some(
    ({ family, status }) => family.replaceAll('"', "") === font.family && status === "loaded",
  );

  // A function that has an act done. A worker that does not come is done without.
  function studio({ style, overlay, font }) {
    const own = acts({ style, overlay });
    const here = async (act, given) => finished(await inSlices(own[act](given)));
    if (!mayWork) return here;
    const waiting = new Map();
    let worker = new Worker(address);
    let asked = 0;
    worker.onmessage = ({ data: { id, problem, answer } }) => {
      const { give, fail } = waiting.get(id);
      waiting.delete(id);
      if (problem) fail(new Error(problem));
      else give(answer);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      worker = null;
      for (const { fail } of waiting.values()) fail(new Error(address));
      waiting.clear();
    };
    worker.postMessage({ act: "begin", given: { style, overlay, font: isThere(font) ? font : null } });
    return (act, given) => worker ? new Promise((give, fail) => {
      asked += 1;
      waiting.set(asked, { give, fail });
      worker.postMessage({ id: asked, act, given }, given.buffer ? [given.buffer] : []);
    }) : here(act, given);
  }

  function work() {
    let own = null;
    let letters = null;
    const begin = ({ font, ...config }) => {
      own = acts(config);
      // The page's own typeface; without it the names are written in another one.
      const face = font && new FontFace(font.family, `url("${font.url}")`, { weight: font.weight });
      letters = face ? face.load().then(() => self.fonts.add(face)).catch(() => {}) : null;
    };
    self.onmessage = async ({ data: { id, act, given } }) => {
      if (act === "begin") {
        begin(given);
        return;
      }
      try {
        if (act === "write") await letters;
        const answer = await finished(atOnce(own[act](given)));
        self.postMessage({ id, answer }, answer.picture ? [answer.picture] : []);
      } catch (problem) {
        self.postMessage({ id, problem: String(problem) });
      }
    };
  }

  // Puts a picture on a canvas of the page.
  function show(canvas, picture) {
    Object.assign(canvas, { width: picture.width, height: picture.height });
    canvas.getContext("bitmaprenderer").transferFromImageBitmap(picture);
  }

  if (inWorker) work();
  Object.assign(locatorMap, { studio, show });
})();
