/**
 * Whether somebody looks at this tab, or has just looked away.
 *
 * What is for somebody's eyes needs no connection without them. A browser has six HTTP/1.1 connections for a host, and a POST must
 * never wait for one: if every open page held its own, a handful of tabs would use up all six. So a page is left a minute after it was
 * hidden, or at once when another one of this site is looked at instead. Coming back costs one request that resumes.
 *
 * Messages on the channel: "looking" from a tab that is looked at, "anyone?" from one that has just been hidden, which the others
 * answer.
 */

/** A glance at another window, and they are still here. */
const LINGER_MS = 60_000;

/**
 * @typedef {object} Watcher
 * @property {() => void} come called whenever somebody looks, also again
 * @property {() => void} go called when nobody does any more
 */

/** @type {Watcher[]} */
const watchers = [];
/** @type {?BroadcastChannel} */
let tabs = null;
let attended = false;
let timer = 0;

/** @param {Watcher} watcher told from now on, and now where somebody looks */
export function whileLookedAt(watcher) {
  watchers.push(watcher);
  if (attended) watcher.come();
}

function come() {
  clearTimeout(timer);
  attended = true;
  tabs.postMessage("looking");
  for (const watcher of watchers) watcher.come();
}

function go() {
  clearTimeout(timer);
  if (!attended) return;
  attended = false;
  for (const watcher of watchers) watcher.go();
}

function open() {
  tabs = new BroadcastChannel("bits:attention");
  tabs.onmessage = ({ data }) => {
    if (document.hidden) {
      if (data === "looking") go();
    } else if (data === "anyone?") {
      tabs.postMessage("looking");
    }
  };
  if (!document.hidden) come();
}

document.addEventListener("visibilitychange", () => {
  if (!tabs) return; // a page that goes away is hidden after that
  if (!document.hidden) return come();
  timer = setTimeout(go, LINGER_MS);
  tabs.postMessage("anyone?");
});
// Suspended, as phones do with tabs in the background.
document.addEventListener("freeze", go);
// Into the back/forward cache, where neither a connection nor a channel may be open, or away.
addEventListener("pagehide", () => {
  go();
  tabs.close();
  tabs = null;
});
addEventListener("pageshow", (event) => {
  if (event.persisted) open();
});
open();
