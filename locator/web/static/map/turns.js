/* Take turns: a few at a time while others stand in line, or long work in slices. */
(() => {
  "use strict";

  const AT_ONCE = 4;
  // What is felt as a stop begins at 50 ms, on a phone a quarter as fast as ours.
  const SLICE_MS = 10;
  const line = [];
  let busy = 0;

  const pause = (ms) => new Promise((wait) => { setTimeout(wait, ms); });

  async function inTurn(act) {
    if (busy < AT_ONCE) busy += 1;
    else await new Promise((begin) => { line.push(begin); });
    try {
      return await act();
    } finally {
      if (line.length) line.shift()();
      else busy -= 1;
    }
  }

  // Does the work of a generator; between its steps the page may do something else.
  async function inSlices(work) {
    let end = performance.now() + SLICE_MS;
    for (;;) {
      const { done, value } = work.next();
      if (done) return value;
      if (performance.now() < end) continue;
      await pause(0);
      end = performance.now() + SLICE_MS;
    }
  }

  // Does it at one go.
  function atOnce(work) {
    let step = work.next();
    while (!step.done) step = work.next();
    return step.value;
  }

  Object.assign(locatorMap, { pause, inTurn, inSlices, atOnce });
})();
