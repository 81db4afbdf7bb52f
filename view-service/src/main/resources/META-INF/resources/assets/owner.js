/** What the owner of a page does to a post: edits it in its place, and deletes it. */

import { act } from "./actions.js";
import { announce } from "./announce.js";
import { confirmed } from "./dialogs.js";
import { refresh } from "./session.js";
import { TextForm } from "./text-form.js";
import { complain } from "./toast.js";

const LONGEST = 5000;
/** What has been on the screen for so long was seen. */
const NOTICED_MS = 1500;

/**
 * An open editor stands in its post, and what the server sends meanwhile goes around it: in each fragment a place is kept for it
 * that has its id and is marked as the page's own, so morphing leaves what is in it alone.
 */
export class Owner {
  #page;
  /**
   * Open editors by the ids of their posts, with the text that their writer began with and has seen at a basis, since when they can
   * see another, and whether they were told of another.
   *
   * @type {Map<string, {form: HTMLFormElement, text: string, seenT: number, changedAt: number, refused: boolean}>}
   */
  #editors = new Map();

  /** @param {import("./live-page.js").LivePage} page */
  constructor(page) {
    this.#page = page;
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-do]");
      const post = button?.closest("[data-post]");
      if (button?.dataset.do === "edit-post") this.#edit(post);
      if (button?.dataset.do === "delete-post") this.#delete(post, button);
    });
    page.add(this);
  }

  /** @param {ParentNode} root */
  apply(root) {
    for (const [postId, editor] of this.#editors) {
      if (!editor.form.isConnected) continue;
      this.#keep(root, postId, editor);
    }
  }

  #keep(root, postId, editor) {
    const { form, text } = editor;
    let post = root.querySelector(`[data-post="${CSS.escape(postId)}"]`);
    if (!post) {
      // Deleted, or no longer among the newest: it stays here until its editor is closed.
      const posts = root.querySelector(".posts") ?? (root.matches?.(".posts") ? root : null);
      if (!posts) return;
      post = form.closest("[data-post]").cloneNode(true);
      post.dataset.left = "";
      posts.append(post);
    }
    const shown = post.querySelector(".post-text");
    post.classList.add("editing");
    if (!post.contains(form) && !post.querySelector(`#${CSS.escape(form.id)}`)) {
      const place = document.createElement("form");
      place.id = form.id;
      place.setAttribute("data-turbo-permanent", "");
      shown.after(place);
    }
    const changed = shown.textContent !== text;
    post.classList.toggle("conflict", changed);
    form.querySelector("[data-changed]").hidden = !changed;
    editor.changedAt = changed ? editor.changedAt || Date.now() : 0;
  }

  /** @param {HTMLElement} post */
  #edit(post) {
    const postId = post.dataset.post;
    if (this.#editors.has(postId)) return this.#editors.get(postId).form.elements.namedItem("text").focus();
    const form = document.getElementById("editor").content.firstElementChild.cloneNode(true);
    const text = post.querySelector(".post-text").textContent;
    form.id = `editor-${postId}`;
    const field = form.elements.namedItem("text");
    field.value = text;
    const editor = { form, text, seenT: this.#page.t, changedAt: 0, refused: false };
    new TextForm(form, {
      action: "edit-post",
      what: "a post",
      longest: LONGEST,
      busy: "Saving…",
      body: (edited) => ({ postId, text: edited, expectedT: this.#seenT(editor) }),
      done: ({ t }, edited) => {
        const shown = form.closest("[data-post]").querySelector(".post-text");
        const changes = edited !== editor.text;
        // What was sent shows at once, and the stream brings the same.
        shown.textContent = edited;
        this.#close(postId);
        announce("Saved.");
        this.#page.expect(t, changes);
      },
      refused: (problem) => {
        if (problem.status === 409) this.#conflicted(editor);
        if (problem.status === 401 || problem.status === 403) refresh();
      },
    });
    form.querySelector("[data-close]").addEventListener("click", () => this.#close(postId));
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && field.value === text) this.#close(postId);
    });
    post.querySelector(".post-text").after(form);
    this.#editors.set(postId, editor);
    this.apply(document);
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  }

  /** Up to which basis the writer has seen what the post says: what is on the screen, once they know that it has changed. */
  #seenT({ seenT, changedAt, refused }) {
    const noticed = changedAt && Date.now() - changedAt > NOTICED_MS;
    return noticed || refused ? this.#page.t : seenT;
  }

  /** Somebody else's edit came first. The writer has been told, sees it as soon as it is here, and may then save over it. */
  #conflicted(editor) {
    editor.form.querySelector("[data-form-error]").textContent =
      "Somebody edited this post while you were writing, so yours was not saved. It is still here: look at what the post says now, and save again to replace that.";
    editor.refused = true;
  }

  /** @param {string} postId */
  #close(postId) {
    const { form } = this.#editors.get(postId);
    const post = form.closest("[data-post]");
    this.#editors.delete(postId);
    const hadFocus = form.contains(document.activeElement);
    form.remove();
    if (post.hasAttribute("data-left")) return post.remove();
    post.classList.remove("editing", "conflict");
    if (hadFocus) post.querySelector('[data-do="edit-post"]').focus();
  }

  /** @param {HTMLElement} post @param {HTMLButtonElement} button */
  async #delete(post, button) {
    const sure = await confirmed("Delete this post?", "It goes for everyone, with its likes and comments, and nothing brings it back.");
    if (!sure) return;
    button.disabled = true;
    // Looked for now: the stream may take the post away before the answer is here.
    const neighbour = post.nextElementSibling ?? post.previousElementSibling;
    try {
      const { t } = await act("delete-post", { postId: post.dataset.post });
      announce("The post is deleted.");
      this.#page.expect(t, true);
      // One among others goes at once, and the focus to the next. The page of a post hears of it by its stream, and tells.
      if (!post.id) return;
      post.remove();
      if (document.activeElement === document.body) neighbour?.querySelector("a, button")?.focus();
    } catch (problem) {
      complain(problem.message);
      if (problem.status === 401 || problem.status === 403) refresh();
      button.disabled = false;
    }
  }
}
