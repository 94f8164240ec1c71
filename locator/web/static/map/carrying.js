/* Read tiles that the page itself brings along: no server is asked. */
(() => {
  "use strict";

  // Where there is no such tile, null is given.
  async function unpacked(letters) {
    if (!letters) return null;
    const packed = Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0));
    const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(plain).arrayBuffer();
  }

  Object.assign(locatorMap, { unpacked });
})();
