/** A form with a text: counts, sends it as an action, and keeps it until the server has it. What was written is never lost. */

import { act, newKey } from "./actions.js";
import { clearErrors, showErrors } from "./fields.js";

const number = new Intl.NumberFormat("en");

export class TextForm {
  #form;
  #text;
  #button;
  #count;
  #idle;
  #busy = false;
  /** What was sent last without success, with its key: sending it again is the same try. */
  #unanswered = { body: "", key: "" };
  #options;

  /**
   * @param {HTMLFormElement} form with a field `text`
   * @param {{
   *   action: string,
   *   what: string,
   *   longest: number,
   *   busy: string,
   *   body: (text: string) => object,
   *   before?: () => Promise<boolean>,
   *   done: (reply: {t: number, result: object}, text: string) => void,
   *   refused: (problem: import("./actions.js").Problem) => void,
   * }} options `what` the text is ("a post"), with how many code points at most; the button's word while `busy`; the action's
   *     `body` for a text; what has to be so `before`; `refused` hears of it after the form has shown it
   */
  constructor(form, options) {
    this.#form = form;
    this.#options = options;
    this.#text = form.elements.namedItem("text");
    this.#button = form.querySelector("[type=submit]");
    this.#count = form.querySelector("[data-count]");
    this.#idle = this.#button.textContent;
    form.querySelector("[data-longest]").textContent = number.format(options.longest);
    form.noValidate = true; // our messages stand at their fields
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    });
    this.#text.addEventListener("input", () => this.#showCount());
    const modifier = form.querySelector(".hint kbd");
    if (modifier && /Mac|iPhone|iPad/.test(navigator.platform)) modifier.textContent = "⌘";
    this.#showCount();
  }

  hasText() {
    return this.#length() > 0;
  }

  clear() {
    this.#text.value = "";
    this.#showCount();
  }

  focus() {
    this.#text.focus();
  }

  /** Code points after trimming, as the server counts; `length` would count an emoji twice or more. */
  #length() {
    return Array.from(this.#text.value.trim()).length;
  }

  #showCount() {
    const length = this.#length();
    this.#count.textContent = number.format(length);
    this.#count.parentElement.classList.toggle("over", length > this.#options.longest);
  }

  async #submit() {
    if (this.#busy) return;
    clearErrors(this.#form);
    const { action, what, longest, before, body, done, refused } = this.#options;
    const length = this.#length();
    if (length === 0) return this.#refuse("Write something first.");
    if (length > longest) {
      return this.#refuse(`That is ${number.format(length - longest)} too many: ${what} has at most ${number.format(longest)} characters.`);
    }
    this.#setBusy(true);
    try {
      if (before && !(await before())) return;
      const text = this.#text.value.trim();
      const sent = body(text);
      const json = JSON.stringify(sent);
      if (this.#unanswered.body !== json) this.#unanswered = { body: json, key: newKey() };
      const reply = await act(action, sent, this.#unanswered.key);
      this.#unanswered = { body: "", key: "" };
      done(reply, text);
    } catch (problem) {
      showErrors(this.#form, problem);
      refused(problem);
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
    for (const field of this.#form.querySelectorAll("textarea, input:not([type=hidden])")) field.readOnly = busy;
    this.#button.disabled = busy;
    this.#button.textContent = busy ? this.#options.busy : this.#idle;
  }
}
