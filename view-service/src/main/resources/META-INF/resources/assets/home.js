/** The front page: its form makes a page of one's own. */

import { act } from "./actions.js";
import { clearErrors, showErrors } from "./fields.js";
import { changed, onSession, refresh, session, signInAsGuest } from "./session.js";
import { showWho } from "./who.js";

const form = document.getElementById("start-form");
const nameField = form.elements.namedItem("displayName");
const handleField = form.elements.namedItem("handle");
const button = form.querySelector("[type=submit]");

showWho();
onSession(showWhatIsPossible);
refresh();

/** @param {import("./session.js").Session} session */
function showWhatIsPossible({ signedIn, guests, creators }) {
  const possible = signedIn || guests;
  form.hidden = !possible;
  document.getElementById("no-guests").hidden = possible;
  const mine = document.getElementById("my-pages");
  mine.hidden = creators.length === 0;
  mine.replaceChildren(creators.length === 1 ? "Your page: " : "Your pages: ", ...creators.flatMap(linkTo));
}

/** @param {string} handle @param {number} index */
function linkTo(handle, index) {
  const link = document.createElement("a");
  link.href = `/@${handle}`;
  link.textContent = `@${handle}`;
  return index === 0 ? [link] : [", ", link];
}

/** "Zoë van Dijk" → "zoe-van-dijk" */
function suggestHandle(name) {
  return name
    .normalize("NFD")
    .toLowerCase()
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, 30)
    .replace(/-+$/, "");
}

// A suggestion follows the name until somebody has an opinion of their own.
let suggesting = true;
nameField.addEventListener("input", () => {
  if (suggesting) handleField.value = suggestHandle(nameField.value);
});
handleField.addEventListener("input", () => {
  suggesting = handleField.value === "";
});

form.noValidate = true; // our messages stand at their fields
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (button.disabled) return;
  clearErrors(form);
  const displayName = nameField.value.trim();
  const handle = handleField.value.trim();
  const violations = [];
  if (!displayName) violations.push({ field: "displayName", message: "What shall people call you?" });
  if (!/^[a-z0-9][a-z0-9-]{1,29}$/.test(handle)) violations.push({ field: "handle", message: "Use 2 to 30 small letters, digits and hyphens; don’t begin with a hyphen." });
  if (violations.length > 0) return showErrors(form, { message: "", violations });

  button.disabled = true;
  try {
    if (!session.signedIn) await signInAsGuest(displayName);
    await changed(act("register-creator", { handle, displayName }));
    location.assign(`/@${handle}`);
  } catch (problem) {
    if (problem.status === 409) {
      // Perhaps it is theirs: an earlier try may have succeeded without its answer arriving.
      await refresh();
      if (session.creators.includes(handle)) return location.assign(`/@${handle}`);
      problem.violations = [{ field: "handle", message: "Somebody has this address already." }];
    }
    showErrors(form, problem);
    button.disabled = false;
  }
});
