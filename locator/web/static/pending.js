// Ask again, ever more rarely, whether what was still being counted is there, and say so. The page
// changes only when its reader wants it to: whoever is in the middle of a table stays there.
"use strict";

(() => {
  const [FIRST_MS, MOST] = [2000, 6];
  const note = document.querySelector("[data-pending]");
  const [words, show] = note.children;
  const later = words.textContent;

  const visible = () => new Promise((resolve) => {
    const look = () => {
      if (document.hidden) return;
      document.removeEventListener("visibilitychange", look);
      resolve();
    };
    document.addEventListener("visibilitychange", look);
    look();
  });

  const isThere = async () => {
    const answer = await fetch(location.href, { cache: "no-store" });
    return answer.ok && !(await answer.text()).includes("data-pending");
  };

  const wait = async () => {
    for (let asked = 0; asked < MOST; asked += 1) {
      await new Promise((resolve) => { setTimeout(resolve, FIRST_MS * 2 ** asked); });
      await visible();
      if (await isThere()) return true;
    }
    return false;
  };

  show.addEventListener("click", () => location.reload());
  words.textContent = note.dataset.waiting;
  wait().catch(() => false).then((there) => {
    words.textContent = there ? note.dataset.there : later;
    show.hidden = !there;
  });
})();
