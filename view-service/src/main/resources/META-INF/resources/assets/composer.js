/** Where the owner of a page writes. A post that is published appears through the stream, as it does for everyone. */

import { act, newKey } from "./actions.js";
import { announce } from "./announce.js";
import { clearErrors, showErrors } from "./fields.js";

const LONGEST = 5000;

export class Composer {
  #form = document.getElementById("composer");
  #text = this.#form.elements.namedItem("text");
  #imageUrl = this.#form.elements.namedItem("imageUrl");
  #button = this.#form.querySelector("[type=submit]");
  #count = this.#form.querySelector("[data-count]");
  #busy = false;
  /** What was sent last without success, with its key: publishing it again is the same try. */
  #unanswered = { body: "", key: "" };
  #onRefused;

  /** @param {{onRefused: () => void}} listener told when the server does not know the writer any more (401, 403) */
  constructor({ onRefused }) {
    this.#onRefused = onRefused;
    this.#form.noValidate = true; // our messages stand at their fields
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#publish();
    });
    this.#form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
      event.preventDefault();
      this.#publish();
    });
    this.#text.addEventListener("input", () => this.#showCount());
    if (/Mac|iPhone|iPad/.test(navigator.platform)) this.#form.querySelector("#composer-hint kbd").textContent = "⌘";
    this.#showCount();
  }

  /** @param {boolean} visible */
  show(visible) {
    this.#form.hidden = !visible;
  }

  hasText() {
    return this.#length() > 0;
  }

  /** Code points after trimming, as the server counts; `length` would count an emoji twice or more. */
  #length() {
    return Array.from(this.#text.value.trim()).length;
  }

  #showCount() {
    const length = this.#length();
    this.#count.textContent = length.toLocaleString("en");
    this.#count.parentElement.classList.toggle("over", length > LONGEST);
  }

  async #publish() {
    if (this.#busy) return;
    clearErrors(this.#form);
    const length = this.#length();
    if (length === 0) return this.#refuse("Write something first.");
    if (length > LONGEST) return this.#refuse(`That is ${(length - LONGEST).toLocaleString("en")} too many: a post has at most 5,000 characters.`);

    const body = { creator: this.#form.elements.namedItem("creator").value, text: this.#text.value.trim() };
    const imageUrl = this.#imageUrl.value.trim();
    if (imageUrl) body.imageUrl = imageUrl;
    const json = JSON.stringify(body);
    if (this.#unanswered.body !== json) this.#unanswered = { body: json, key: newKey() };

    this.#setBusy(true);
    try {
      await act("publish-post", body, this.#unanswered.key);
      this.#unanswered = { body: "", key: "" };
      this.#text.value = "";
      this.#imageUrl.value = "";
      this.#form.querySelector("details").open = false;
      this.#showCount();
      announce("Published.");
      this.#text.focus();
    } catch (problem) {
      showErrors(this.#form, problem);
      if (problem.status === 401 || problem.status === 403) this.#onRefused();
    } finally {
      this.#setBusy(false);
    }
  }

  /** @param {string} message */
  #refuse(message) {
    showErrors(this.#form, { message, violations: [{ field: "text", message }] });
  }

  /** Read-only rather than disabled, since a disabled field loses the focus. @param {boolean} busy */
  #setBusy(busy) {
    this.#busy = busy;
    this.#form.setAttribute("aria-busy", String(busy));
    this.#text.readOnly = busy;
    this.#imageUrl.readOnly = busy;
    this.#button.disabled = busy;
    this.#button.textContent = busy ? "Publishing…" : "Publish";
  }
}
