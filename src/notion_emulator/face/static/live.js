// What others change, shown while a page is open.
//
// The rule: the server is asked for the page again and only what is different is put in; what
// a person is editing stays as it is until the editor is closed.

(() => {
  "use strict";

  const PAUSE = 1000;
  const PATIENCE = 10000;
  const GONE = "The local Notion does not answer. What is shown here may be old.";
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  let mark = document.body.dataset.mark;
  let left = false; // something could not be put in yet
  let silent = 0;
  let acts = 0; // how often a person sent something

  document.addEventListener("htmx:beforeRequest", () => {
    acts += 1;
  });

  const held = (part) => part.contains(document.activeElement) && document.activeElement !== document.body;
  const edited = (part) => Boolean($(".editor", part));

  function show(part) {
    if (calm.matches || !part.animate) return;
    const wash = getComputedStyle(document.documentElement).getPropertyValue("--news");
    part.animate([{ backgroundColor: wash }, { backgroundColor: wash, offset: 0.4 }, {}], 1600);
  }

  function put(old, fresh) {
    old.replaceWith(fresh);
    htmx.process(fresh);
  }

  // ---- tables

  function cell(old, fresh) {
    if (edited(old)) {
      left = true;
      return;
    }
    fresh.tabIndex = old.tabIndex;
    if (old.isEqualNode(fresh)) return;
    const focused = held(old);
    const told = old.textContent !== fresh.textContent || Boolean($(".box", fresh));
    put(old, fresh);
    if (told) show(fresh); // else an address alone is new, as those of files are
    if (focused) (fresh.querySelector(":scope > .quiet") || fresh).focus({ preventScroll: true });
  }

  const keys = (row) => [...row.children].map((one) => one.id).join(" ");

  function row(old, fresh) {
    if (!fresh.id || old.id === "more") return;
    if (keys(old) !== keys(fresh)) {
      if (edited(old) || held(old)) left = true;
      else put(old, fresh);
      return;
    }
    for (const one of [...fresh.children]) {
      if (one.id) cell(document.getElementById(one.id), one);
    }
  }

  function rows(body, fresh) {
    const kept = new Set();
    let before = null;
    for (const one of [...fresh.children]) {
      kept.add(one.id);
      const old = document.getElementById(one.id);
      if (old) row(old, one);
      else {
        if (before) before.after(one);
        else body.prepend(one);
        htmx.process(one);
        show(one);
      }
      before = document.getElementById(one.id);
    }
    for (const one of [...body.children]) {
      if (kept.has(one.id) || one.classList.contains("ghost")) continue;
      if (edited(one) || held(one)) left = true;
      else one.remove();
    }
  }

  const columns = (grid) => $$("th", grid).map((one) => one.textContent.trim()).join("\n");

  function table(grid, fresh) {
    if (columns(grid) !== columns(fresh)) {
      if (edited(grid)) left = true;
      else put(grid, fresh);
      return;
    }
    rows($("#rows", grid), $("#rows", fresh));
    const none = [$(".none", grid), $(".none", fresh)];
    if (none[0] && !none[1]) none[0].remove();
    if (!none[0] && none[1]) $(".scroll", grid).append(none[1]);
  }

  // ---- one page

  const lines = (sheet) => $$("td[id]", sheet).map((one) => `${one.id} ${one.dataset.edit || ""}`).join("\n");

  function sheet(old, fresh) {
    if (lines(old) !== lines(fresh) || Boolean($(".banner", old)) !== Boolean($(".banner", fresh))) {
      if (edited(old) || held(old)) left = true;
      else put(old, fresh);
      return;
    }
    for (const one of $$("td[id]", fresh)) cell(document.getElementById(one.id), one);
  }

  // ---- the rest of a page: whole parts

  function part(old, fresh) {
    if (!old || !fresh || old.isEqualNode(fresh)) return;
    if (held(old)) {
      for (const one of $$(".count[id]", fresh)) {
        const count = document.getElementById(one.id);
        if (count) count.textContent = one.textContent;
      }
      return;
    }
    for (const closed of $$("details[id]:not([open])", old)) {
      const same = fresh.querySelector(`#${closed.id}`);
      if (same) same.open = false;
    }
    put(old, fresh);
  }

  function merge(page) {
    left = false;
    face.ready(page);
    const grid = [$("#grid"), $("#grid", page)];
    const one = [$("#sheet"), $("#sheet", page)];
    if (grid[0] && grid[1] && $("[role=grid]", grid[0])) table(...grid);
    if (one[0] && one[1]) sheet(...one);
    for (const old of $$("[data-live]")) part(old, page.getElementById(old.id));
    document.title = page.title;
    face.ready();
  }

  // ---- asking

  async function ask(address) {
    const answer = await fetch(address, { signal: AbortSignal.timeout(PATIENCE), cache: "no-store" });
    return answer;
  }

  async function again() {
    const here = location.href;
    const address = new URL(here);
    const shown = $$("#rows > tr[data-page]").length;
    if (shown) address.searchParams.set("shown", shown);
    const before = acts;
    const answer = await ask(address);
    if (!answer.ok) return true; // it is gone; what was shown may still be read
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    // What was asked for before a person acted is older than what that has shown since.
    if (location.href !== here || acts !== before || $(".htmx-request")) return false;
    merge(page);
    return true;
  }

  async function look() {
    if (document.hidden) return;
    const answer = await ask(`/news?since=${encodeURIComponent(mark)}`);
    if (silent > 1) $("#trouble").hidden = true;
    silent = 0;
    if (answer.status === 204 && !(left && !face.current())) return;
    const fresh = answer.status === 204 ? mark : await answer.text();
    if (await again()) mark = fresh;
  }

  async function turn() {
    try {
      await look();
    } catch {
      silent += 1;
      if (silent === 2) face.trouble(GONE);
    }
    setTimeout(turn, PAUSE);
  }

  setTimeout(turn, PAUSE);
})();
