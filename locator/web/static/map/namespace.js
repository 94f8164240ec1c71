/* Hold what the parts give one another, in a page as in a worker. */
(() => {
  "use strict";

  globalThis.locatorMap = {};
})();
