// What pages do beyond HTML. Without it they work the same, with more loading.
(() => {
  const dialog = document.getElementById("log-in-again");
  const ready = new WeakSet();
  let afterLogIn = null;
  const sending = new Set();
  const PATIENCE = 10000; // milliseconds after which a form can be sent again, if the page is still there

  const headers = { "X-Requested-With": "fetch" };
  const isLoggedIn = async () => (await fetch("/console/session", { headers, redirect: "error" })).status !== 401;

  function askForLogIn(then) {
    afterLogIn = then;
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("[name=_password]").focus();
  }

  // A form is sent when the session holds; otherwise the password is asked for over the page, which stays as it is.
  // A double click sends it once: some answers show a secret that only their own request has made.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("data-no-session") || ready.has(form)) return;
    event.preventDefault();
    if (sending.has(form)) return;
    sending.add(form);
    const submitter = event.submitter;
    const send = () => {
      sending.add(form);
      setTimeout(() => sending.delete(form), PATIENCE);
      ready.add(form);
      form.requestSubmit(submitter);
      ready.delete(form);
    };
    let holds = true;
    try { holds = await isLoggedIn(); } catch { holds = true; }
    if (holds) return send();
    sending.delete(form);
    askForLogIn(send);
  });

  dialog.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    const problem = form.querySelector("[role=alert]");
    const answer = await fetch("/console/session", { method: "POST", headers, body: new URLSearchParams(new FormData(form)) });
    problem.hidden = answer.ok;
    if (!answer.ok) { problem.textContent = await answer.text(); return; }
    form.querySelector("[name=_password]").value = "";
    dialog.close();
    const then = afterLogIn;
    afterLogIn = null;
    then?.();
  });
  dialog.querySelector("[data-cancel]").addEventListener("click", () => { afterLogIn = null; dialog.close(); });

  window.addEventListener("pageshow", () => sending.clear()); // Back may show the page as it was left

  // A part of a page that finds the session ended asks for the password, too; what it shows stays.
  document.addEventListener("htmx:before:response", (event) => {
    const status = event.detail.ctx.response.status;
    if (status < 400) return;
    event.preventDefault();
    if (status === 401 && !dialog.open) askForLogIn(null);
  });

  // Menus close when the pointer or the keyboard is elsewhere.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    const typing = /^(input|textarea|select)$/i.test(event.target.tagName) || event.target.isContentEditable;
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      document.getElementById("search")?.focus();
    }
  });

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    say(button.dataset.copied || "Copied.");
  });

  // Says something for a while, also to those who listen.
  function say(text) {
    const notice = document.createElement("div");
    notice.className = "alert alert-success notice";
    notice.textContent = text;
    document.getElementById("notices").replaceChildren(notice);
  }
  window.laurel = { say, askForLogIn };

  // On a narrow screen filters that nobody uses leave the place to the rows.
  if (matchMedia("(max-width: 767px)").matches) {
    for (const each of document.querySelectorAll(".filters:not([data-in-use])")) each.open = false;
  }

  document.querySelector("[data-focus]")?.focus();
})();
