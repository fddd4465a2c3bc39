// Runs before Streamlit's frontend. WORDS is put in by pages/routes/document.py: {app: {zh, en}, plain: [[zh, en]], patterns: [[zh, en]], segments: {part: [zh, en]}}.
(() => {
  "use strict";
  const words = WORDS;
  // Named, or the frontend first guesses other addresses below the page's own.
  window.__streamlit = { BACKEND_BASE_URL: location.origin + "/" };
  const html = document.documentElement;
  const toChinese = new Map(words.plain.map(([zh, en]) => [en, zh]));
  const toEnglish = new Map(words.plain.map(([zh, en]) => [zh, en]));
  const patterns = words.patterns.map(([zh, en]) => [new RegExp(`^${en}$`), zh]);
  const ATTRIBUTES = ["placeholder", "aria-label", "title"];
  const chinese = () => html.lang.startsWith("zh");

  function say(text) {
    const plain = text.trim();
    if (!plain || plain.length > 120) return null;
    const known = (chinese() ? toChinese : toEnglish).get(plain);
    if (known || !chinese()) return known || null;
    for (const [pattern, zh] of patterns) {
      if (!pattern.test(plain)) continue;
      const said = plain.replace(pattern, zh);
      toEnglish.set(said, plain);  // the switch turns it back
      return said;
    }
    return null;
  }
  // The empty parts of a date or a time: which one it is decides what "mm" means.
  function segment(element) {
    const named = element?.dataset.placeholder === "true" && words.segments[element.dataset.type];
    return named ? named[chinese() ? 0 : 1] : null;
  }
  function sayNode(node) {
    const said = segment(node.parentElement) || (node.parentElement?.closest("textarea, [translate=no]") ? null : say(node.nodeValue));
    if (said && said !== node.nodeValue) node.nodeValue = said;
  }
  function sayElement(element) {
    for (const name of ATTRIBUTES) {
      const value = element.getAttribute(name);
      const said = value && say(value);
      if (said && said !== value) element.setAttribute(name, said);
    }
  }
  function walk(root) {
    if (root.nodeType === Node.TEXT_NODE) return sayNode(root);
    if (root.nodeType !== Node.ELEMENT_NODE) return;
    sayElement(root);
    const nodes = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    while (nodes.nextNode()) nodes.currentNode.nodeType === Node.TEXT_NODE ? sayNode(nodes.currentNode) : sayElement(nodes.currentNode);
  }
  function follow() {
    const lang = document.querySelector("[data-desk-lang]")?.dataset.deskLang;
    const wanted = lang === "en" ? "en" : lang ? "zh-CN" : null;
    if (wanted && wanted !== html.lang) {
      html.lang = wanted;
      name();
      walk(document.body);
    }
  }
  function name() {
    html.style.setProperty("--desk-app", JSON.stringify(words.app[chinese() ? "zh" : "en"]));
  }
  // A connection that is gone for long may be a log-in that is over: then the gate's answer leads to the login page.
  setInterval(async () => {
    const state = document.querySelector('[data-testid="stApp"]')?.dataset.testConnectionState;
    if (!state || state === "CONNECTED") return;
    const answer = await fetch("/_stcore/health", { cache: "no-store" }).catch(() => null);
    if (answer?.status === 401) location.reload();
  }, 5000);
  name();
  document.addEventListener("DOMContentLoaded", () => {
    new MutationObserver((changes) => {
      for (const change of changes) {
        if (change.type === "characterData") sayNode(change.target);
        else if (change.type === "attributes") sayElement(change.target);
        else change.addedNodes.forEach(walk);
      }
      follow();
    }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: [...ATTRIBUTES, "data-desk-lang"] });
  });
})();
