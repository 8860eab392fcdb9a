// The editor of program files, as one script: `LaurelEditor.open(parent, options)`.
import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, foldGutter, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { forceLinting, lintGutter, lintKeymap, linter } from "@codemirror/lint";
import { MergeView, unifiedMergeView } from "@codemirror/merge";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, RangeSet, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration, EditorView, GutterMarker, crosshairCursor, drawSelection, gutter, highlightActiveLine,
  highlightSpecialChars, keymap, lineNumbers, rectangularSelection,
} from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";

// What every editor has; `nonce` is that of the page, without which its styles are refused.
function setup({ nonce, label, readOnly = false }) {
  return [
    EditorView.cspNonce.of(nonce),
    EditorView.contentAttributes.of({ "aria-label": label }),
    lineNumbers(), foldGutter(), history(), highlightSpecialChars(), drawSelection(), indentOnInput(), bracketMatching(),
    closeBrackets(), rectangularSelection(), crosshairCursor(), highlightActiveLine(), highlightSelectionMatches(),
    syntaxHighlighting(classHighlighter), yaml(), EditorView.lineWrapping,
    EditorState.readOnly.of(readOnly),
    keymap.of([
      ...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap,
    ]),
  ];
}

export function open(parent, { doc = "", extensions = [], ...options }) {
  return new EditorView({ parent, state: EditorState.create({ doc, extensions: [setup(options), ...extensions] }) });
}

// Two texts side by side; with `editable` the right one can be changed.
export function compare(parent, { before, after, editable = false, label, ...options }) {
  const left = [setup({ ...options, label: `${label}, as it is stored`, readOnly: true })];
  const right = [setup({ ...options, label: `${label}, your text`, readOnly: !editable })];
  return new MergeView({ parent, a: { doc: before, extensions: left }, b: { doc: after, extensions: right } });
}

export {
  Compartment, Decoration, EditorState, EditorView, GutterMarker, RangeSet, StateEffect, StateField, acceptCompletion,
  autocompletion, forceLinting, gutter, indentWithTab, keymap, lintGutter, linter, unifiedMergeView,
};
