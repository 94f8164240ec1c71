/* Let a few do something at a time; the others stand in line. */
(() => {
  "use strict";

  const AT_ONCE = 4;
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

  Object.assign(locatorMap, { pause, inTurn });
})();
