/* Draw every map of the page from the block of data beside its element, one part after the other. */
(() => {
  "use strict";

  const { states, pause, report } = locatorMap;

  // Between two parts the page may do something else; data are shown when all parts are there.
  async function begin(map, [stage, ...others]) {
    await pause(0);
    const draw = ([act, config]) => locatorMap[act](map, config);
    draw(stage);
    const state = states.get(map);
    state.loading += 1;
    for (const other of others) {
      await pause(0);
      draw(other);
    }
    state.loading -= 1;
    report(state);
  }

  for (const block of document.querySelectorAll("script[data-map]")) {
    const { options, drawn } = JSON.parse(block.textContent);
    const map = L.map(block.dataset.map, options);
    map.begun = begin(map, drawn);
  }
})();
