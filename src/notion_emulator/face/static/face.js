// The face in the browser: going from cell to cell, and editors over cells.
//
// The rule: what is shown comes from the server; here is only where the focus stands and
// what has been typed but not sent. One editor is open at a time; leaving it sends it.

(() => {
  "use strict";

  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
  const narrow = matchMedia("(max-width: 720px)");

  // ---- cells

  const CELL = "[role=gridcell]";
  const cellsOf = (row) => $$(`:scope > ${CELL}`, row);
  const rowsOf = (grid) => $$("tbody > tr", grid).filter((row) => cellsOf(row).length);
  const addressOf = (cell) => `/pages/${cell.closest("[data-page]").dataset.page}/${cell.dataset.key}`;
  const editorOf = (cell) => $(":scope > .editor", cell);

  function stand(cell) {
    const target = $(":scope > .quiet, .stay > button", cell) || cell;
    for (const one of $$("[role=gridcell][tabindex='0']", cell.closest("[role=grid]"))) one.tabIndex = -1;
    cell.tabIndex = 0;
    target.focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function go(cell, down, across) {
    const rows = rowsOf(cell.closest("[role=grid]"));
    const row = cell.parentElement;
    const line = rows[rows.indexOf(row) + down];
    if (!line) return false;
    const cells = cellsOf(line);
    const at = cellsOf(row).indexOf(cell) + across;
    const target = down ? cells[Math.min(at, cells.length - 1)] : cells[at];
    if (target) stand(target);
    return Boolean(target);
  }

  function next(cell, back) {
    if (go(cell, 0, back ? -1 : 1)) return true;
    const rows = rowsOf(cell.closest("[role=grid]"));
    const row = rows[rows.indexOf(cell.parentElement) + (back ? -1 : 1)];
    if (!row) return false;
    stand(cellsOf(row).at(back ? -1 : 0));
    return true;
  }

  function ready(root = document) {
    for (const grid of $$("[role=grid]", root)) {
      const first = $(`tbody ${CELL}`, grid);
      if (first && !$(`${CELL}[tabindex='0']`, grid)) first.tabIndex = 0;
    }
    for (const time of $$("time[data-local]", root)) {
      const form = { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hour12: false };
      time.title = time.textContent;
      time.textContent = new Intl.DateTimeFormat("en-GB", form).format(new Date(time.dateTime));
      time.removeAttribute("data-local");
    }
  }

  // ---- editors

  let typed = null;

  function open(cell, letter = null) {
    if (!cell.dataset.edit || editorOf(cell)) return;
    leave();
    stand(cell);
    if (cell.dataset.edit === "toggle") {
      const values = { value: String($(".box", cell).getAttribute("aria-checked") !== "true") };
      htmx.ajax("POST", addressOf(cell), { target: cell, source: cell, swap: "outerHTML", values });
      return;
    }
    typed = letter;
    htmx.ajax("GET", `${addressOf(cell)}/editor`, { target: cell, source: cell, swap: "beforeend" });
  }

  const written = (editor) => new URLSearchParams(new FormData(editor)).toString();

  // Who has gone elsewhere before the editor came does not want it any more.
  const unwanted = (editor) =>
    !editor.hasAttribute("data-wrong") && ![editor.parentElement, document.body].includes(document.activeElement);

  function settle(editor) {
    if (unwanted(editor)) return editor.remove();
    const zone = $("select[name=zone]", editor);
    if (zone) addZone(zone);
    for (const list of $$("[role=listbox]", editor)) mark(list);
    editor.before = editor.hasAttribute("data-wrong") ? null : written(editor);
    editor.showPopover();
    const field = $("[data-focus]", editor);
    field.focus();
    if (typed !== null && /^(lines|line)$/.test(editor.dataset.look)) field.value = typed;
    else if (typed !== null && field.matches(".seek")) {
      field.value = typed;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    } else if (editor.dataset.look === "line") field.select();
    typed = null;
    if (field.setSelectionRange && field.tagName === "TEXTAREA") field.setSelectionRange(field.value.length, field.value.length);
    grow(field);
    place(editor);
  }

  function addZone(select) {
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const known = [...select.options].map((one) => one.value);
    if (!here || known.includes(here) || here === "Etc/UTC") return;
    select.add(new Option(here.replaceAll("_", " "), here));
  }

  function grow(field) {
    if (field.tagName !== "TEXTAREA") return;
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
  }

  function place(editor) {
    const box = editor.parentElement.getBoundingClientRect();
    const style = editor.style;
    if (narrow.matches) {
      style.left = style.top = style.minWidth = "";
      return;
    }
    style.minWidth = `${Math.min(Math.max(box.width, 240), 480)}px`;
    const most = (edge, size, room) => Math.max(8, Math.min(edge, room - size - 8));
    style.left = `${most(box.left, editor.offsetWidth, innerWidth)}px`;
    style.top = `${most(box.top, editor.offsetHeight, innerHeight)}px`;
  }

  const current = () => $(".editor");

  function close(editor, stay = true) {
    const cell = editor.parentElement;
    const inside = editor.contains(document.activeElement);
    editor.remove();
    if (stay && (inside || document.activeElement === document.body)) stand(cell);
  }

  function leave(stay = false) {
    const editor = current();
    if (!editor || editor.sent) return;
    if (written(editor) === editor.before) return close(editor, stay);
    editor.sent = true;
    editor.requestSubmit();
  }

  // ---- picking from a list

  const options = (list) => $$("[role=option]:not([hidden])", list);
  const taken = (editor) => $$("input[name=item]", editor);

  function mark(list) {
    const ids = taken(list.closest(".editor")).map((one) => one.value);
    for (const one of $$("[role=option]", list)) one.setAttribute("aria-selected", ids.includes(one.dataset.item));
  }

  function near(list, option) {
    for (const one of $$(".near", list)) one.classList.remove("near");
    option?.classList.add("near");
    option?.scrollIntoView({ block: "nearest" });
    const seek = $(".seek", list.closest(".editor"));
    if (option) seek.setAttribute("aria-activedescendant", option.id);
    else seek.removeAttribute("aria-activedescendant");
  }

  function sift(seek) {
    const list = $("[role=listbox]", seek.closest(".editor"));
    const words = seek.value.trim().toLowerCase();
    $("[data-make]", list)?.remove();
    if (!("far" in list.dataset)) {
      for (const one of $$("[role=option]", list)) one.hidden = !one.dataset.name.toLowerCase().includes(words);
      const same = $$("[role=option]", list).some((one) => one.dataset.name.toLowerCase() === words);
      if ("fresh" in list.dataset && words && !same) list.append(maker(list, seek.value.trim()));
      near(list, words ? options(list)[0] : null);
    } else near(list, null);
    place(seek.closest(".editor"));
  }

  function maker(list, name) {
    const option = document.createElement("li");
    const chip = document.createElement("span");
    Object.assign(option, { id: `${list.id}-make` });
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    Object.assign(option.dataset, { make: "", item: `+${name}`, name });
    chip.className = "chip c-default";
    chip.textContent = name;
    option.append("Create ", chip);
    return option;
  }

  function pick(option) {
    const editor = option.closest(".editor");
    const list = option.parentElement;
    const many = "many" in list.dataset;
    const before = taken(editor).find((one) => one.value === option.dataset.item);
    if (many && before) before.parentElement.remove();
    else if (!before) {
      if (!many) for (const one of taken(editor)) one.parentElement.remove();
      $(".picked", editor).insertBefore(picked(option), $(".seek", editor));
    }
    if (!many) return leave(true);
    const seek = $(".seek", editor);
    seek.value = "";
    if ("make" in option.dataset) option.remove();
    mark(list);
    if ("far" in list.dataset) htmx.trigger(seek, "input");
    sift(seek);
    seek.focus();
  }

  function picked(option) {
    const shown = document.createElement("span");
    const drop = document.createElement("button");
    const input = document.createElement("input");
    shown.className = "pickd";
    Object.assign(drop, { type: "button", className: "quiet" });
    drop.dataset.drop = "";
    drop.setAttribute("aria-label", `Remove ${option.dataset.name}`);
    drop.innerHTML = '<svg class="i" aria-hidden="true"><use href="#i-cross"/></svg>';
    Object.assign(input, { type: "hidden", name: "item", value: option.dataset.item });
    shown.append($(".chip, .who, .thing", option).cloneNode(true), drop, input);
    return shown;
  }

  function drop(button) {
    const editor = button.closest(".editor");
    button.parentElement.remove();
    for (const list of $$("[role=listbox]", editor)) mark(list);
    ($(".seek", editor) || $("[data-focus]", editor) || $("button", editor)).focus();
    place(editor);
  }

  function another(button) {
    const rows = $$(".file", button.closest(".editor"));
    const row = rows.at(-1).cloneNode(true);
    for (const one of $$("input", row)) {
      one.value = "";
      one.readOnly = false;
    }
    rows.at(-1).after(row);
    $("[name=name]", row).focus();
    place(button.closest(".editor"));
  }

  function clear(button) {
    const editor = button.closest(".editor");
    for (const one of $$("input", editor)) one.value = "";
    leave(true);
  }

  // ---- keys

  const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

  function inCell(event, cell) {
    const step = STEPS[event.key];
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (step && plain) go(cell, ...step);
    else if (event.key === "Tab" && plain) {
      if (!next(cell, event.shiftKey)) return;
    } else if (event.key === "Home" || event.key === "End") {
      stand(cellsOf(cell.parentElement).at(event.key === "Home" ? 0 : -1));
    } else if (event.key === "Escape") $(cell.closest("[role=grid]").dataset.home).focus();
    else if (event.target !== cell) return;
    else if (event.key === "Enter" || event.key === "F2") open(cell);
    else if (event.key === " " && plain) {
      if (cell.dataset.edit === "toggle") open(cell);
      else cell.parentElement.querySelector(".open")?.click();
    } else if (event.key.length === 1 && plain && cell.dataset.edit === "open") open(cell, event.key);
    else return;
    event.preventDefault();
  }

  function inEditor(event, editor) {
    const cell = editor.parentElement;
    const list = $("[role=listbox]", editor);
    const field = event.target;
    if (editor.sent) event.preventDefault();
    else if (event.isComposing) return;
    else if (event.key === "Escape") close(editor);
    else if (event.key === "Tab") {
      const stops = $$("input:not([type=hidden]), textarea, select, button", editor);
      const edge = event.shiftKey ? stops[0] : stops.at(-1);
      if (field !== edge && editor.dataset.look !== "pick") return;
      next(cell, event.shiftKey) || stand(cell);
      leave();
    } else if (list && field.matches(".seek")) {
      if (!inSeek(event, editor, list, field)) return;
    } else if (event.key === "Enter" && field.tagName !== "BUTTON" && !(event.shiftKey && field.tagName === "TEXTAREA")) {
      leave(true);
    } else return;
    event.preventDefault();
  }

  function inSeek(event, editor, list, seek) {
    const shown = options(list);
    const at = shown.findIndex((one) => one.classList.contains("near"));
    if (event.key === "ArrowDown") near(list, shown[Math.min(at + 1, shown.length - 1)]);
    else if (event.key === "ArrowUp") near(list, shown[Math.max(at - 1, 0)]);
    else if (event.key === "Enter" && at >= 0) pick(shown[at]);
    else if (event.key === "Enter") leave(true);
    else if (event.key === "Backspace" && !seek.value && taken(editor).length) {
      drop($("[data-drop]", taken(editor).at(-1).parentElement));
    } else return false;
    return true;
  }

  document.addEventListener("keydown", (event) => {
    const editor = event.target.closest(".editor");
    const cell = event.target.closest(CELL);
    if (editor) inEditor(event, editor);
    else if (cell) inCell(event, cell);
    else if (event.key === "Escape") side(false);
    else if (event.key === "ArrowDown" && event.target.id === "words") {
      const first = $(`tbody ${CELL}`);
      if (first) stand(first);
    }
  });

  // ---- pointer

  document.addEventListener("pointerdown", (event) => {
    const editor = current();
    if (editor && !editor.contains(event.target)) leave();
  });

  // A press on what cannot have the focus leaves it where it is, or the editor would be left.
  document.addEventListener("mousedown", (event) => {
    const inside = event.target.closest(".editor");
    if (inside && !event.target.closest("input, textarea, select, button, a, label")) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const to = (selector) => event.target.closest(selector);
    if (to("#trouble button")) $("#trouble").hidden = true;
    else if (to(".menu")) side($(".menu").getAttribute("aria-expanded") !== "true");
    else if (to(".shade")) side(false);
    else if (to("[data-drop]")) drop(to("[data-drop]"));
    else if (to("[data-another]")) another(to("[data-another]"));
    else if (to("[data-clear]")) clear(to("[data-clear]"));
    else if (to(".editor [role=option]")) pick(to("[role=option]"));
    else if (to(".v > a.thing") && to("[data-edit]") && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      open(to(CELL));
    } else if (to("a, button, .editor")) return;
    else if (to(CELL)?.dataset.edit) open(to(CELL));
    else if (to(CELL)) stand(to(CELL));
  });

  document.addEventListener("focusout", (event) => {
    const editor = event.target.closest?.(".editor");
    if (editor && event.relatedTarget && !editor.contains(event.relatedTarget)) leave();
  });

  document.addEventListener("input", (event) => {
    if (!event.target.closest(".editor")) return;
    grow(event.target);
    if (event.target.matches(".seek")) sift(event.target);
  });

  document.addEventListener("submit", (event) => {
    if (event.target.matches(".editor")) event.target.sent = true;
  }, true);

  for (const moved of ["scroll", "resize"]) {
    addEventListener(moved, (event) => {
      const editor = current();
      if (editor?.isConnected && !editor.contains(event.target)) place(editor);
    }, { capture: true, passive: true });
  }

  function side(out) {
    $("#side").classList.toggle("out", out);
    $(".shade").hidden = !out;
    $(".menu").setAttribute("aria-expanded", String(out));
    if (out) $("#side a").focus();
  }

  // ---- answers

  const say = (words) => { $("#said").textContent = words; };

  function trouble(words) {
    $("p", $("#trouble")).textContent = words;
    $("#trouble").hidden = false;
  }

  // A cell that is swapped takes the focus with it: it goes to the cell that comes instead.
  let stood = null;

  document.addEventListener("htmx:beforeSwap", () => {
    const cell = document.activeElement?.closest(CELL);
    stood = cell ? cell.id : null;
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    ready();
    const list = event.detail.elt;
    if (list.matches?.("[role=listbox]")) {
      mark(list);
      place(list.closest(".editor"));
    }
    const cell = stood && document.getElementById(stood);
    stood = null;
    if (cell && document.activeElement === document.body) stand(cell);
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const { requestConfig, successful, xhr } = event.detail;
    if (!successful || requestConfig.verb !== "post") return;
    if (requestConfig.path === "/person") {
      const select = $("[name=person]");
      $(".me .initial").textContent = select.selectedOptions[0].text.slice(0, 1);
      say(`You are ${select.selectedOptions[0].text} now`);
    } else if (xhr.status === 200) say("Saved");
  });

  document.addEventListener("htmx:responseError", (event) => failed(event, event.detail.xhr.responseText));
  document.addEventListener("htmx:sendError", (event) => failed(event, "The local Notion does not answer. What you typed is still here."));

  function failed(event, words) {
    const editor = event.detail.elt.closest?.(".editor");
    if (!editor) return trouble(words);
    editor.sent = false;
    $(".wrong", editor).textContent = words;
    place(editor);
  }

  document.addEventListener("face:made", (event) => {
    const row = document.getElementById(event.detail.value);
    const title = row && $(".k-title", row);
    if (title) open(title);
  });

  window.face = { CELL, current, ready, stand, trouble };

  htmx.onLoad((content) => {
    if (content.matches?.(".editor")) settle(content);
  });
  ready();
})();
