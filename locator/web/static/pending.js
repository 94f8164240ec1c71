// Ask again, ever more rarely and not for ever, whether what was still being counted is there, and
// say so. The page changes only when its reader wants it to: whoever reads a table stays there.
"use strict";

(() => {
  const [FIRST_MS, LONGEST_MS, MOST] = [2000, 15_000, 14]; // three minutes in all
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
      const rest = Math.min(FIRST_MS * 2 ** asked, LONGEST_MS);
      await new Promise((resolve) => { setTimeout(resolve, rest); });
      await visible();
      if (await isThere().catch(() => false)) return true; // it may be the network's fault
    }
    return false;
  };

  show.addEventListener("click", () => location.reload());
  words.textContent = note.dataset.waiting;
  wait().then((there) => {
    words.textContent = there ? note.dataset.there : later;
    show.hidden = !there;
  });
})();
