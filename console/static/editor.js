// The editor of a file of a draft: it saves as one types, shows what is wrong, cures and completes.
(() => {
  const { open, compare, linter, lintGutter, forceLinting, autocompletion, keymap, EditorView } = LaurelEditor;
  const headers = { "X-Requested-With": "fetch" };

  // Two texts side by side, in place of a text and a field: the form sends the right one.
  for (const pair of document.querySelectorAll(".side-by-side")) {
    const field = pair.querySelector("textarea");
    const { before, label, nonce } = pair.dataset;
    const box = document.createElement("div");
    pair.after(box);
    pair.hidden = true;
    const merged = compare(box, { before, after: field.value, label, nonce, editable: true });
    field.form.addEventListener("submit", () => { field.value = merged.b.state.doc.toString(); });
  }

  const form = document.getElementById("editor");
  if (!form) return;
  const field = form.elements.text;
  const state = document.getElementById("saving");
  const problems = document.getElementById("problems");
  const conflict = document.getElementById("conflict");
  let known = JSON.parse(form.dataset.problems);
  let saved = field.value;
  let running = null;
  let merged = null;
  let isOver = false;
  let isChecked = true;
  const blocks = document.getElementById("blocks");
  let drawn = saved;
  let writing = Promise.resolve();

  const say = (text) => { state.textContent = text; };
  const post = (url, body) => fetch(url, { method: "POST", headers, body: new URLSearchParams(body), redirect: "error" });
  const text = () => view.state.doc.toString();

  // Saves what was typed since; one at a time, so that each names the version that the one before it answered.
  async function save() {
    while (running) await running;
    const sent = text();
    if ((sent === saved && isChecked) || merged || isOver) return;
    running = send(sent).finally(() => { running = null; });
    await running;
  }

  async function send(sent) {
    say("Saving …");
    let answer;
    try { answer = await post(form.action, { path: form.elements.path.value, text: sent, version: form.elements.version.value }); }
    catch { say("Not saved: the server does not answer. It is tried again when you type."); return; }
    if (answer.status === 401) { say("Not saved yet: log in again."); window.laurel.askForLogIn(() => save().then(() => forceLinting(view))); return; }
    if (answer.status === 409) { show(await answer.json()); return; }
    if (!answer.ok) { say(`Not saved: ${(await answer.json().catch(() => ({}))).message || "try again"}`); return; }
    const done = await answer.json();
    saved = sent;
    isChecked = true;
    form.elements.version.value = done.version;
    known = done.problems;
    problems.innerHTML = done.html;
    for (const other of document.querySelectorAll("input[name=version]")) other.value = done.version;
    say("Saved.");
    document.dispatchEvent(new CustomEvent("laurel:saved", { detail: done }));
  }

  // Another window saved another text: both are shown, and one is chosen.
  function show({ conflict: found, message }) {
    if (!found) { say(`Not saved: ${message}`); return; }
    const alert = conflict.querySelector("[role=alert]");
    alert.textContent = found.message;
    form.hidden = true;
    conflict.hidden = false;
    merged = compare(conflict.querySelector(".compared"), {
      before: found.stored ?? "", after: text(), label: form.elements.path.value, nonce: form.dataset.nonce,
    });
    alert.focus();
    for (const button of conflict.querySelectorAll("[data-keep]")) button.onclick = () => decide(button.dataset.keep, found);
  }

  async function decide(which, found) {
    merged.destroy();
    merged = null;
    conflict.hidden = true;
    form.hidden = false;
    if (found.stored === null && which === "stored") { isOver = true; location.reload(); return; }
    form.elements.version.value = found.version;
    saved = found.stored;
    if (which === "stored") replace(0, view.state.doc.length, found.stored);
    view.focus();
    await save();
    forceLinting(view);
  }

  // Columns of problems count characters, those of the editor code units.
  function offset(line, column) {
    const doc = view.state.doc;
    const found = doc.line(Math.min(Math.max(line, 1), doc.lines));
    return found.from + [...found.text].slice(0, column - 1).join("").length;
  }
  const replace = (from, to, insert) => view.dispatch({ changes: { from, to, insert }, selection: { anchor: from + insert.length } });

  // Only what differs is replaced, so that the cursor and the history stay.
  function replaceAll(now) {
    const before = text();
    let start = 0;
    while (start < before.length && before[start] === now[start]) start += 1;
    let end = 0;
    while (end < before.length - start && end < now.length - start && before.at(-1 - end) === now.at(-1 - end)) end += 1;
    if (before !== now) view.dispatch({ changes: { from: start, to: before.length - end, insert: now.slice(start, now.length - end) } });
  }

  function write({ cure }) {
    replace(offset(cure.line, cure.column), offset(cure.line, cure.endColumn), cure.text);
    view.focus();
    forceLinting(view);
  }

  function diagnostic(each) {
    const from = offset(each.line, each.column);
    const to = each.endColumn ? offset(each.line, each.endColumn) : view.state.doc.lineAt(from).to;
    const actions = each.cure ? [{ name: `Write ${each.cure.text}`, apply: () => write(each) }] : [];
    const hint = each.suggestion ? ` Did you mean ${each.suggestion}?` : "";
    const severity = each.severity === "note" ? "info" : each.severity;
    return { from, to: Math.max(from, to), severity, message: each.message + hint, actions };
  }

  async function lint() {
    await save();
    return text() === saved ? known.map(diagnostic) : [];
  }

  // The cure at the cursor, else the next one below, else the first.
  async function cureHere() {
    await save();
    const cures = known.filter((each) => each.cure);
    const line = view.state.doc.lineAt(view.state.selection.main.head).number;
    const found = cures.find((each) => each.line === line) || cures.find((each) => each.line > line) || cures[0];
    if (found) write(found);
  }

  async function complete(context) {
    const isJson = form.elements.path.value.endsWith(".json");
    const word = context.matchBefore(isJson ? /"[\w.$#/+-]*|[\w.$#/+-]+/ : /[\w.$#/+-]+/);
    if (!word && !context.explicit) return null;
    const line = context.state.doc.lineAt(context.pos);
    const column = [...line.text.slice(0, context.pos - line.from)].length + 1;
    const answer = await post(form.dataset.completion, {
      path: form.elements.path.value, text: context.state.doc.toString(), line: line.number, column,
    }).catch(() => null);
    if (!answer?.ok) return null;
    const found = await answer.json();
    // In JSON the closing quote, which the editor has written, is replaced, too.
    const to = isJson ? offset(line.number, found.end) : context.pos;
    const options = found.proposals.map(({ label, kind, info }) => ({
      label, info: info || undefined, type: kind === "key" ? "property" : "enum",
      apply: kind === "key" && !/^\s*:/.test(context.state.doc.sliceString(to, line.to)) ? `${label}: ` : label,
    }));
    return { from: offset(line.number, found.start), to, options, validFor: isJson ? /^"?[\w.$#/+-]*"?$/ : /^[\w.$#/+-]*$/ };
  }

  // What is drawn of another text is not changed.
  function typed() {
    say("");
    if (blocks) blocks.inert = text() !== drawn;
  }

  const box = document.createElement("div");
  box.className = "editor-box";
  field.after(box);
  const view = open(box, {
    doc: field.value, label: document.querySelector("label[for=f-text]").textContent, nonce: form.dataset.nonce,
    extensions: [
      lintGutter(), linter(lint, { delay: 600 }), autocompletion({ override: [complete] }),
      keymap.of([
        { key: "Alt-Enter", run: () => { cureHere(); return true; } },
        { key: "Mod-s", preventDefault: true, run: () => { forceLinting(view); return true; } },
      ]),
      EditorView.updateListener.of((update) => { if (update.docChanged) typed(); }),
    ],
  });
  field.hidden = true;
  document.querySelector(".editor-keys").hidden = false;
  document.querySelector("label[for=f-text]").addEventListener("click", () => view.focus());
  window.laurel.editor = view;
  forceLinting(view);

  form.addEventListener("submit", () => { field.value = text(); }, true);
  // Enter in the field of a name does what stands below it, and not what the form does first.
  for (const name of document.querySelectorAll("input[form=editor]")) name.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    form.requestSubmit(name.closest(".file-actions > div").querySelector("button"));
  });
  problems.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=_cure]");
    const link = event.target.closest("a[data-line]");
    if (button) {
      event.preventDefault();
      const found = known.find((each) => each.cure && `${each.line}:${each.column}` === button.value);
      if (found) write(found);
    } else if (link) {
      event.preventDefault();
      view.dispatch({ selection: { anchor: offset(Number(link.dataset.line), Number(link.dataset.column)) }, scrollIntoView: true });
      view.focus();
    }
  });

  // What was typed is saved before another page is opened.
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || text() === saved || merged) return;
    event.preventDefault();
    await save();
    if (text() === saved) location.href = link.href;
  });
  addEventListener("pagehide", () => {
    if (text() === saved || merged || isOver) return;
    const body = new URLSearchParams({ path: form.elements.path.value, text: text(), version: form.elements.version.value });
    navigator.sendBeacon(form.action, body);
  });

  // Blocks are drawn anew from the text that is saved; what is changed in one is written into the text.
  async function draw() {
    if (!blocks || drawn === saved || text() !== saved) return;
    const of = saved;
    const fields = () => [...(blocks.querySelector("form")?.elements ?? [])];
    const focused = fields().indexOf(document.activeElement);
    const answer = await fetch(blocks.dataset.url, { headers }).catch(() => null);
    if (!answer?.ok) return;
    const html = await answer.text();
    if (saved !== of) { await draw(); return; }
    blocks.innerHTML = html;
    drawn = of;
    blocks.inert = text() !== saved;
    if (focused >= 0) fields()[focused]?.focus();
  }
  document.addEventListener("laurel:saved", draw);

  // One literal, by its number among the fields: a literal that is written moves others, and leaves their number.
  async function writeBlock(at, value) {
    await save();
    await draw();
    const found = blocks.querySelector("form");
    const block = found?.elements[at];
    if (!block || drawn !== saved) return;
    const body = { path: form.elements.path.value, version: form.elements.version.value, [block.name]: value };
    const answer = await post(found.action, body).catch(() => null);
    const done = await answer?.json().catch(() => null);
    if (answer?.status === 401) { window.laurel.askForLogIn(() => writeBlock(at, value)); return; }
    if (!answer?.ok) { say(`Not written: ${done?.message || "try again"}`); return; }
    form.elements.version.value = done.version;
    saved = done.text;
    isChecked = false;
    replaceAll(done.text);
    await draw();
    say("Saved.");
    forceLinting(view);
  }
  blocks?.addEventListener("change", ({ target }) => {
    const [at, value] = [[...target.form.elements].indexOf(target), target.value];
    writing = writing.then(() => writeBlock(at, value));
  });
  blocks?.addEventListener("submit", (event) => { event.preventDefault(); event.stopPropagation(); });

  const changes = document.getElementById("changes");
  changes?.addEventListener("toggle", () => {
    changes.querySelector(".compared")?.remove();
    if (!changes.open) return;
    changes.querySelector("pre").hidden = true;
    const shown = document.createElement("div");
    shown.className = "compared";
    changes.append(shown);
    compare(shown, { before: changes.dataset.before, after: text(), label: form.elements.path.value, nonce: form.dataset.nonce });
  });
})();
