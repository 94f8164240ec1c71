/* Draw every map of the page from the block of data beside its element. */
(() => {
  "use strict";

  for (const block of document.querySelectorAll("script[data-map]")) {
    const { options, drawn } = JSON.parse(block.textContent);
    const map = L.map(block.dataset.map, options);
    for (const [act, config] of drawn) locatorMap[act](map, config);
  }
})();
