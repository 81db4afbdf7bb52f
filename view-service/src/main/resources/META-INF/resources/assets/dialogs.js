/** What the page asks before it goes on. Each of these resolves when it is answered, and with no where the dialog is closed. */

import { clearErrors, showErrors } from "./fields.js";
import { session, signInAsGuest } from "./session.js";

/**
 * Makes sure that whoever looks at the page is somebody: asks for a name where they are not signed in.
 *
 * @returns {Promise<boolean>} whether they are signed in now
 */
export async function comeIn() {
  if (session.signedIn) return true;
  const dialog = document.getElementById("come-in");
  const form = dialog.querySelector("form");
  const name = form.elements.namedItem("name");
  const button = form.querySelector("[type=submit]");
  for (const part of dialog.querySelectorAll("[data-guests]")) part.hidden = !session.guests;
  dialog.querySelector("[data-no-guests]").hidden = session.guests;
  clearErrors(form);
  form.noValidate = true; // our messages stand at their fields
  form.onsubmit = async (event) => {
    event.preventDefault();
    if (!name.value.trim()) {
      return showErrors(form, { message: "", violations: [{ field: "name", message: "What shall people call you?" }] });
    }
    button.disabled = true;
    try {
      await signInAsGuest(name.value.trim());
      dialog.close();
    } catch (problem) {
      showErrors(form, problem);
    } finally {
      button.disabled = false;
    }
  };
  dialog.querySelector("[data-close]").onclick = () => dialog.close();
  await closed(dialog);
  return session.signedIn;
}

/**
 * Asks before something is lost.
 *
 * @param {string} title
 * @param {string} text
 * @returns {Promise<boolean>}
 */
export async function confirmed(title, text) {
  const dialog = document.getElementById("confirm");
  document.getElementById("confirm-title").textContent = title;
  document.getElementById("confirm-text").textContent = text;
  dialog.returnValue = "";
  await closed(dialog);
  return dialog.returnValue === "yes";
}

/** Shows it until it is closed: by a button, by Escape or by a press beside it. @param {HTMLDialogElement} dialog */
function closed(dialog) {
  dialog.onclick = (event) => {
    if (event.target === dialog) dialog.close();
  };
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(), { once: true });
    dialog.showModal();
  });
}
