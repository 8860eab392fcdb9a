// Marks the lines that no test reaches beside the text of a file, and opens the editor at a line of the URL.
(() => {
  const button = document.getElementById("mark-untested");
  const view = window.laurel?.editor;
  if (!button || !view) return;
  const { GutterMarker, RangeSet, StateEffect, StateField, gutter } = LaurelEditor;
  const said = document.getElementById("untested");

  class Untested extends GutterMarker {
    constructor(text) { super(); this.text = text; }
    eq(other) { return other.text === this.text; }
    toDOM() {
      const mark = document.createElement("span");
      mark.className = "untested-mark";
      mark.textContent = "!";
      mark.title = this.text;
      return mark;
    }
  }

  const mark = StateEffect.define();
  const marks = StateField.define({
    create: () => RangeSet.empty,
    update(found, transaction) {
      let marked = found.map(transaction.changes);
      for (const each of transaction.effects) if (each.is(mark)) marked = each.value;
      return marked;
    },
  });
  view.dispatch({ effects: StateEffect.appendConfig.of([marks, gutter({ class: "untested", markers: (one) => one.state.field(marks) })]) });

  const lineAt = (number) => view.state.doc.line(Math.min(Math.max(number, 1), view.state.doc.lines));

  async function run() {
    said.textContent = "Running the tests …";
    const body = new URLSearchParams({ path: button.form.elements.path.value });
    const answer = await fetch(button.dataset.url, { method: "POST", headers: { "X-Requested-With": "fetch" }, body, redirect: "error" }).catch(() => null);
    const found = answer?.ok ? await answer.json() : { message: "The tests were not run: try again." };
    const ranges = (found.lines || []).map(({ line, missing }) => new Untested(missing.join("; ")).range(lineAt(line).from));
    view.dispatch({ effects: mark.of(RangeSet.of(ranges, true)) });
    said.textContent = found.message || `${found.passed} passed, ${found.failed} failed. `
      + (ranges.length ? `No test reaches what is marked: ${found.lines.map(({ line, missing }) => `line ${line}: ${missing.join("; ")}`).join(". ")}.` : "Every part of this file is reached.");
  }

  button.type = "button";
  button.addEventListener("click", run);

  const wanted = Number(new URLSearchParams(location.search).get("line"));
  if (wanted > 1) {
    view.dispatch({ selection: { anchor: lineAt(wanted).from }, scrollIntoView: true });
    view.focus();
  }
})();
